"""The sections of a policy: what each may say, and how its rules, rows and criteria become the IR."""
