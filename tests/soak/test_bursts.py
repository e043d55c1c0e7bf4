"""kill -9 in the midst of many makings at once: each is caught at another point, and each comes to rest."""

from __future__ import annotations

import asyncio
import random
from collections import Counter

import pytest

from bot.store import mints
from tests.soak.conftest import Tell
from tests.soak.crowd import Approved, many_approved, open_in_own_tab
from tests.soak.stage import CREATE, FreshDatabase, Stage, button, stage

pytestmark = pytest.mark.soak

REQUESTS = 24
BURSTS = 2
KILLED_AFTER = (0.5, 1.2)  # seconds from the first press
APART = 0.03  # seconds from press to press


async def test_killed_in_the_midst_of_many_makings(fresh: FreshDatabase, tell: Tell) -> None:
    async with stage(fresh) as here:
        asked, caught = await many_approved(here, REQUESTS), Counter[str]()
        for number in range(BURSTS):
            await _cards_follow(here, asked)
            caught += await _burst(here, asked, number)
            await here.start_bot()
            rested = await here.until(lambda: all(here.at_rest(ref) for _, ref in asked))
            tell(f"burst {number + 1}, {fresh.name}: {_summary(here, asked)}; all at rest {rested:.1f} s after restart")
        await asyncio.gather(*(open_in_own_tab(here, *each, BURSTS) for each in _pending(here, asked)))
        await here.until(lambda: not _pending(here, asked) and all(here.at_rest(ref) for _, ref in asked))
        live = {key.key_id for key in here.live()}
        points = ", ".join(f"{point} {times}" for point, times in sorted(caught.items()))
        tell(f"bursts, {fresh.name}: caught {points}; {len(here.made)} creates, in the end {len(live)} live keys")
        assert len(live) == REQUESTS
        assert set(here.made) <= here.known().keys()
        assert max(Counter(here.shown()).values()) == 1
        assert {here.made[key_id] for key_id in live} <= set(here.shown())


async def _burst(here: Stage, asked: Approved, number: int) -> Counter[str]:
    dice = random.Random(number)
    for _ in range(REQUESTS):
        here.deepgram.faults.add("slow", *CREATE, seconds=dice.uniform(0.0, 0.4))
    presses = [asyncio.create_task(_later(here, asked, turn, number)) for turn in range(REQUESTS)]
    await asyncio.sleep(KILLED_AFTER[number])
    await here.kill_bot()
    await asyncio.gather(*presses)
    here.deepgram.faults.clear()
    await asyncio.sleep(0.5)  # what the provider had begun, it ends
    return Counter(_point(here, ref) for _, ref in asked)


async def _later(here: Stage, asked: Approved, turn: int, number: int) -> None:
    await asyncio.sleep(turn * APART)
    page, ref = asked[turn]
    if here.request(ref).state == "approved" and (found := button(page, "keys.open", ref)):
        await here.act(page.user, f"{ref}-{number}", found)


async def _cards_follow(here: Stage, asked: Approved) -> None:
    """Wait until whoever may press has the button: nobody draws it once the bot is killed."""
    for page, ref in asked:
        if here.request(ref).state == "approved":
            await page.sees(lambda seen, ref=ref: button(seen, "keys.open", ref), 60)  # type: ignore[misc] # binds the loop's value


def _pending(here: Stage, asked: Approved) -> Approved:
    return [(page, ref) for page, ref in asked if here.request(ref).state != "delivered"]


def _point(here: Stage, ref: str) -> str:
    """Say where the kill caught a making."""
    if (state := here.request(ref).state) != "creating":
        return {"approved": "before the intent", "delivered": "after delivered"}.get(state, state)
    mint = here.read(lambda session: mints.of_request(session, ref))[-1]
    if mint.provider_key_id is None:
        return "made, not recorded" if here.live_of(ref) else "after the intent"
    return "shown, not committed" if here.made[mint.provider_key_id] in here.shown() else "recorded, not shown"


def _summary(here: Stage, asked: Approved) -> str:
    return ", ".join(
        f"{count} {state}" for state, count in Counter(here.request(ref).state for _, ref in asked).items()
    )
