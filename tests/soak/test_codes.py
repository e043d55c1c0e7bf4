"""Every error code of Slack × every method that we call, provoked: the run is the page docs/slack-codes.md."""

from __future__ import annotations

import pytest

from tests.scenarios.codes.page import PAGE, page
from tests.scenarios.codes.walk import PAIRS, walk
from tests.world import world

pytestmark = [pytest.mark.soak, pytest.mark.walk]


async def test_every_code_comes_to_what_the_page_says(sqlite_url: str) -> None:
    async with world(sqlite_url, "http") as here:
        cells = await walk(here, PAIRS)
    assert page(cells) == PAGE.read_text(encoding="utf-8")
