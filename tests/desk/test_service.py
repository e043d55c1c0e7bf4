"""The desk holds, runs or refuses what it is asked, and writes all of it down."""

from __future__ import annotations

import asyncio

import pytest

from bot.desk.limits import HOUR
from bot.desk.service import MOST_OPEN, WAITING_TIME, Held
from bot.errors import BotError, NotAllowed
from bot.store.projects import ProjectSettings
from tests.factories import (
    ANA,
    EVE,
    LI,
    NOON,
    OWNER,
    PROJECT,
    RAJ,
    SECOND_OWNER,
    Bench,
    actor,
    add,
    create_key,
    entries,
    key,
    person,
    request,
)


def recorded(desk: Bench, subject: str) -> list[tuple[str, str]]:
    return [(entry.name, entry.actor) for entry in entries(desk.database, subject)]


# --- asking ---


async def test_a_wish_for_a_key_waits_for_its_approvers(either_desk: Bench) -> None:
    outcome = await either_desk.desk.submit(create_key(), actor(ANA), "V1")
    assert isinstance(outcome, Held)
    waiting = either_desk.request(outcome.request.id)
    assert outcome.deciders == {RAJ, LI}
    assert (waiting.state, waiting.requester, waiting.project_id) == ("waiting", ANA, PROJECT)
    assert waiting.expires_at == NOON + WAITING_TIME
    assert recorded(either_desk, waiting.id) == [("desk.held", ANA)]
    await either_desk.engine.drain()
    assert either_desk.told["desk.cards"] == 1


async def test_the_same_form_counts_once(either_desk: Bench) -> None:
    first = await either_desk.held(view_id="V1")
    again = await either_desk.held(view_id="V1")
    other = await either_desk.held(view_id="V2")
    assert first.id == again.id != other.id


async def test_the_same_form_sent_twice_at_once_counts_once(either_desk: Bench) -> None:
    made = await asyncio.gather(*(either_desk.held(view_id="V1") for _ in range(6)))
    assert len({each.id for each in made}) == 1


async def test_where_nobody_is_left_to_decide_nothing_is_posted(desk: Bench) -> None:
    add(desk.database, person("UX", "guest"))
    with desk.database.transaction() as session:
        session.merge(ProjectSettings(project_id=PROJECT, approvers=[]))
        session.merge(person(SECOND_OWNER, "deactivated"))
    with pytest.raises(NotAllowed, match="Nobody could decide this"):
        await desk.desk.submit(create_key(), actor(OWNER))
    await desk.engine.drain()
    assert desk.told["desk.cards"] == 0
    assert recorded(desk, PROJECT) == [("desk.refused", OWNER)]


@pytest.mark.parametrize("standing", ["guest", "deactivated", "stranger", "bot"])
async def test_who_lost_their_standing_no_longer_decides(desk: Bench, standing: str) -> None:
    waiting = await desk.held()
    with desk.database.transaction() as session:
        session.merge(person(RAJ, standing))
    with desk.database.reading() as session:
        assert desk.desk.deciders(session, waiting) == {LI}
    with pytest.raises(NotAllowed, match="@li can"):
        await desk.desk.decide(waiting.id, 1, "approved", actor(RAJ))


async def test_ten_times_an_hour_is_the_most_that_one_person_asks(desk: Bench) -> None:
    for _ in range(10):
        waiting = await desk.held()
        await desk.desk.cancel(waiting.id, actor(ANA))
    with pytest.raises(NotAllowed, match=r"10 times within an hour.* You can ask again on Mon 02 Mar"):
        await desk.held()
    assert await desk.held(by=EVE)
    desk.clock.move(HOUR)
    assert await desk.held()


async def test_nobody_piles_up_more_than_the_desk_holds(desk: Bench) -> None:
    before = NOON - 2 * HOUR
    add(desk.database, *(request(created_at=before) for _ in range(MOST_OPEN - 1)), request(state="denied"))
    await desk.held()
    with pytest.raises(NotAllowed, match=f"{MOST_OPEN} open requests"):
        await desk.held()
    assert await desk.held(by=EVE)


# --- what runs at once ---


async def test_what_may_run_runs_at_once_and_what_may_not_is_recorded(desk: Bench) -> None:
    from bot.keys.operations import EndKey

    add(desk.database, key(1, id="ky1", state="ended"))
    wish = EndKey(project_id=PROJECT, key_id="ky1")
    with pytest.raises(NotAllowed, match="not yours to revoke") as refused:
        await desk.desk.submit(wish, actor(EVE))
    assert refused.value.on_record  # so the door does not write it down again
    assert recorded(desk, PROJECT) == [("desk.refused", EVE)]
    outcome = await desk.desk.submit(wish, actor(ANA))
    assert not isinstance(outcome, Held)
    assert "already ended" in outcome.text


async def test_every_refusal_is_one_that_people_can_read(desk: Bench) -> None:
    with pytest.raises(BotError) as refusal:
        await desk.desk.cancel("rq-none", actor(ANA))
    assert refusal.value.text == "There is no such request here. Nothing changed."


async def test_what_a_leaver_asked_for_is_denied_or_expires_but_never_approved(desk: Bench) -> None:
    waiting = await desk.held()
    with desk.database.transaction() as session:
        session.merge(person(ANA, "deactivated"))
    with pytest.raises(NotAllowed, match="no active member"):
        await desk.desk.decide(waiting.id, 1, "approved", actor(RAJ))
    assert desk.request(waiting.id).state == "waiting"
    await desk.desk.decide(waiting.id, 1, "denied", actor(RAJ), "left")
    assert desk.request(waiting.id).state == "denied"
