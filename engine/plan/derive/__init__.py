"""Derived fields: in dependency order, formulas compiled, tables matched (docs/language.md section 4)."""
