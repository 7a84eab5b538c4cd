"""The second engine: rules matched by durable-rules, in a process of its own (docs/engines.md, docs/decisions/0501).

`gauges` turns facts into small integers, `bounds` tests and `alternatives` conditions into comparisons of them, and
`rulesets` rules into durable-rules rulesets. `worker` is the process that runs those, `process` is this side of it, and
`backend` is what deciding calls. Only `worker` imports durable-rules.
"""
