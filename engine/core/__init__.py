"""What everything else is made of: exact values, a request's facts, the interpreter, and a decision as data."""
