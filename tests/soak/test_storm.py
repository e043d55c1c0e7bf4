"""Fifty keys are opened at once, each button double-clicked, while the provider is slow and breaks in every way."""

from __future__ import annotations

import asyncio
import random
from collections import Counter

import pytest

from tests.soak.conftest import Tell
from tests.soak.crowd import many_approved, open_in_own_tab
from tests.soak.stage import CREATE, FreshDatabase, Stage, stage

pytestmark = pytest.mark.soak

REQUESTS = 50
ROUNDS = 6
# What the first creates meet, in random order; whatever comes after them is served at once.
TROUBLE = {
    "slow": 40, "429": 8, "500": 6, "503": 4, "drop_after": 6, "drop_before": 3, "late": 4, "timeout_after": 4,
    "html": 3, "truncated": 3, "null": 2, "empty": 2,
}  # fmt: skip
SECONDS = {"slow": 0.4, "late": 6.0}


async def test_fifty_double_clicked_openings_in_a_storm(fresh: FreshDatabase, tell: Tell) -> None:
    async with stage(fresh) as here:
        asked = await many_approved(here, REQUESTS)
        _brew(here)
        here.slack.state.double_clicks = True
        rounds = 0
        while pending := [(page, ref) for page, ref in asked if here.request(ref).state != "delivered"]:
            rounds += 1
            assert rounds <= ROUNDS
            before = {ref: here.attempts(ref) for _, ref in pending}
            await asyncio.gather(*(open_in_own_tab(here, page, ref, rounds) for page, ref in pending))
            await here.until(lambda: all(here.attempts(ref) > tried for ref, tried in before.items()))  # noqa: B023 # read in this round
            await here.until(lambda: all(here.can_be_pressed(ref) for _, ref in asked))
        await here.deepgram.faults.landed()
        rested = await here.until(lambda: all(here.at_rest(ref) for _, ref in asked))
        shown, live = here.shown(), {key.key_id for key in here.live()}
        tell(
            f"storm, {fresh.name}: {REQUESTS} requests, {rounds} rounds of double clicks, "
            f"{here.to_deepgram.count(*CREATE)} creates sent, {len(here.made)} keys made, {len(shown)} secrets shown "
            f"({max(Counter(shown).values())} time each), {len(live)} live and distinct, "
            f"{len(here.made) - len(live)} orphans ended, {sum(here.attempts(ref) for _, ref in asked)} attempts; "
            f"at rest {rested:.1f} s after the last"
        )
        assert len(shown) == len(set(shown)) == len(live) == REQUESTS
        assert {here.made[key_id] for key_id in live} == set(shown)
        assert all(len(here.live_of(ref)) == 1 for _, ref in asked)
        assert set(here.made) <= here.known().keys()


def _brew(here: Stage) -> None:
    kinds = [kind for kind, times in TROUBLE.items() for _ in range(times)]
    random.Random(5).shuffle(kinds)
    for kind in kinds:
        here.deepgram.faults.add(kind, *CREATE, seconds=SECONDS.get(kind, 1.0))  # type: ignore[arg-type] # its own names
