"""The four kinds of decision: how each is planned, decided and put into words."""
