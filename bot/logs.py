"""Logs: JSON lines in production, readable lines on a terminal, never a payload.

Library loggers are capped at INFO whatever the level: at DEBUG slack_sdk prints whole views (a view may show a
secret), Socket Mode prints frames, and SQL shows its parameters.
"""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Iterator, MutableMapping
from typing import Any, NoReturn, TextIO

import structlog

from bot.foreign import visible

CAPPED = (
    "slack_sdk",
    "slack_bolt",
    "aiohttp",
    "httpx",
    "httpcore",
    "sqlalchemy",
    "dbos",
    "alembic",
    "uvicorn",
    "fpdf",
    "fontTools",
)
_LOUD_FROM = logging.WARNING  # these tell of each request, or of each table of a font, at INFO
_LOUD = ("httpx", "uvicorn.access", "fontTools")


class LibrariesCapped(logging.Filter):
    """Drops what a library says below INFO, even if it has set its own level (dbos and slack_bolt do)."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep our own records, and those of others from INFO on."""
        return record.levelno >= logging.INFO or record.name.split(".")[0] not in CAPPED


def set_up(level: str = "INFO", *, json: bool | None = None, stream: TextIO | None = None) -> None:
    """Configure structlog and the standard library's logging alike; JSON unless the stream is a terminal."""
    out = stream or sys.stderr
    as_json = not out.isatty() if json is None else json
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    output = logging.StreamHandler(out)
    output.setFormatter(_formatter(as_json=as_json))
    output.setLevel(level)  # libraries' own levels, set by `cap`, do not let them speak below it
    output.addFilter(LibrariesCapped())
    root = logging.getLogger()
    root.handlers[:] = [output]
    root.setLevel(level)
    cap()


@contextlib.contextmanager
def silent() -> Iterator[None]:
    """Let nothing be logged while the block runs."""
    before = structlog.get_config()
    structlog.configure(processors=[_dropped])
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)
        structlog.configure(**before)


def _dropped(*_: object) -> NoReturn:
    raise structlog.DropEvent


def cap() -> None:
    """Raise the levels of the libraries' loggers, so that they do not even format what is dropped."""
    for name in CAPPED:
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.level, logging.INFO))
    for name in _LOUD:
        logging.getLogger(name).setLevel(_LOUD_FROM)


def _one_line(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep what others wrote from ending a line, turning it around or moving a terminal's cursor."""
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = visible(value).replace("\n", "⏎")
    return event


_SHARED: list[Any] = [
    _one_line,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def _formatter(*, as_json: bool) -> logging.Formatter:
    last: list[Any] = (
        # show_locals would print whatever a function held, secrets included
        [
            structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False)),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
        if as_json
        else [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_SHARED,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
    )
