"""Derived fields: in dependency order, formulas compiled, tables matched (LANGUAGE.md section 4)."""
