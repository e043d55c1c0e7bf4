"""Prints what the walk came to as docs/slack-codes.md: `python -m tests.scenarios.codes.page`."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.scenarios.codes.scenes import SCENES
from tests.scenarios.codes.walk import PAIRS, Cell, walk
from tests.world import world

PAGE = Path(__file__).parents[3] / "docs" / "slack-codes.md"
HEAD = """# What Slack's error codes come to

Every method that Keydesk calls, and the two kinds of address that Slack gives it, met by every error code that the
table in `bot/slack/codes` has for it, and by one that it has not (`unheard_of`). This page is written by the run that
provokes each of them in the emulated Slack (`python -m tests.scenarios.codes.page`); `tests/soak/test_codes.py` walks
all of it again and fails where the run differs, `tests/scenarios/test_codes.py` walks one code of each meaning.

“Reads” is what the person in that scene reads first; “…” stands for the code, or for a reference. “Tried” is how often
the same is sent. One code of our own cannot be provoked: `address_refused`, an address that is not Slack's.
"""


COLUMNS = "| codes | means | reads | tried | done |\n|---|---|---|---|---|\n"


def page(cells: list[Cell]) -> str:
    """Return the page: a table for each method, codes that come to the same in one row."""
    return HEAD + f"\n{len(cells)} cells.\n" + "".join(_of_method(method, cells) for method in SCENES)


def rows(cells: list[Cell]) -> dict[tuple[str, ...], list[str]]:
    """Group codes by what they come to."""
    found: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for cell in cells:
        found[cell.outcome].append(cell.code)
    return found


def _of_method(method: str, cells: list[Cell]) -> str:
    mine = rows([cell for cell in cells if cell.method == method])
    about = SCENES[method][0]
    head = f"\n## `{method}`\n\n{about[0].upper()}{about[1:]}.\n\n{COLUMNS}"
    return head + "".join(line(outcome, codes) for outcome, codes in mine.items())


def line(outcome: tuple[str, ...], codes: list[str]) -> str:
    """Return one row of a table."""
    meaning, read, tried, done = outcome
    return f"| {', '.join(f'`{code}`' for code in codes)} | {meaning} | {read} | {tried} | {done} |\n"


def said_of(method: str, code: str, text: str) -> tuple[str, ...] | None:
    """Find in the page what it says of one code: its meaning, what is read, how often it is tried, what is done."""
    section = text.partition(f"## `{method}`\n")[2].partition("\n## ")[0]
    found = next((each for each in section.splitlines() if f"`{code}`" in each.split(" | ")[0]), None)
    return tuple(found.removesuffix(" |").split(" | ")[1:]) if found is not None else None


async def _write() -> None:
    with TemporaryDirectory() as folder:
        async with world(f"sqlite:///{folder}/codes.db", "http") as here:
            PAGE.write_text(page(await walk(here, PAIRS)), encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(_write())
