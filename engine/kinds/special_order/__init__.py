"""What a special order must have to pass its gate (LANGUAGE.md section 6)."""
