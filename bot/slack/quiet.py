"""Loggers to hand to Slack's libraries: never below INFO, and never with what somebody sent."""

from __future__ import annotations

import logging

NOISE = "As you gave `client`"  # Bolt has seen SLACK_BOT_TOKEN; that it does not use it is what we want
TELLING = ("Invalid request signature detected", "Unhandled request")


class NoPayload(logging.Filter):
    """Cuts what was sent out of Bolt's lines about an invalid signature and an unhandled request.

    slack_bolt 1.30, ``middleware/request_verification/request_verification.py`` (signature and whole body) and
    ``logger/messages.py``. Bolt copies the filters of the logger that it is given to each of its own.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep every record but one that says nothing, without its payload."""
        said = str(record.msg)
        if said.startswith(NOISE):
            return False
        for start in TELLING:
            if said.startswith(start):
                record.msg, record.args = start, ()
        return True


class CountedElsewhere(logging.Filter):
    """Drops Bolt's line about each request that nobody signed: the door counts them (see ``noise``)."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep every other record."""
        return not str(record.msg).startswith(TELLING[0])


def quiet(name: str, *more: type[logging.Filter]) -> logging.Logger:
    """Return a library's logger at INFO or above, with ``more`` filters.

    At DEBUG, slack_sdk prints whole views and frames; at NOTSET it formats those lines even though nobody reads them.
    """
    logger = logging.getLogger(name)
    logger.setLevel(max(logger.level, logging.INFO))
    kinds: tuple[type[logging.Filter], ...] = (NoPayload, *more)
    for kind in kinds:
        if not any(isinstance(each, kind) for each in logger.filters):
            logger.addFilter(kind())
    return logger
