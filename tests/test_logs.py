"""Logs tell what happened and never what was sent."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from bot.logs import CAPPED, set_up
from bot.slack.quiet import quiet


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    outputs, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = outputs, level
    structlog.reset_defaults()


def lines_of(out: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_lines_are_json_where_nobody_watches() -> None:
    out = io.StringIO()
    set_up(stream=out)

    structlog.get_logger("bot.keys").info("keys.created", request="r1")
    logging.getLogger("alembic.runtime").warning("upgraded %s", "0001")

    ours, theirs = lines_of(out)
    assert (ours["event"], ours["request"], ours["level"], ours["logger"]) == ("keys.created", "r1", "info", "bot.keys")
    assert (theirs["event"], theirs["level"]) == ("upgraded 0001", "warning")


def test_a_traceback_names_the_cause_but_no_local_values() -> None:
    out = io.StringIO()
    set_up(stream=out)

    def fails() -> None:
        secret = "canary" + str(len("x"))
        raise ValueError(len(secret))

    try:
        fails()
    except ValueError as error:
        structlog.get_logger().error("broken", exc_info=error)

    assert "ValueError" in out.getvalue()
    assert "canary1" not in out.getvalue()


@pytest.mark.parametrize("library", CAPPED)
def test_libraries_say_nothing_below_info_whatever_the_level(library: str) -> None:
    out = io.StringIO()
    set_up("DEBUG", stream=out)
    own = logging.getLogger(f"{library}.some.part")
    own.setLevel(logging.DEBUG)

    own.debug("a whole view with the canary")
    own.warning("something")
    structlog.get_logger("bot.slack").debug("ours")
    own.setLevel(logging.NOTSET)

    assert [line["event"] for line in lines_of(out)] == ["something", "ours"]


def test_a_terminal_gets_readable_lines() -> None:
    out = io.StringIO()
    set_up(json=False, stream=out)

    structlog.get_logger("bot").info("ready", port=3000)

    assert "ready" in out.getvalue()
    assert "3000" in out.getvalue()


def test_a_quiet_logger_cuts_what_somebody_sent() -> None:
    out = io.StringIO()
    set_up("DEBUG", stream=out)
    logger = quiet("slack_bolt.of_this_test")  # Bolt sets the levels of its own as it likes

    logger.info("Invalid request signature detected (signature: v0=1, timestamp: 1, body: canary)")
    logger.debug("canary")

    assert [line["event"] for line in lines_of(out)] == ["Invalid request signature detected"]
