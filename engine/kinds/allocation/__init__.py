"""Who gets this deal (LANGUAGE.md section 8)."""
