"""Giving a group Owner anew confirms whom its card showed, and forgets who left; nobody is made alone by an edit."""

from __future__ import annotations

import asyncio

import pytest

from bot.desk.service import Held, Ran
from bot.errors import FormError, NotAllowed
from bot.policy import Role
from bot.roles import service
from bot.roles.joining import GroupJoining
from bot.roles.operations import MOST_PEOPLE, MakeOwner
from bot.store import group_owners, roles
from bot.store.database import Database
from bot.store.people import Person
from bot.store.requests import Request
from tests.factories import (
    ANA,
    EVE,
    LI,
    NOON,
    OWNER,
    PROJECT,
    RAJ,
    SECOND_OWNER,
    TEAM,
    actor,
    add,
    confirmed,
    rows,
    set_up,
)
from tests.roles.conftest import RoleBench, role_bench
from tests.roles.test_changing import role, submit, wish
from tests.roles.test_groups_are_people import approved, asked
from tests.roles.test_second_owner import heard, is_owner

ALIAS = "W0RAJ"


async def in_group(made: RoleBench, *user_ids: str) -> None:
    """Let these people be in the group S1, and have it read and told."""
    made.slack.groups = {"S1": frozenset(user_ids)}
    await made.groups.read_now()
    await GroupJoining(made.database, made.desk, TEAM).tell(NOON)


@pytest.fixture
async def owned(small_store: Database) -> RoleBench:
    """The group S1 made Ana and Raj Owner, and the environment names two more."""
    add(small_store, is_owner("S1", "group"), *confirmed("S1", ANA, RAJ))
    made = role_bench(small_store, frozenset({OWNER, SECOND_OWNER}))
    await in_group(made, ANA, RAJ)
    return made


def joined(made: RoleBench, who: str = OWNER) -> list[str]:
    """Return what somebody heard of those who joined."""
    return [text for text in heard(made, who) if "joined" in text]


async def test_who_is_put_back_is_owner_again_as_long_as_nothing_was_confirmed(owned: RoleBench) -> None:
    await in_group(owned, ANA)
    assert role(owned, RAJ) is Role.DEVELOPER
    await in_group(owned, ANA, RAJ)
    assert (role(owned, RAJ), joined(owned)) == (Role.OWNER, [])


async def test_a_confirmation_forgets_who_left_and_they_wait_when_they_are_put_back(owned: RoleBench) -> None:
    await in_group(owned, ANA, EVE)
    request = await asked(owned)
    assert ("Left it, and no Owner if put back", f"<@{RAJ}>") in map(tuple, request.description["fields"])
    assert (await approved(owned, request)).state == "done"
    await in_group(owned, ANA, EVE, RAJ)
    assert [role(owned, who) for who in (ANA, EVE, RAJ)] == [Role.OWNER, Role.OWNER, Role.DEVELOPER]
    assert any(text.startswith(f"<@{RAJ}> joined") for text in joined(owned))


async def test_to_forget_who_left_takes_two_owners_though_nobody_becomes_one(owned: RoleBench) -> None:
    await in_group(owned, ANA)
    assert (await asked(owned)).kind == MakeOwner.kind
    assert rows(owned.database, lambda session: group_owners.confirmed(session, TEAM, ["S1"]))["S1"] == {ANA, RAJ}


async def test_who_is_put_back_before_it_is_approved_makes_the_card_void(owned: RoleBench) -> None:
    await in_group(owned, ANA, EVE)
    request = await asked(owned)
    await in_group(owned, ANA, EVE, RAJ)
    with pytest.raises(NotAllowed, match=r"Void: .* not in it when this was asked: @raj"):
        await approved(owned, request)
    assert (role(owned, RAJ), role(owned, EVE)) == (Role.OWNER, Role.DEVELOPER)


async def test_who_is_put_back_while_it_is_carried_out_waits_and_still_counts(owned: RoleBench) -> None:
    await in_group(owned, ANA, EVE)
    request = await asked(owned)
    owned.slack.groups = {"S1": frozenset({ANA, EVE, RAJ})}
    assert (await approved(owned, request)).state == "done"
    await in_group(owned, ANA, EVE, RAJ)
    assert role(owned, RAJ) is Role.DEVELOPER
    assert rows(owned.database, lambda session: roles.former_members(session, TEAM, ["S1"])) == {"S1": {RAJ}}
    assert any(text.startswith(f"<@{RAJ}> joined") for text in joined(owned))


@pytest.mark.parametrize("then", [(ANA,), (ANA, RAJ), ()], ids=["out of it", "back in it", "all out"])
async def test_whom_a_confirmation_forgot_leaves_nobody_alone(small_store: Database, then: tuple[str, ...]) -> None:
    add(small_store, is_owner("S1", "group"), is_owner(EVE), *confirmed("S1", ANA, RAJ))
    both = role_bench(small_store, frozenset({OWNER, SECOND_OWNER}))
    for members in ((ANA, RAJ), (ANA, LI)):
        await in_group(both, *members)
    assert (await approved(both, await asked(both))).state == "done"
    await in_group(both, ANA, RAJ)
    alone = role_bench(small_store, frozenset())
    await in_group(alone, *then)
    alone.slack.gone = {ANA, LI, OWNER, SECOND_OWNER}
    await alone.people.look_again(alone.slack.gone)
    with pytest.raises(NotAllowed, match="@uraj held Owner by a user group that has changed since"):
        await submit(alone, wish("owner", LI), by=EVE)


