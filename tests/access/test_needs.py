"""What a route needs may be read from the call; whoever is refused finds that name in the record."""

from __future__ import annotations

import pytest
from sqlmodel import col, select

from bot.access.door import Door
from bot.access.places import workspace
from bot.errors import NotAllowed
from bot.operation import Actor
from bot.slack.call import Call
from bot.slack.routes import Answer, Route
from bot.store.database import Database
from bot.store.record import Entry
from tests.clocks import SetClock
from tests.doors import door_of
from tests.factories import ANA, NOON, OWNER, TEAM, rows, set_up
from tests.fake_slack import FakeSlack
from tests.roles.conftest import role_bench


async def nothing(_call: Call, _access: object) -> Answer:
    return None


def named(_: Actor, call: Call) -> str:
    return call.value


ROUTE = Route(nothing, named, workspace)


@pytest.mark.parametrize(("who", "name"), [(ANA, "digests.subscribe"), (OWNER, "roles.set")])
async def test_whoever_may_do_what_the_button_names_is_let_pass(small_store: Database, who: str, name: str) -> None:
    assert (await door(small_store).admit(pressed(who, name), ROUTE)).actor.user_id == who


async def test_whoever_may_not_reads_why_and_the_record_has_what_the_button_named(small_store: Database) -> None:
    with pytest.raises(NotAllowed, match="takes the role Owner"):
        await door(small_store).admit(pressed(ANA, "roles.set"), ROUTE)
    refused = select(Entry.subject).where(col(Entry.actor) == ANA, col(Entry.name) == "access.refused")
    assert rows(small_store, lambda session: list(session.exec(refused))) == ["roles.set"]


def door(database: Database) -> Door:
    """Return the door of a workspace with one owner."""
    set_up(database)
    people = role_bench(database, frozenset({OWNER})).people
    return door_of(database, people, SetClock(NOON), {OWNER})


def pressed(who: str, value: str) -> Call:
    """Return the press of a button."""
    screen = FakeSlack()
    return Call("action", "it", TEAM, who, {}, screen, screen.post, value=value)
