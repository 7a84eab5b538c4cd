"""What a special order must have to pass its gate (docs/language.md section 6)."""
