"""The space of requests that a policy divides: its dimensions, boxes, a solver, and requests found in them."""
