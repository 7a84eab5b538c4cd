"""A decision table as an index: one look-up and one AND per field (docs/engines.md)."""
