"""What an author's words mean one by one: literals, tests, conditions, formulas, and the names they refer to."""
