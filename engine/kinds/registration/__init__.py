"""Whose deal is it (LANGUAGE.md section 7)."""
