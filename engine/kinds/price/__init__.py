"""Who must approve this price, and what would change it (docs/language.md section 5)."""
