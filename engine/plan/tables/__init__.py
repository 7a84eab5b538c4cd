"""A decision table as an index: one look-up and one AND per field (DESIGN.md, the engine)."""
