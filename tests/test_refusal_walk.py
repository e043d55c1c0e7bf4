"""Refusal walk: every message and view, with young blocks refused and with one malformed block.

The reader has every figure and every control, at most four sends, and nothing is remembered that was not refused. Here
each view meets one malformed block; the whole product is in ``tests/soak/test_refusal_walk.py``.
"""

from __future__ import annotations

import itertools

import pytest

from bot.home.refused import YOUNG
from bot.slack.simpler import BASIC
from tests.refusal_walk import BREAKS, MESSAGES_WITH_YOUNG, POINTINGS, VIEWS, holds, refused, with_one_broken
from tests.slack.refusing import blocks_of


def test_every_young_block_that_is_drawn_is_known_by_name() -> None:
    drawn = {block["type"] for shown in VIEWS.values() for block in blocks_of(shown)}
    assert drawn - BASIC == set(YOUNG)


@pytest.mark.parametrize("pointing", POINTINGS)
@pytest.mark.parametrize("types", [each for n in (1, 2) for each in itertools.combinations(sorted(YOUNG), n)], ids=str)
def test_with_young_blocks_refused_the_reader_has_everything(types: tuple[str, ...], pointing: str) -> None:
    for name in MESSAGES_WITH_YOUNG:
        holds(name, VIEWS[name], refused(types, pointing))


def test_with_one_malformed_block_the_reader_has_everything() -> None:
    small = [(name, shown) for name, shown in VIEWS.items() if not name.endswith(("· long", "· hostile"))]
    for number, (name, shown) in enumerate(small):
        for broken in with_one_broken(shown, BREAKS[number % len(BREAKS)], number):
            holds(name, broken, refused((), "type"))
