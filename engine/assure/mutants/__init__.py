"""Mutants: a policy changed by one small step at a time, to see whether some case notices."""
