"""Words such as “last month” are those of whoever says them; days stay the provider's, and the answer names them."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.scenarios.people import YUKI, words_of
from tests.world import world

EIGHT_IN_TOKYO = datetime(2026, 11, 30, 23, tzinfo=UTC)  # on the first of December


async def test_last_month_is_the_last_month_of_who_asks(sqlite_url: str) -> None:
    async with world(sqlite_url) as here:
        here.clock.advance(EIGHT_IN_TOKYO - here.clock.now())
        yuki = await here.page(YUKI)
        await yuki.types("/projects use production")
        await yuki.reads("production · yours")
        told = []
        for typed in ("/billing month last", "/billing month this", "/usage last month"):
            before = len(yuki.private)
            await yuki.types(typed)
            await yuki.sees(lambda page, seen=before: page.private[seen:] or None)  # type: ignore[misc] # bound here
            told.append(words_of(yuki.private[-1]))
        assert "November 2026" in told[0]
        assert "December 2026" in told[1]
        assert "1 Nov" in told[2]
        assert "30 Nov" in told[2]
