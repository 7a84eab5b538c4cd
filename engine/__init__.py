"""From the IR and a request to a decision with its trace. Imports only `rules`."""
