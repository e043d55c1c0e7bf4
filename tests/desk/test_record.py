"""What the record keeps of attempts that changed nothing, and what people read of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot import audit
from bot.desk import views
from bot.desk.deciding import REMIND_AFTER
from bot.desk.drawing import MOST_HISTORY, history
from bot.desk.service import WAITING_TIME, Desk
from bot.errors import AlreadyDecided, BotError
from tests.declared import RECORDED
from tests.factories import ANA, EVE, NOON, RAJ, Bench, actor, entries

REFUSED: list[tuple[str, str, Callable[[Desk, str], Awaitable[object]]]] = [
    ("only who asked reminds", RAJ, lambda desk, id_: desk.remind(id_, actor(RAJ))),
    ("too early to remind", ANA, lambda desk, id_: desk.remind(id_, actor(ANA))),
    ("not theirs to deny", EVE, lambda desk, id_: desk.check_decidable(id_, 1, actor(EVE))),
]


@pytest.mark.parametrize(("what", "who", "attempt"), REFUSED, ids=[what for what, _, _ in REFUSED])
async def test_a_refused_attempt_is_written_down_and_changes_nothing(
    desk: Bench, what: str, who: str, attempt: Callable[[Desk, str], Awaitable[object]]
) -> None:
    waiting = await desk.held()
    with pytest.raises(BotError) as refusal:
        await attempt(desk.desk, waiting.id)
    last = entries(desk.database, waiting.id)[-1]
    assert (last.name, last.actor, last.detail["why"]) == ("desk.refused", who, refusal.value.text), what
    assert (desk.request(waiting.id).state, desk.request(waiting.id).version) == ("waiting", 1)


async def test_late_clicks_are_written_down_and_change_nothing(desk: Bench) -> None:
    approved = await desk.approved()
    cancelled = await desk.desk.cancel(approved.id, actor(ANA))
    late = (
        desk.desk.decide(approved.id, 1, "denied", actor(RAJ), "no"),
        desk.desk.check_decidable(approved.id, 1, actor(RAJ)),
        desk.desk.cancel(approved.id, actor(ANA)),
        desk.desk.remind(approved.id, actor(ANA)),
    )
    for attempt in late:
        with pytest.raises(AlreadyDecided):
            await attempt
    assert [entry.name for entry in entries(desk.database, approved.id)][3:] == ["desk.refused"] * 4
    assert desk.request(approved.id).version == cancelled.version


@pytest.mark.parametrize("verdict", ["approved", "denied", "asked why", "reminded"])
async def test_what_time_has_ended_is_over_though_the_sweep_is_late(desk: Bench, verdict: str) -> None:
    waiting = await desk.held()
    desk.clock.move(WAITING_TIME)
    attempt: Awaitable[object] = {
        "asked why": lambda: desk.desk.check_decidable(waiting.id, 1, actor(RAJ)),
        "reminded": lambda: desk.desk.remind(waiting.id, actor(ANA)),
    }.get(verdict, lambda: desk.desk.decide(waiting.id, 1, verdict, actor(RAJ), "why"))()
    with pytest.raises(AlreadyDecided, match=r"ended on .* without a decision\. Nothing changed\."):
        await attempt
    assert desk.request(waiting.id).state == "expired"
    assert [entry.name for entry in entries(desk.database, waiting.id)] == ["desk.held", "desk.expired", "desk.refused"]


async def test_details_show_the_newest_and_count_the_rest(desk: Bench) -> None:
    waiting = await desk.held()
    with desk.database.transaction() as session:
        for minute in range(30):
            at = NOON + timedelta(minutes=minute)
            audit.note_request(session, actor(EVE), "desk.refused", waiting, at, why="no")
        audit.note_request(session, audit.KEYDESK, "desk.expired", waiting, NOON + REMIND_AFTER)
    with desk.database.reading() as session:
        lines = history(session, waiting, RECORDED)
    assert len(lines) == 1 + MOST_HISTORY
    assert lines[0] == "… 12 earlier"
    assert lines[1].endswith("refused; nothing changed · @eve")
    assert lines[-1].endswith("expired without a decision · Keydesk")


async def test_a_short_history_is_shown_whole(desk: Bench) -> None:
    approved = await desk.approved()
    with desk.database.reading() as session:
        lines = history(session, approved, RECORDED)
    assert [line.rpartition(" · ")[2] for line in lines] == ["@ana", "@raj"]


@pytest.mark.parametrize("state", ["lapsed", "failed"])
def test_a_card_claims_nothing_about_keys_that_it_does_not_know(state: str) -> None:
    assert "no key" not in views.STATES[state][1]
