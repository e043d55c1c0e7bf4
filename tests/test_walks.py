"""The four ways that docs/architecture.md tells are those that the app goes: followed by its calls, in their order."""

from __future__ import annotations

import importlib
import re
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import CodeType, FrameType

import pytest

from tests.scenarios.people import AMARA, PRIYA, YUKI
from tests.world import world

PAGE = (Path(__file__).parents[1] / "docs" / "architecture.md").read_text()
STEP = re.compile(r"^\d+\. `(bot[\w.]*:[\w.]+)`", re.MULTILINE)


def told() -> Mapping[str, list[str]]:
    """Return the ways that the page tells: the functions of each, in order."""
    section = PAGE.partition("## Four ways through the house\n")[2].partition("\n## ")[0]
    ways = section.split("\n### ")[1:]
    return {way.partition("\n")[0]: STEP.findall(way) for way in ways}


WAYS = told()


def untrue(steps: list[str], called: list[str]) -> list[str]:
    """Return the steps that were not called, or only before the step above them was; pure."""
    wrong, at = [], 0
    for step in steps:
        if step in called[at:]:
            at = called.index(step, at)
        else:
            wrong.append(step)
    return wrong


class Calls:
    """The functions of ``bot/`` in the order in which they were first called, in any thread, while it listens."""

    def __init__(self) -> None:
        self.listens = False
        self._known: dict[CodeType, str] = {}

    @property
    def names(self) -> list[str]:
        """Each function as “module:qualified name”."""
        return list(self._known.values())

    def begin(self) -> None:
        """Forget what was called, and listen."""
        self._known.clear()
        self.listens = True

    def note(self, frame: FrameType, event: str, _: object) -> None:
        """Take note of a call; the interpreter calls this."""
        if self.listens and event == "call" and frame.f_code not in self._known:
            module = str(frame.f_globals.get("__name__", ""))
            if module.startswith("bot."):
                self._known[frame.f_code] = f"{module}:{frame.f_code.co_qualname}"


@contextmanager
def listening() -> Iterator[Calls]:
    """Follow the calls of this thread, and of those that begin meanwhile."""
    calls = Calls()
    threading.setprofile(calls.note)
    sys.setprofile(calls.note)
    try:
        yield calls
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


async def test_asking_approving_and_opening_go_the_ways_that_are_told(sqlite_url: str) -> None:
    with listening() as calls:
        async with world(sqlite_url, "http") as here:
            yuki, priya = await here.page(YUKI), await here.page(PRIYA)
            await here.quiet()

            calls.begin()
            await yuki.types("/keys request production")
            await yuki.reads_in_window("What is it for?")
            await yuki.fills(purpose="call summaries", place="vault")
            await yuki.reads_in_window("Asked for a key")
            await priya.reads("call summaries")
            assert untrue(WAYS["Ask"], calls.names) == []
            await here.quiet()
            await yuki.closes()

            calls.begin()
            await priya.presses("Approve")
            await yuki.reads("Create and show my key")
            assert untrue(WAYS["Approve"], calls.names) == []
            await here.quiet()

            calls.begin()
            await yuki.presses("Create and show my key")
            await yuki.reads_in_window("Copy it now: it is shown once")
            await yuki.reads("delivered")  # which follows what she sees
            await here.quiet()
            assert untrue(WAYS["Open"], calls.names) == []


@pytest.mark.soak
async def test_the_figures_of_a_day_go_the_way_that_is_told(sqlite_url: str) -> None:
    with listening() as calls:
        calls.begin()
        async with world(sqlite_url, "http", figures=True, history=timedelta(days=1)) as here:
            amara = await here.page(AMARA)
            await amara.types("/projects use production")
            await amara.reads("production · yours")
            here.move(hours=14)
            await here.quiet()
            await amara.types("/usage yesterday")
            await amara.reads("Yesterday")
            assert untrue(WAYS["A day's figures"], calls.names) == []


def test_four_ways_are_told_and_each_function_once() -> None:
    assert list(WAYS) == ["Ask", "Approve", "Open", "A day's figures"]
    assert all(WAYS.values())
    steps = Counter(step for steps in WAYS.values() for step in steps)
    assert [step for step, times in steps.items() if times > 1] == []


@pytest.mark.parametrize("step", [step for steps in WAYS.values() for step in steps])
def test_what_is_told_is_there(step: str) -> None:
    module, _, name = step.partition(":")
    found: object = importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    assert callable(found)
    assert (found.__module__, getattr(found, "__qualname__", "")) == (module, name)


def test_a_step_that_is_not_gone_or_in_another_order_is_named() -> None:
    assert untrue(["a:one", "a:two"], ["a:one", "b:more", "a:two"]) == []
    assert untrue(["a:one", "a:lost", "a:two"], ["a:one", "a:two"]) == ["a:lost"]
    assert untrue(["a:two", "a:one"], ["a:one", "a:two"]) == ["a:one"]
