"""One Owner alone changes nothing that needs a second one, whichever way round they go."""

from __future__ import annotations

import pytest

from bot.desk.service import Held, Ran
from bot.errors import CouldNotCheck, FormError, NotAllowed
from bot.policy import Role
from bot.roles.operations import MakeOwner, TakeOwner
from bot.store.database import Database
from bot.store.roles import RoleHeld
from tests.factories import ANA, EVE, NOON, OWNER, RAJ, SECOND_OWNER, TEAM, actor, add
from tests.roles.conftest import RoleBench, role_bench
from tests.roles.test_changing import owners, role, submit, wish

NEVER_SEEN = "UNEVER"


def is_owner(holder: str, kind: str = "person") -> RoleHeld:
    """Return the row of an Owner."""
    return RoleHeld(team_id=TEAM, holder_kind=kind, holder=holder, role="owner", set_by=OWNER, set_at=NOON)


@pytest.fixture
def two(small_store: Database) -> RoleBench:
    """Ana and Raj are Owners because somebody made them so; the configuration names nobody."""
    add(small_store, is_owner(ANA), is_owner(RAJ))
    return role_bench(small_store, frozenset())


async def test_nobody_takes_owner_from_another_alone_to_be_the_only_one(two: RoleBench) -> None:
    for role_ in ("developer", None):
        asked = await submit(two, wish(role_, RAJ, EVE), by=ANA)
        assert isinstance(asked, Held)
        assert asked.request.kind == TakeOwner.kind
        assert asked.deciders == {RAJ}
        assert asked.request.description["wish"] == "to take Owner from @raj."
    with pytest.raises(NotAllowed, match="another Owner must approve"):
        await two.change.set_role(wish("developer", RAJ), actor(ANA))
    made = await submit(two, wish("owner", EVE), by=ANA)
    assert isinstance(made, Held)
    assert owners(two, "") == {ANA, RAJ}


async def test_another_owner_agrees_that_owner_is_taken(two: RoleBench) -> None:
    asked = await submit(two, wish("developer", RAJ), by=ANA)
    assert isinstance(asked, Held)
    await two.desk.decide(asked.request.id, 1, "approved", actor(RAJ))
    await two.desk.run_approved(asked.request.id, asked.request.created_at)
    assert role(two, RAJ) is Role.DEVELOPER


async def test_owner_is_taken_from_a_group_by_two(two: RoleBench) -> None:
    add(two.database, is_owner("S1", "group"))
    two.slack.groups = {"S1": frozenset({ANA, EVE})}
    await two.groups.read_now()
    asked = await submit(two, wish("reader", group="S1"), by=ANA)
    assert isinstance(asked, Held)
    assert asked.request.description["wish"] == "to take Owner from @eve."


async def test_owner_is_given_up_alone_and_taken_at_once_by_whom_the_configuration_names(two: RoleBench) -> None:
    assert isinstance(await submit(two, wish("reader", ANA), by=ANA), Ran)
    named = role_bench(two.database, frozenset({OWNER}))
    assert isinstance(await submit(named, wish("developer", RAJ), by=OWNER), Ran)
    assert owners(named, "") == {OWNER}


async def test_why_is_asked_where_another_owner_decides(two: RoleBench) -> None:
    with pytest.raises(FormError, match="Say why"):
        await submit(two, wish("reader", RAJ).model_copy(update={"why": ""}), by=ANA)


async def test_a_group_gets_owner_by_two_though_nobody_is_in_it_yet(two: RoleBench) -> None:
    two.slack.groups = {"S1": frozenset()}
    asked = await submit(two, wish("owner", group="S1"), by=ANA)
    assert isinstance(asked, Held)
    assert asked.request.kind == MakeOwner.kind
    with pytest.raises(NotAllowed, match="another Owner must approve"):
        await two.change.set_role(wish("owner", group="S1"), actor(ANA))


async def test_people_of_whom_nobody_has_read_are_no_owners_who_can_act(small_store: Database) -> None:
    alone = role_bench(small_store, frozenset({"UGHOST"}))
    add(small_store, is_owner(ANA))
    alone.slack.groups, alone.slack.gone = {"S1": frozenset({NEVER_SEEN})}, {NEVER_SEEN}
    alone.slack.unknown = {"UGHOST"}
    assert owners(alone, "") == {ANA}
    assert isinstance(await submit(alone, wish("owner", group="S1"), by=ANA), Ran)
    with pytest.raises(NotAllowed, match="without an Owner who can act"):
        await submit(alone, wish("developer", ANA), by=ANA)
    alone.slack.gone = set()
    alone.slack.groups["S1"] |= {SECOND_OWNER}
    await alone.groups.read_now()
    assert isinstance(await submit(alone, wish("developer", ANA), by=ANA), Ran)
    assert owners(alone, "") == {SECOND_OWNER}


async def test_an_owner_whom_slack_does_not_tell_of_stops_every_change(two: RoleBench) -> None:
    add(two.database, is_owner(NEVER_SEEN))
    two.slack.silent = {NEVER_SEEN}
    with pytest.raises(CouldNotCheck, match="nothing changed"):
        await submit(two, wish("reader", EVE), by=ANA)
    two.slack.silent = set()
    assert isinstance(await submit(two, wish("reader", EVE), by=ANA), Ran)
    assert owners(two, "") == {ANA, RAJ, NEVER_SEEN}
