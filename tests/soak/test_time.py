"""Time moves forward by the playground's clock: what is due happens within two seconds, and the cards say so."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from sqlmodel import col, select

from bot.store.keys import Key
from tests.scenarios.people import PRIYA, YUKI, Person
from tests.soak.conftest import Tell
from tests.soak.stage import FreshDatabase, Stage, ask, asked_and_approved, button, opened, stage

pytestmark = pytest.mark.soak

DUE_SECONDS = 2.0
DAY = timedelta(days=1)
LASTING = timedelta(days=30)


async def test_what_is_due_happens_within_two_seconds(fresh: FreshDatabase, tell: Tell) -> None:
    async with stage(fresh) as here:
        yuki, priya = await here.page(YUKI), await here.page(PRIYA)
        waiting = await _expiry(here, yuki, priya)
        lapse = await _lapse(here, yuki, priya)
        ends = [
            await _end(here, yuki, priya, "ended by both at the same moment"),
            await _end(here, yuki, priya, "our sweep comes first", provider_later=DAY),
            await _end(here, yuki, priya, "gone at the provider before", gone=True),
        ]
        tell(
            f"{fresh.name}, POST /clock to state + card, in seconds: request expired {waiting}; "
            f"approval lapsed {lapse}; key ended: with the provider {ends[0]}, "
            f"before it {ends[1]}, after it (404) {ends[2]}"
        )
        assert here.live() == []


async def _moved(here: Stage, by: timedelta, request_id: str, state: str, page: Person, words: str) -> str:
    async with here.client.post("/clock", json={"advance_seconds": by.total_seconds()}) as answer:
        assert answer.ok
    begun = time.monotonic()
    moved = await here.until(lambda: here.request(request_id).state == state, 10)
    await page.sees(
        lambda seen: any(words in part and request_words(here, request_id) in part for part in seen.parts())
    )
    assert moved < DUE_SECONDS + 0.3, f"{state} only after {moved:.1f} s"  # the poll of this proof itself
    return f"{moved:.1f} + {time.monotonic() - begun - moved:.1f}"


def request_words(here: Stage, request_id: str) -> str:
    """Return what tells this request's cards from others."""
    return str(here.request(request_id).operation["purpose"])


async def _expiry(here: Stage, yuki: Person, priya: Person) -> str:
    request_id = await ask(here, yuki, "nobody decides this")
    await priya.sees(lambda page: button(page, "desk.approve", request_id))
    return await _moved(here, DAY, request_id, "expired", priya, "expired without a decision")


async def _lapse(here: Stage, yuki: Person, priya: Person) -> str:
    request_id = await asked_and_approved(here, yuki, priya, "nobody opens this")
    return await _moved(here, DAY, request_id, "lapsed", yuki, "not opened in time")


async def _end(
    here: Stage,
    yuki: Person,
    priya: Person,
    purpose: str,
    *,
    provider_later: timedelta = timedelta(),
    gone: bool = False,
) -> str:
    request_id = await asked_and_approved(here, yuki, priya, purpose)
    secret = await opened(yuki, request_id)
    await here.until(lambda: here.request(request_id).state == "delivered")
    stored = here.live_of(request_id)[0]
    if stored.expiration_date is not None:
        stored.expiration_date += provider_later
    if gone:
        here.deepgram.state.end_key(stored)
    took = await _moved(here, LASTING, request_id, "ended", yuki, "the key has ended")
    key = here.read(lambda session: session.exec(select(Key).where(col(Key.request_id) == request_id)).one())
    assert (key.state, key.end_reason) == ("ended", "its time was over")
    assert not here.deepgram.state.is_live(secret)
    return took
