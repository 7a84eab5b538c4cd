"""Reasons: a ruling as a trace, and what is said to people in English and Chinese."""
