"""Tests read no clock but in one place, and begin at a moment that they say."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests import clocks

TESTS = Path(__file__).parent
PAGE = TESTS.parent / "playground" / "page"
READERS = {"now", "utcnow", "today", "time", "time_ns", "localtime", "gmtime", "ctime"}
OF_A_CLOCK = {"datetime", "date", "time", "dt"}
MACHINE_CLOCKS = {"SystemClock", "PlaygroundClock", "playground"}  # without an argument they go by the machine's hour
ALLOWED = {
    "clocks.py": "the one place",
    "engine/process.py": "a process of its own, whose engine counts seconds of the machine",
    "engine/test_processes.py": "plans jobs for that process, by its clock",
    "playground/test_clock.py": "proves the served clock itself: what it adds to the machine's",
}


def _reads(source: str) -> list[str]:
    nodes = list(ast.walk(ast.parse(source)))
    return [*_calls(nodes), *_bare_imports(nodes)]


def _calls(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Yield every call that reads the machine's clock, or makes a clock that does."""
    for call in nodes:
        if not isinstance(call, ast.Call):
            continue
        match call.func:
            case ast.Attribute(ast.Name(owner) | ast.Attribute(attr=owner), name):
                if name in READERS and owner in OF_A_CLOCK:
                    yield f"{owner}.{name}, line {call.lineno}"
            case ast.Name(name):
                without = not (call.args or any(keyword.arg in {"clock", "begin"} for keyword in call.keywords))
                if name in MACHINE_CLOCKS and without:
                    yield f"{name}, line {call.lineno}"


def _bare_imports(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            yield from (f"from time import {each.name}" for each in node.names if each.name in READERS)


def test_no_test_reads_the_clock_of_the_machine_by_itself() -> None:
    found = {}
    for file in sorted(TESTS.rglob("*.py")):
        name = file.relative_to(TESTS).as_posix()
        if name not in ALLOWED and (reads := _reads(file.read_text())):
            found[name] = reads
    assert found == {}, "ask tests/clocks.py"


def test_whoever_may_read_it_does() -> None:
    assert [name for name in ALLOWED if not _reads((TESTS / name).read_text())] == []


def test_the_page_asks_its_own_clock_alone() -> None:
    reading = [file.name for file in sorted(PAGE.glob("*.js")) if "Date.now" in file.read_text()]
    assert reading == ["clock.js"]
    assert [file.name for file in PAGE.glob("*.js") if "new Date()" in file.read_text()] == []


@pytest.mark.parametrize(
    "read",
    [
        "datetime.now(UTC)",
        "datetime.datetime.now()",
        "dt.datetime.now()",
        "date.today()",
        "time.time()",
        "time.time_ns()",
        "SystemClock()",
        "PlaygroundClock()",
        "playground(lived_in=True)",
    ],
)
def test_a_reading_is_seen(read: str) -> None:
    assert len(_reads(read)) == 1


@pytest.mark.parametrize("other", ["time.monotonic()", "here.clock.now()", "served.now()", "PlaygroundClock(noon)"])
def test_what_reads_no_hour_is_left_alone(other: str) -> None:
    assert _reads(other) == []


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("18:45", datetime(2026, 11, 18, 18, 45, tzinfo=UTC)),
        ("2028-02-29T23:50", datetime(2028, 2, 29, 23, 50, tzinfo=UTC)),
    ],
)
def test_a_run_may_begin_at_another_moment(typed: str, moment: datetime) -> None:
    assert clocks.moment_of(typed) == moment


@pytest.mark.parametrize("typed", ["", "noon", "25:00", "2028-02-30T12:00"])
def test_what_is_no_moment_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"time data|month|Invalid|day"):
        clocks.moment_of(typed)
