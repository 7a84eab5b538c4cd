"""Where durable-rules is to be had, its tests run: one that is not installed there fails them, and skips none."""

import sys

import pytest

# As in pyproject.toml: its last version builds for neither.
TO_BE_HAD = sys.version_info < (3, 13) and sys.platform != "win32"
needs_durable = pytest.mark.skipif(not TO_BE_HAD, reason="durable-rules has no version for this Python or system")
