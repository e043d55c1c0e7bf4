"""Somebody with a U-id and a W-id is one person, wherever people are counted or told from each other."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.desk.service import MOST_OPEN, Held
from bot.errors import NotAllowed
from bot.policy import Role
from bot.store import people, persons
from bot.store.database import Database
from bot.store.people import Person
from bot.store.persons import Persons
from bot.store.roles import WORKSPACE, GroupRead, RoleHeld
from tests.clocks import machine_now
from tests.factories import ANA, LI, NOON, PROJECT, RAJ, TEAM, Bench, actor, add, create_key, rows, set_up

ALIAS = "W0RAJ"


@pytest.fixture
def two_ids(desk: Bench) -> Bench:
    """Raj comes with a W-id, too; he and Li approve in the project, he under both."""
    set_up(desk.database, approvers=[RAJ, ALIAS, LI])
    with desk.database.transaction() as session:
        session.get_one(Person, (TEAM, RAJ)).org_user_id = ALIAS
        session.add(Person(team_id=TEAM, user_id=ALIAS, name="raj", org_user_id=ALIAS, read_at=NOON, known_since=NOON))
    return desk


def known(database: Database) -> Persons:
    """Read who has several ids."""
    found: Persons = rows(database, lambda session: persons.known(session, TEAM))
    return found


@pytest.mark.parametrize("asks", [RAJ, ALIAS])
async def test_no_alias_of_the_requester_decides_or_is_named(two_ids: Bench, asks: str) -> None:
    held = await two_ids.desk.submit(create_key(), actor(asks))
    assert isinstance(held, Held)
    assert held.deciders == {LI}
    assert rows(two_ids.database, lambda session: two_ids.desk.deciders(session, held.request)) == {LI}
    for other in (RAJ, ALIAS):
        with pytest.raises(NotAllowed, match="You asked for this"):
            await two_ids.desk.decide(held.request.id, 1, "approved", actor(other))
    assert (await two_ids.desk.cancel(held.request.id, actor(RAJ))).state == "cancelled"


async def test_whoever_is_named_under_one_id_decides_under_the_other(two_ids: Bench) -> None:
    held = await two_ids.desk.submit(create_key(), actor(ANA))
    assert isinstance(held, Held)
    assert held.deciders == {RAJ, LI}
    assert (await two_ids.desk.decide(held.request.id, 1, "approved", actor(ALIAS))).state == "approved"


async def test_requests_of_both_ids_are_counted_together(two_ids: Bench) -> None:
    for number in range(10):
        await two_ids.desk.submit(create_key(), actor((RAJ, ALIAS)[number % 2]))
    for who in (RAJ, ALIAS):
        with pytest.raises(NotAllowed, match="You have asked 10 times within an hour"):
            await two_ids.desk.submit(create_key(), actor(who))
    two_ids.clock.move(timedelta(hours=2))
    for _ in range(MOST_OPEN - 10):
        await two_ids.desk.submit(create_key(), actor(ALIAS))
    two_ids.clock.move(timedelta(hours=2))
    with pytest.raises(NotAllowed, match=f"{MOST_OPEN} open requests"):
        await two_ids.desk.submit(create_key(), actor(RAJ))


def test_roles_of_one_person_are_one_whichever_id_has_them(two_ids: Bench) -> None:
    given: dict[str, Any] = {"team_id": TEAM, "set_by": ANA, "set_at": NOON}
    group = GroupRead(team_id=TEAM, group_id="S1", handle="s", name="s", members=[ALIAS], read_at=machine_now())
    add(
        two_ids.database,
        group,
        RoleHeld(holder_kind="person", holder=RAJ, role="owner", **given),
        RoleHeld(holder_kind="person", holder=ALIAS, role="reader", **given),
        RoleHeld(holder_kind="person", holder=ALIAS, role="reader", project_id=PROJECT, **given),
        RoleHeld(holder_kind="group", holder="S1", role="owner", **given),
    )
    for place, expected in ((WORKSPACE, Role.OWNER), (PROJECT, Role.READER)):
        with two_ids.database.reading() as session:
            found = two_ids.desk.roles_in(session, TEAM, place)
        assert [found.of(who) for who in (RAJ, ALIAS)] == [expected] * 2
        assert ALIAS not in found.owners() | found.holders()
        assert found.with_changed([ALIAS], [], Role.READER).of(RAJ) is Role.READER


@pytest.mark.parametrize("store_first", [RAJ, ALIAS])
def test_the_first_that_was_known_stands_for_the_others(store: Database, store_first: str) -> None:
    now = machine_now()
    second = RAJ if store_first == ALIAS else ALIAS
    for minutes, user_id in enumerate((store_first, second, store_first)):
        said = Person(team_id=TEAM, user_id=user_id, org_user_id=ALIAS, read_at=now + timedelta(minutes=minutes))
        with store.transaction() as session:
            people.save(session, said, now + timedelta(minutes=minutes))
    add(store, Person(team_id=TEAM, user_id=ANA, org_user_id="W0ANA", read_at=now))
    one = known(store)
    assert one.each([RAJ, ALIAS, ANA, LI]) == {store_first, ANA, LI}
    assert [sorted(one.ids(who)) for who in (second, ANA)] == [sorted([RAJ, ALIAS]), [ANA]]
