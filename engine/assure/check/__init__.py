"""What a policy does not say: gaps, overlaps and rules without effect, each shown by a request that is decided."""
