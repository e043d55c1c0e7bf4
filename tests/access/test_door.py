"""The door: whoever is refused reads why, and the record says who, what and why, without being flooded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlmodel import col, select

from bot.access import places
from bot.access.door import Door
from bot.access.refusals import FURTHER, REFUSED, Refusals
from bot.errors import NotAllowed
from bot.groups import Groups
from bot.people import People
from bot.slack.call import Call
from bot.slack.entering import enter
from bot.slack.routes import MEMBER, Answer, Route
from bot.store import scheduled_jobs
from bot.store.database import Database
from bot.store.record import Entry
from tests.clocks import SetClock
from tests.declared import POLICY
from tests.factories import ANA, EVE, NOON, OWNER, TEAM, rows, set_up
from tests.fake_slack import FakeSlack
from tests.inline import InlineEngine

HOUR = timedelta(hours=1)


async def nothing(call: Call, access: object) -> Answer:
    del call, access
    return None


SETTING = Route(nothing, needs="roles.set", project=places.workspace)
LOOKING = Route(nothing, needs=MEMBER, project=places.workspace)


@dataclass
class Entrance:
    """A door over a store, an emulated clock, and a Slack of two calls."""

    database: Database
    clock: SetClock
    engine: InlineEngine
    slack: FakeSlack
    door: Door

    async def comes(self, user_id: str, route: Route, team_id: str = TEAM) -> None:
        screen = FakeSlack()
        await self.door.admit(Call("command", "roles set", team_id, user_id, {}, screen, screen.post), route)

    async def is_refused_inside(self, user_id: str, refusal: NotAllowed) -> None:
        """Let somebody pass to a listener that refuses them."""

        async def listener(call: Call, access: object) -> Answer:
            del call, access
            raise refusal

        screen = FakeSlack()
        call = Call("action", "digests.change", TEAM, user_id, {}, screen, screen.post)
        with pytest.raises(NotAllowed):
            await enter(call, Route(listener, needs=MEMBER, project=places.workspace), self.door)

    def recorded(self) -> list[Entry]:
        entries = select(Entry).where(col(Entry.name) == REFUSED).order_by(col(Entry.id))
        found: list[Entry] = rows(self.database, lambda session: list(session.exec(entries)))
        return found

    async def an_hour_passes(self) -> None:
        self.clock.move(HOUR)
        await self.engine.drain()


@pytest.fixture
async def entrance(store: Database) -> Entrance:
    set_up(store)
    slack, clock = FakeSlack(), SetClock(NOON)
    engine = InlineEngine(store.transaction, scheduled_jobs, clock)
    refusals = Refusals(store, engine, clock, TEAM)
    await engine.start({FURTHER: refusals.tell_further})
    people = People(store, slack.user_profile, TEAM, Groups(store, slack.user_groups, TEAM))
    return Entrance(store, clock, engine, slack, Door(store, people, refusals, frozenset({OWNER}), POLICY))


async def test_whoever_is_no_member_any_more_stands_in_the_record(entrance: Entrance) -> None:
    entrance.slack.gone = {EVE}
    with pytest.raises(NotAllowed, match="deactivated"):
        await entrance.comes(EVE, LOOKING)
    (entry,) = entrance.recorded()
    assert (entry.actor, entry.subject, entry.team_id) == (EVE, "roles set", TEAM)
    assert "deactivated" in entry.detail["why"]


async def test_whoever_is_from_elsewhere_stands_in_our_record(entrance: Entrance) -> None:
    with pytest.raises(NotAllowed):
        await entrance.comes("USTRANGER", LOOKING, "T0OTHER")
    assert [(entry.actor, entry.team_id) for entry in entrance.recorded()] == [("USTRANGER", TEAM)]


async def test_whoever_lacks_the_role_stands_in_the_record_with_what_they_wanted(entrance: Entrance) -> None:
    with pytest.raises(NotAllowed) as refused:
        await entrance.comes(ANA, SETTING)
    (entry,) = entrance.recorded()
    assert (entry.actor, entry.subject, entry.detail["why"]) == (ANA, "roles.set", refused.value.text)


async def test_whoever_may_is_let_pass_and_nothing_is_written(entrance: Entrance) -> None:
    await entrance.comes(OWNER, SETTING)
    await entrance.comes(ANA, LOOKING)
    assert entrance.recorded() == []


async def test_further_refusals_of_one_hour_are_one_more_entry_with_their_count(entrance: Entrance) -> None:
    for _ in range(60):
        with pytest.raises(NotAllowed):
            await entrance.comes(ANA, SETTING)
    assert len(entrance.recorded()) == 1
    await entrance.an_hour_passes()
    assert [entry.detail["further"] for entry in entrance.recorded()] == [0, 59]
    await entrance.an_hour_passes()
    assert len(entrance.recorded()) == 2


async def test_after_an_hour_the_next_one_is_written_at_once_again(entrance: Entrance) -> None:
    for _ in range(2):
        with pytest.raises(NotAllowed):
            await entrance.comes(ANA, SETTING)
        await entrance.an_hour_passes()
    assert [entry.detail["further"] for entry in entrance.recorded()] == [0, 0]


async def test_another_person_and_another_reason_are_entries_of_their_own(entrance: Entrance) -> None:
    for user_id in (ANA, EVE):
        with pytest.raises(NotAllowed):
            await entrance.comes(user_id, SETTING)
    entrance.slack.gone = {"UGONE"}
    with pytest.raises(NotAllowed):
        await entrance.comes("UGONE", SETTING)
    assert [entry.actor for entry in entrance.recorded()] == [ANA, EVE, "UGONE"]


async def test_what_a_listener_refuses_stands_in_the_record_as_well(entrance: Entrance) -> None:
    await entrance.is_refused_inside(EVE, NotAllowed("It is somebody else's digest."))
    (entry,) = entrance.recorded()
    assert (entry.actor, entry.subject, entry.detail["why"]) == (EVE, "digests.change", "It is somebody else's digest.")


async def test_what_the_desk_wrote_down_is_not_written_down_again(entrance: Entrance) -> None:
    written = NotAllowed("It is somebody else's digest.")
    written.on_record = True
    await entrance.is_refused_inside(EVE, written)
    assert entrance.recorded() == []
