"""Whether durable-rules can run here; where it cannot, its tests are reported as skipped, with the reason."""

import pytest

from engine.backends.durable.backend import check_installed
from engine.backends.durable.errors import EngineUnavailableError


def _why_not() -> str | None:
    try:
        check_installed()
    except EngineUnavailableError as error:
        return f"not applicable here: {error}"
    return None


_WHY_NOT = _why_not()
needs_durable = pytest.mark.skipif(_WHY_NOT is not None, reason=_WHY_NOT or "")
