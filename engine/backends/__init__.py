"""Other engines than the index: each matches the same rules, and is held to the same decisions."""
