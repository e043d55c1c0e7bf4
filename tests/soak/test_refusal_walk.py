"""The whole refusal walk: each block of every message and view malformed in each way."""

from __future__ import annotations

import pytest

from bot.home.refused import YOUNG
from tests.refusal_walk import BREAKS, MESSAGES_WITH_YOUNG, POINTINGS, VIEWS, holds, refused, with_each_broken
from tests.soak.conftest import Tell

pytestmark = [pytest.mark.soak, pytest.mark.walk]


@pytest.mark.parametrize("kind", BREAKS)
def test_each_block_of_each_view_malformed(kind: str, tell: Tell) -> None:
    steps = 0
    for name, shown in VIEWS.items():
        for broken in with_each_broken(shown, kind):
            holds(name, broken, refused((), "type"))
            steps += 1
    tell(f"refusal walk: {steps} messages and views with {kind}")


@pytest.mark.parametrize("pointing", POINTINGS)
def test_each_block_malformed_where_tables_and_charts_are_refused(pointing: str) -> None:
    for kind in BREAKS:
        for name in MESSAGES_WITH_YOUNG:
            for broken in with_each_broken(VIEWS[name], kind):
                holds(name, broken, refused(tuple(YOUNG), pointing))
