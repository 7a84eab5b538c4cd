"""What a policy owner asks before publishing: findings, cases, mutants, and two engines on one request."""
