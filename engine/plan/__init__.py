"""A policy made ready: groups of rules with their indexes, derived fields in order, functions written out."""
