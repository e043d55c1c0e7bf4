"""Error codes of Slack, provoked: one of each meaning for each method; the whole table is walked in `tests/soak`."""

from __future__ import annotations

from bot.slack.codes.verdict import judge
from tests.scenarios.codes.page import PAGE, said_of
from tests.scenarios.codes.scenes import SCENES
from tests.scenarios.codes.walk import PAIRS, walk
from tests.world import world


def one_of_each() -> list[tuple[str, str]]:
    """Return the first code of each meaning of each method, and the one that nobody knows."""
    first = {(method, judge(method, code).meaning): (method, code) for method, code in reversed(PAIRS)}
    return [*first.values(), *((method, "unheard_of") for method in SCENES)]


def test_the_page_has_every_code_of_the_table() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [pair for pair in PAIRS if said_of(*pair, text) is None] == []


async def test_a_code_of_each_meaning_comes_to_what_the_page_says(sqlite_url: str) -> None:
    text = PAGE.read_text(encoding="utf-8")
    async with world(sqlite_url, "http") as here:
        cells = await walk(here, one_of_each())
    wrong = [(cell, said_of(cell.method, cell.code, text)) for cell in cells]
    assert [(cell, said) for cell, said in wrong if cell.outcome != said] == []
