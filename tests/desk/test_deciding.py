"""A request is decided once, by the right person; its owner withdraws or reminds; time ends the rest."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import SQLModel

from bot.desk import views
from bot.desk.deciding import OPENING_TIME, REMIND_AFTER
from bot.desk.service import WAITING_TIME
from bot.errors import AlreadyDecided, NotAllowed, NotUnderstood
from bot.store import cards, decisions
from bot.store.database import Database
from bot.store.people import Person
from bot.store.roles import RoleHeld
from tests.factories import (
    ANA,
    EVE,
    LI,
    NOON,
    OWNER,
    RAJ,
    TEAM,
    Bench,
    actor,
    add,
    entries,
    person,
    request,
)


def recorded(desk: Bench, subject: str) -> list[tuple[str, str]]:
    return [(entry.name, entry.actor) for entry in entries(desk.database, subject)]


# --- deciding ---


async def test_an_approval_grants_a_right_for_a_day(either_desk: Bench) -> None:
    waiting = await either_desk.held()
    approved = await either_desk.desk.decide(waiting.id, 1, "approved", actor(RAJ))
    assert (approved.state, approved.version, approved.open_until) == ("approved", 2, NOON + OPENING_TIME)
    with either_desk.database.reading() as session:
        (made,) = decisions.of_request(session, waiting.id)
        news = [copy.place for copy in cards.of_request(session, waiting.id) if copy.audience == "news"]
    assert (made.user_id, made.verdict, made.card_version, made.decided_at) == (RAJ, "approved", 1, NOON)
    assert news == [ANA]
    assert recorded(either_desk, waiting.id) == [("desk.held", ANA), ("desk.approved", RAJ)]


async def test_a_denial_keeps_its_reason(desk: Bench) -> None:
    waiting = await desk.held()
    denied = await desk.desk.decide(waiting.id, 1, "denied", actor(LI), "Use staging.")
    assert (denied.state, denied.note, denied.finished_at) == ("denied", "Use staging.", NOON)
    with desk.database.reading() as session:
        (made,) = decisions.of_request(session, waiting.id)
    assert made.reason == "Use staging."


async def test_who_loses_the_race_reads_who_won(either_desk: Bench) -> None:
    waiting = await either_desk.held()
    both = await asyncio.gather(
        either_desk.desk.decide(waiting.id, 1, "approved", actor(RAJ)),
        either_desk.desk.decide(waiting.id, 1, "denied", actor(LI), "no"),
        return_exceptions=True,
    )
    (lost,) = [each for each in both if isinstance(each, BaseException)]
    after = either_desk.request(waiting.id)
    winner = {"approved": "@raj", "denied": "@li"}[after.state]
    assert isinstance(lost, AlreadyDecided)
    assert lost.text == f"Already {after.state} by {winner} just now. Nothing changed."
    with either_desk.database.reading() as session:
        assert len(decisions.of_request(session, waiting.id)) == 1


@pytest.mark.parametrize(("passed", "words"), [(12, "12 s ago"), (185, "3 min ago"), (7200, "on Mon 02 Mar 21:00")])
async def test_a_late_click_reads_when_it_was_decided(desk: Bench, passed: int, words: str) -> None:
    waiting = await desk.approved()
    desk.clock.move(timedelta(seconds=passed))
    with pytest.raises(AlreadyDecided) as late:
        await desk.desk.decide(waiting.id, 1, "approved", actor(LI, tz="Asia/Tokyo"))
    assert late.value.text == f"Already approved by @raj {words}. Nothing changed."


REFUSED = [
    (ANA, "someone else must decide"),
    (EVE, r"You cannot decide this one; @li and @raj can\. Nothing changed\."),
    (OWNER, "You cannot decide this one"),
]


@pytest.mark.parametrize(("who", "words"), REFUSED)
@pytest.mark.parametrize("verdict", ["approved", "denied"])
async def test_the_wrong_person_changes_nothing_and_is_recorded(
    desk: Bench, who: str, words: str, verdict: str
) -> None:
    waiting = await desk.held()
    with pytest.raises(NotAllowed, match=words):
        await desk.desk.decide(waiting.id, 1, verdict, actor(who), "why")
    assert (desk.request(waiting.id).state, desk.request(waiting.id).version) == ("waiting", 1)
    assert recorded(desk, waiting.id)[1:] == [("desk.refused", who)]


LEAVES = [person(ANA, "deactivated"), person(ANA, "guest"), person(ANA, "stranger")]
LOWERED = RoleHeld(
    team_id=TEAM, holder_kind="person", holder=ANA, role="reader", set_by=OWNER, set_at=NOON - timedelta(minutes=1)
)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        *((row, "no active member any more") for row in LEAVES),
        (LOWERED, "may not have it any more.* yours here is Reader"),
    ],
    ids=["deactivated", "guest", "stranger", "reader"],
)
async def test_what_the_requester_may_not_have_any_more_is_not_approved(desk: Bench, row: SQLModel, words: str) -> None:
    waiting = await desk.held()
    with desk.database.transaction() as session:
        session.merge(row)
    with pytest.raises(NotAllowed, match=words):
        await desk.desk.decide(waiting.id, 1, "approved", actor(RAJ))
    assert (desk.request(waiting.id).state, desk.request(waiting.id).version) == ("waiting", 1)
    assert recorded(desk, waiting.id)[1:] == [("desk.refused", RAJ)]
    denied = await desk.desk.decide(waiting.id, 1, "denied", actor(RAJ), "They left.")
    assert denied.state == "denied"


@pytest.mark.parametrize("version", [0, -1, 2, 10**8])
async def test_a_version_that_never_was_decides_nothing(desk: Bench, version: int) -> None:
    waiting = await desk.held()
    with pytest.raises(NotUnderstood, match="does not belong"):
        await desk.desk.decide(waiting.id, version, "approved", actor(RAJ))
    assert desk.request(waiting.id).state == "waiting"


async def test_a_request_is_none_of_another_workspaces_business(desk: Bench) -> None:
    waiting = await desk.held()
    elsewhere = actor(RAJ, team_id="TELSE")
    for attempt in (
        desk.desk.decide(waiting.id, 1, "approved", elsewhere),
        desk.desk.check_decidable(waiting.id, 1, elsewhere),
        desk.desk.cancel(waiting.id, actor(ANA, team_id="TELSE")),
        desk.desk.remind(waiting.id, actor(ANA, team_id="TELSE")),
    ):
        with pytest.raises(NotUnderstood, match="no such request"):
            await attempt
    assert desk.request(waiting.id).state == "waiting"


async def test_the_reason_is_asked_only_of_those_who_may_deny(desk: Bench) -> None:
    waiting = await desk.held()
    await desk.desk.check_decidable(waiting.id, 1, actor(RAJ))
    with pytest.raises(NotAllowed):
        await desk.desk.check_decidable(waiting.id, 1, actor(EVE))
    await desk.desk.cancel(waiting.id, actor(ANA))
    with pytest.raises(AlreadyDecided, match="cancelled"):
        await desk.desk.check_decidable(waiting.id, 1, actor(RAJ))


@given(st.text())
def test_any_value_of_a_button_is_read_without_a_word(value: str) -> None:
    request_id, version = views.read_value(value)
    assert value.startswith(request_id)
    assert 0 <= version < 10**8


@given(st.text(alphabet=st.characters(exclude_characters=".")), st.integers(0, 10**8 - 1))
def test_what_a_card_writes_is_read_back(request_id: str, version: int) -> None:
    assert views.read_value(f"{request_id}.{version}") == (request_id, version)


@pytest.mark.parametrize("value", ["", ".", "rq.1", "rq1", "'; drop table requests; --.1", "RQ1.٣", "rq1.-1", "💥.1"])
async def test_a_tampered_button_names_no_request(desk: Bench, value: str) -> None:
    waiting = await desk.held()
    request_id, version = views.read_value(value)
    with pytest.raises(NotUnderstood):
        await desk.desk.decide(request_id, version, "approved", actor(RAJ))
    assert desk.request(waiting.id).state == "waiting"


# --- the requester's own buttons ---


@pytest.mark.parametrize("approved", [False, True])
async def test_a_request_can_be_withdrawn_while_no_key_exists(desk: Bench, approved: bool) -> None:
    mine = await (desk.approved() if approved else desk.held())
    cancelled = await desk.desk.cancel(mine.id, actor(ANA))
    assert cancelled.state == "cancelled"
    with pytest.raises(AlreadyDecided, match="cancelled"):
        await desk.desk.cancel(mine.id, actor(ANA))


async def test_nobody_withdraws_anothers_request(desk: Bench) -> None:
    waiting = await desk.held()
    with pytest.raises(NotAllowed, match="Only the person who asked"):
        await desk.desk.cancel(waiting.id, actor(OWNER))
    assert recorded(desk, waiting.id)[1:] == [("desk.refused", OWNER)]


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("creating", "being created"),
        ("delivered", "shown on Mon 02 Mar 12:00 UTC"),
        ("expired", "without a decision"),
        ("lapsed", "lapsed"),
        ("failed", "refused for good"),
        ("ended", "has ended"),
        ("denied", "Already denied by somebody"),
    ],
)
async def test_what_is_over_says_so_and_stays(desk: Bench, state: str, words: str) -> None:
    add(desk.database, request(id="rq1", state=state, finished_at=NOON))
    for attempt in (
        desk.desk.cancel("rq1", actor(ANA)),
        desk.desk.remind("rq1", actor(ANA)),
        desk.desk.decide("rq1", 1, "approved", actor(RAJ)),
    ):
        with pytest.raises(AlreadyDecided, match=words) as late:
            await attempt
        assert late.value.text.endswith("Nothing changed.")
    assert desk.request("rq1").state == state


async def test_a_reminder_comes_after_half_an_hour_and_then_every_half_hour(desk: Bench) -> None:
    waiting = await desk.held()
    with pytest.raises(NotUnderstood, match=r"them on Mon 02 Mar 12:30 UTC"):
        await desk.desk.remind(waiting.id, actor(ANA))
    desk.clock.move(REMIND_AFTER)
    await desk.desk.remind(waiting.id, actor(ANA))
    with pytest.raises(NotUnderstood, match="Not yet"):
        await desk.desk.remind(waiting.id, actor(ANA))
    desk.clock.move(REMIND_AFTER)
    await desk.desk.remind(waiting.id, actor(ANA))
    await desk.engine.drain()
    assert desk.told["desk.remind"] == 2


async def test_only_the_requester_reminds_and_only_while_it_waits(desk: Bench) -> None:
    waiting = await desk.held()
    desk.clock.move(REMIND_AFTER)
    with pytest.raises(NotAllowed, match="Only the person who asked"):
        await desk.desk.remind(waiting.id, actor(RAJ))
    await desk.desk.decide(waiting.id, 1, "approved", actor(RAJ))
    with pytest.raises(AlreadyDecided, match="approved by @raj"):
        await desk.desk.remind(waiting.id, actor(ANA))


# --- time ---


async def test_what_nobody_decides_expires(either_desk: Bench) -> None:
    waiting = await either_desk.held()
    either_desk.clock.move(WAITING_TIME - timedelta(seconds=1))
    await either_desk.engine.drain()
    assert either_desk.request(waiting.id).state == "waiting"
    either_desk.clock.move(timedelta(seconds=1))
    await either_desk.engine.drain()
    assert either_desk.request(waiting.id).state == "expired"
    assert recorded(either_desk, waiting.id)[1:] == [("desk.expired", "keydesk")]
    with pytest.raises(AlreadyDecided, match="without a decision"):
        await either_desk.desk.decide(waiting.id, 1, "approved", actor(RAJ))


async def test_what_nobody_opens_lapses(desk: Bench) -> None:
    desk.clock.move(timedelta(hours=3))
    approved = await desk.approved()
    desk.clock.move(OPENING_TIME - timedelta(seconds=1))
    await desk.engine.drain()
    assert desk.request(approved.id).state == "approved"
    desk.clock.move(timedelta(seconds=1))
    await desk.engine.drain()
    assert desk.request(approved.id).state == "lapsed"
    assert desk.told["desk.ring"] == 1


async def test_an_end_by_time_comes_too_late_for_what_moved_on(desk: Bench, small_store: Database) -> None:
    denied = await desk.held()
    await desk.desk.decide(denied.id, 1, "denied", actor(RAJ), "no")
    desk.clock.move(timedelta(days=9))
    await desk.engine.drain()
    with small_store.transaction() as session:
        desk.desk.end_by_time(session, "rq-none", "expired", NOON)
        desk.desk.end_by_time(session, denied.id, "lapsed", NOON)
    assert desk.request(denied.id).state == "denied"


async def test_nobody_approves_their_own_request_under_another_id_of_theirs(desk: Bench) -> None:
    waiting = await desk.held()
    with desk.database.transaction() as session:
        for user_id in (ANA, RAJ):
            row = session.get_one(Person, (TEAM, user_id))
            row.org_user_id = "W0ONE"
    with pytest.raises(NotAllowed, match="You asked for this"):
        await desk.desk.decide(waiting.id, 1, "approved", actor(RAJ))
    assert desk.request(waiting.id).state == "waiting"
    assert await desk.desk.decide(waiting.id, 1, "approved", actor(LI))
