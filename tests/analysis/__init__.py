"""Tests of what `dealdesk check` finds in a policy without errors."""
