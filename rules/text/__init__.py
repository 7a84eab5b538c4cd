"""From a policy's files to a tree of words with their places: the mistakes of saving and of YAML end here."""
