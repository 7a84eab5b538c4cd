"""Who must approve this price, and what would change it (LANGUAGE.md section 5)."""
