"""Random requests under a policy, made from the bounds that the policy itself names."""
