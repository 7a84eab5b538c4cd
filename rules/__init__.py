"""The policy language: from YAML text to a checked, typed policy (the IR). Imports nothing of ours."""
