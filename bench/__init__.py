"""Measured claims: the budgets of the design, and the same table decided by other engines.

`make bench` runs everything and writes docs/benchmarks.md; `make bench ARGS=budgets` a part. Times depend on the
machine and on who else uses it, so what is claimed is ratios, taken in turns on one machine.
"""
