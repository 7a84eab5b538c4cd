"""Logs: one JSON object a line on standard error, ours and the server's alike. Request bodies are never logged."""

import logging
import sys
from collections.abc import Mapping
from typing import Any

import orjson
import structlog
from structlog.typing import Processor

_SHARED: tuple[Processor, ...] = (
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
)


def set_up_logs() -> None:
    """Send everything that this process logs to standard error as JSON."""
    render = structlog.processors.JSONRenderer(serializer=_dumps)
    structlog.configure(
        processors=[*_SHARED, render],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    clean = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    drop_colour = _drop_colour
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=[*_SHARED, drop_colour], processors=[clean, render])
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def _drop_colour(_logger: Any, _method: str, event: Any) -> Mapping[str, Any]:  # noqa: ANN401 - structlog's own types
    event.pop("color_message", None)
    return event  # type: ignore[no-any-return]


def _dumps(event: object, **_options: object) -> str:
    return orjson.dumps(event, default=str).decode()
