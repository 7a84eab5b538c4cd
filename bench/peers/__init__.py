"""Other engines with the same tables, one module each, and ours beside them.

A module has an engine class: its constructor builds the table, `ask` makes of a request what the engine takes,
`decide` is what is timed, and `rows` reads the numbers of the rows out of what it answered.
"""
