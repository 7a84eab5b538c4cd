"""Who gets this deal (docs/language.md section 8)."""
