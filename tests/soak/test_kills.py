"""kill -9 of the bot at every point of a making and of an approval: at rest there is one live key or none."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial

import pytest

from tests.scenarios.people import PRIYA, YUKI, Person
from tests.soak import cuts
from tests.soak.conftest import Tell
from tests.soak.stage import CREATE, FreshDatabase, Stage, ask, asked_and_approved, button, opened, press, stage

pytestmark = pytest.mark.soak

AT_ONCE = 7
CARDS_SECONDS = 90.0  # a post that was cut off keeps others from posting for a minute

Play = Callable[[Stage, str], Awaitable[str]]


async def test_killed_anywhere_one_live_key_or_none_remains(fresh: FreshDatabase, tell: Tell) -> None:
    room = asyncio.Semaphore(AT_ONCE)

    async def one(name: str, play: Play) -> str:
        async with room, stage(fresh) as here:
            return await play(here, name)

    lines = await asyncio.gather(*(one(*cell) for cell in PLAYS.items()), return_exceptions=True)
    for name, line in zip(PLAYS, lines, strict=True):
        tell(f"kill -9, {fresh.name}, {name}: {line if isinstance(line, str) else repr(line)}")
    assert [line for line in lines if not isinstance(line, str)] == []


async def _while_making(here: Stage, name: str, *, cut: cuts.Cut, creates: int, state: str = "approved") -> str:
    yuki, priya = await here.page(YUKI), await here.page(PRIYA)
    request_id = await asked_and_approved(here, yuki, priya, name)
    await cut(here, lambda: press(yuki, "keys.open", request_id))
    if yuki.modals:
        await yuki.closes()
    await here.start_bot()
    seconds = await here.until(lambda: len(here.made) == creates and here.at_rest(request_id))
    assert here.request(request_id).state == state
    if state == "approved":
        assert here.deepgram.state.is_live(await opened(yuki, request_id))
    else:
        await yuki.reads("delivered", CARDS_SECONDS)
    await here.until(lambda: here.request(request_id).state == "delivered" and here.at_rest(request_id))
    return _counted(here, request_id, f"at rest {state} {seconds:.1f} s after the restart")


def _counted(here: Stage, request_id: str, outcome: str) -> str:
    story, attempts = here.story(request_id), here.attempts(request_id)
    assert set(here.made) <= here.known().keys(), "a key at the provider that the store does not know"
    assert max(Counter(here.shown()).values()) == 1
    assert len(here.live()) == 1
    assert story.count("keys.create.started") == attempts
    assert attempts - 1 <= story.count("keys.create.interrupted") <= 2 * (attempts - 1)  # settling was cut off, too
    assert story.count("keys.delivered") == 1
    return (
        f"{outcome}; in the end {attempts} attempts, {len(here.made)} creates, {len(here.shown())} secrets shown, "
        f"1 live key"
    )


async def _while_approving(here: Stage, name: str, *, cut: cuts.Cut, state: str) -> str:
    yuki, priya = await here.page(YUKI), await here.page(PRIYA)
    request_id = await ask(here, yuki, name)
    await priya.sees(lambda seen: button(seen, "desk.approve", request_id))
    await yuki.sees(lambda seen: button(seen, "desk.cancel", request_id))
    await asyncio.sleep(cuts.BLOCKED_SECONDS)  # the cards are out, and recorded as such
    await cut(here, lambda: press(priya, "desk.approve", request_id))
    assert here.request(request_id).state == state
    await here.start_bot()
    if state == "waiting":
        await press(priya, "desk.approve", request_id)
    seconds = await _cards_follow(here, yuki, priya, request_id)
    assert here.deepgram.state.is_live(await opened(yuki, request_id))
    await here.until(lambda: here.at_rest(request_id))
    assert here.story(request_id).count("desk.approved") == 1
    return _counted(here, request_id, f"still {state}; every card said approved {seconds:.1f} s later")


async def _cards_follow(here: Stage, yuki: Person, priya: Person, request_id: str) -> float:
    def follow() -> bool:
        own = [str(message.get("blocks")) for (where, _), message in yuki.messages.items() if where.startswith("D")]
        cards = [*own, *(str(message.get("blocks")) for message in priya.messages.values())]
        copies = sum("approved, waiting" in card for card in own)
        stale = any("waiting for a decision" in card for card in cards)
        return copies == 2 and not stale and button(yuki, "keys.open", request_id) is not None

    return await here.until(follow, CARDS_SECONDS)


PLAYS: dict[str, Play] = {
    "news not posted": partial(_while_approving, cut=cuts.before_the_news, state="approved"),
    "create lands 40 s late": partial(_while_making, cut=cuts.late(40), creates=1),
    "create lands 5 s late": partial(_while_making, cut=cuts.late(5), creates=1),
    "killed twice, making and ending": partial(_while_making, cut=cuts.twice, creates=1),
    "before the intent": partial(_while_making, cut=cuts.before_the_intent, creates=0),
    "after the intent": partial(_while_making, cut=cuts.after_the_intent, creates=0),
    "during the call": partial(_while_making, cut=cuts.during_the_call, creates=1),
    "answer not recorded": partial(_while_making, cut=cuts.before_the_answer_is_recorded, creates=1),
    "recorded, not shown": partial(_while_making, cut=cuts.before_the_window_shows_it, creates=1),
    "shown, answer lost": partial(_while_making, cut=cuts.window_shown_unanswered, creates=1),
    "shown, not committed": partial(_while_making, cut=cuts.before_delivered_is_committed, creates=1),
    "delivered, cards behind": partial(_while_making, cut=cuts.after_delivered, creates=1, state="delivered"),
    "approval acked, not committed": partial(_while_approving, cut=cuts.before_the_decision, state="waiting"),
    "approved, cards behind": partial(_while_approving, cut=cuts.before_the_cards, state="approved"),
}


async def test_told_to_stop_in_the_middle_the_bot_drains(fresh: FreshDatabase, tell: Tell) -> None:
    async with stage(fresh) as here:
        yuki, priya = await here.page(YUKI), await here.page(PRIYA)
        request_id = await asked_and_approved(here, yuki, priya, "drained")
        hold = here.to_deepgram.hold(*CREATE, "before")
        await press(yuki, "keys.open", request_id)
        await hold.here()
        asyncio.get_running_loop().call_later(3, hold.release)
        loop = asyncio.get_running_loop()
        begun = loop.time()
        assert await here.stop_bot() == 0
        window = await yuki.reads_in_window("Copy it now: it is shown once")
        assert here.deepgram.state.is_live(window.split("```")[1])
        assert here.at_rest(request_id)
        assert here.request(request_id).state == "delivered"
        tell(f"SIGTERM during a slow create: exit 0 after {loop.time() - begun:.1f} s, the key was delivered")
