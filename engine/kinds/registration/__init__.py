"""Whose deal is it (docs/language.md section 7)."""