async def test_who_waited_and_left_is_nobody_to_a_later_giving_of_the_role(owned: RoleBench) -> None:
    for members in ((ANA, RAJ, EVE), (ANA, RAJ)):
        await in_group(owned, *members)
    assert rows(owned.database, lambda session: roles.former_members(session, TEAM, ["S1"])) == {}
    assert isinstance(await submit(owned, wish("owner", group="S1")), Ran)


async def test_a_joiner_of_a_large_group_can_be_confirmed(owned: RoleBench) -> None:
    many = [f"U{number:010}" for number in range(MOST_PEOPLE + 10)]
    add(owned.database, *confirmed("S1", *many))
    await in_group(owned, ANA, RAJ, *many, EVE)
    request = await asked(owned)
    shown = dict(map(tuple, request.description["fields"]))
    assert shown["Who"].startswith(f"<@{EVE}>\n")
    assert shown["Owner by it already"] == "62 others in the group"
    assert (await approved(owned, request)).state == "done"
    assert [role(owned, who) for who in (EVE, ANA, many[0], many[-1])] == [Role.OWNER] * 4


async def test_the_refusal_of_a_large_group_counts_those_who_become_owner(owned: RoleBench) -> None:
    await in_group(owned, ANA, RAJ, *(f"U{number:010}" for number in range(MOST_PEOPLE + 1)))
    with pytest.raises(FormError, match="This gives Owner to 51 people of the group, more than a card can show"):
        await submit(owned, wish("owner", group="S1"))


async def test_a_card_confirms_nobody_unshown_who_was_forgotten_since(owned: RoleBench) -> None:
    await in_group(owned, ANA, RAJ, EVE)
    request = await asked(owned)
    with owned.database.transaction() as session:
        group_owners.confirm(session, TEAM, "S1", [ANA], NOON)
    assert (await approved(owned, request)).state == "done"
    assert (role(owned, EVE), role(owned, RAJ)) == (Role.OWNER, Role.DEVELOPER)


async def test_only_the_row_that_makes_owners_says_who_waits(owned: RoleBench) -> None:
    lowered = await submit(owned, wish("reader", group="S1", project_id=PROJECT))
    assert isinstance(lowered, Held)
    assert (await approved(owned, lowered.request)).state == "done"
    await in_group(owned, ANA, RAJ, EVE)
    page = rows(owned.database, lambda session: service.page(session, owned.desk, actor(OWNER), "S1", 1))
    assert sorted((row.role, row.waiting) for row in page.rows) == [("Owner", 1), ("Reader", 0)]


async def test_who_is_owner_anyway_and_joins_is_not_told_of_until_they_are_none(owned: RoleBench) -> None:
    add(owned.database, is_owner(LI))
    await in_group(owned, ANA, RAJ, OWNER, LI)
    assert joined(owned) == []
    await in_group(owned, ANA, RAJ, OWNER, LI, EVE)
    assert joined(owned)[0].startswith(f"<@{EVE}> joined")
    with owned.database.transaction() as session:
        roles.take_away(session, TEAM, "", "person", LI)
    await in_group(owned, ANA, RAJ, OWNER, LI, EVE)
    assert any(text.startswith(f"<@{LI}> joined") for text in joined(owned))


async def test_who_joins_while_no_owner_can_hear_of_it_is_told_of_later(owned: RoleBench) -> None:
    everybody = {ANA, RAJ, OWNER, SECOND_OWNER}
    owned.slack.gone = everybody
    await owned.people.look_again(everybody)
    await in_group(owned, ANA, RAJ, EVE)
    assert rows(owned.database, lambda session: group_owners.waiting(session, TEAM, "S1")) == 0
    owned.slack.gone = set()
    await owned.people.look_again(everybody)
    await in_group(owned, ANA, RAJ, EVE)
    assert len(joined(owned)) == 1


async def test_an_owner_is_no_joiner_under_another_id_of_theirs(owned: RoleBench) -> None:
    request = await asked_for_raj_and_eve(owned)
    with owned.database.transaction() as session:
        session.get_one(Person, (TEAM, RAJ)).org_user_id = ALIAS
        session.add(Person(team_id=TEAM, user_id=ALIAS, org_user_id=ALIAS, read_at=NOON, known_since=NOON))
    await in_group(owned, ANA, ALIAS, EVE)
    assert (role(owned, ALIAS), len(joined(owned))) == (Role.OWNER, 1)
    assert (await approved(owned, request)).state == "done"
    assert (role(owned, RAJ), role(owned, EVE)) == (Role.OWNER, Role.OWNER)
    assert rows(owned.database, lambda session: roles.former_members(session, TEAM, ["S1"])) == {}
    assert rows(owned.database, lambda session: group_owners.waiting(session, TEAM, "S1")) == 0


async def asked_for_raj_and_eve(made: RoleBench) -> Request:
    """Ask for Owner anew once Eve joined."""
    await in_group(made, ANA, RAJ, EVE)
    return await asked(made)


async def test_of_two_rounds_at_once_one_tells(store: Database) -> None:
    set_up(store)
    add(store, is_owner("S1", "group"), *confirmed("S1", ANA))
    made = role_bench(store, frozenset({OWNER}))
    made.slack.groups = {"S1": frozenset({ANA, EVE})}
    await made.groups.read_now()
    await asyncio.gather(*(GroupJoining(store, made.desk, TEAM).tell(NOON) for _ in range(2)))
    assert len(joined(made)) == 1


async def test_two_confirmations_at_once_do_not_collide(store: Database) -> None:
    for _ in range(2):
        await asyncio.gather(
            *(store.write(lambda session: group_owners.confirm(session, TEAM, "S1", [ANA, EVE], NOON)) for _ in "ab")
        )
    assert rows(store, lambda session: group_owners.confirmed(session, TEAM, ["S1"])) == {"S1": {ANA, EVE}}
