"""What `dealdesk test` shows: failures, coverage and mutants as text, JSON, JUnit XML and a page."""
