"""One Owner alone changes nothing that needs a second one, whichever way round they go."""

from __future__ import annotations

import pytest

from bot.desk.service import Held, Ran
from bot.errors import AlreadyDecided, CouldNotCheck, FormError, NotAllowed
from bot.policy import Role
from bot.roles.operations import ChangeDeciders, ChangeDefaultRole, MakeOwner, TakeOwner
from bot.slack.web import SlackError
from bot.store import requests, roles
from bot.store.database import Database
from bot.store.requests import Request
from bot.store.roles import WORKSPACE, RoleDefault, RoleHeld
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
    entries,
    owed_to,
    person,
    rows,
    set_up,
)
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


@pytest.fixture
def three(two: RoleBench) -> RoleBench:
    """Eve is one as well."""
    add(two.database, is_owner(EVE))
    return two


async def approved(made: RoleBench, asked: Held | Ran, by: str) -> Request:
    """Have somebody approve a change and carry it out; return the request as it is then."""
    assert isinstance(asked, Held)
    await made.desk.decide(asked.request.id, 1, "approved", actor(by))
    await made.desk.run_approved(asked.request.id, asked.request.created_at)
    found: Request = rows(made.database, lambda session: requests.get(session, asked.request.id))
    return found


def heard(made: RoleBench, who: str) -> list[str]:
    """Return what this person is told."""
    return [notice.text for notice in owed_to(made.database, who)]


async def test_a_third_owner_decides_that_another_loses_it_who_is_told_at_once(three: RoleBench) -> None:
    asked = await submit(three, wish("developer", RAJ, LI), by=ANA)
    assert isinstance(asked, Held)
    assert (asked.request.kind, set(asked.deciders)) == (TakeOwner.kind, {EVE})
    assert asked.request.description["wish"] == "to take Owner from @uraj."
    with pytest.raises(NotAllowed, match=r"@u?eve can"):
        await three.desk.decide(asked.request.id, 1, "approved", actor(RAJ))
    with pytest.raises(NotAllowed, match="another Owner must approve"):
        await three.change.set_role(wish("developer", RAJ), actor(ANA))
    assert heard(three, RAJ) == []
    assert (await approved(three, asked, EVE)).state == "done"
    assert role(three, RAJ) is Role.DEVELOPER
    assert heard(three, RAJ) == [f"You are Developer in *Keydesk* now, and were Owner: <@{ANA}> changed roles."]


@pytest.mark.parametrize("place", [WORKSPACE, PROJECT])
@pytest.mark.parametrize("fixed", [frozenset[str](), frozenset({ANA})])
async def test_of_two_owners_neither_takes_it_from_the_other_and_the_way_out_is_told(
    two: RoleBench, fixed: frozenset[str], place: str
) -> None:
    made = role_bench(two.database, fixed)
    for role_ in ("developer", "reader"):
        with pytest.raises(NotAllowed, match=r"@uraj can give it up .* KEYDESK_OWNERS is changed where"):
            await submit(made, wish(role_, RAJ, LI, project_id=place), by=ANA)
    assert owners(made, place) == {ANA, RAJ}
    assert isinstance(await submit(made, wish("owner", EVE), by=ANA), Held)


async def test_an_owner_is_lowered_in_a_project_by_two_others_and_lifted_by_two(three: RoleBench) -> None:
    asked = await submit(three, wish("reader", RAJ, project_id=PROJECT), by=ANA)
    assert isinstance(asked, Held)
    assert asked.deciders == {EVE}
    assert (await approved(three, asked, EVE)).state == "done"
    assert role(three, RAJ, PROJECT) is Role.READER
    assert f"You are Reader in *production* now, and were Owner: <@{ANA}> changed roles." in heard(three, RAJ)
    with pytest.raises(NotAllowed, match="yours here is Reader"):
        await submit(three, wish(None, RAJ, project_id=PROJECT), by=RAJ)
    lifted = await submit(three, wish(None, RAJ, project_id=PROJECT), by=ANA)
    assert isinstance(lifted, Held)
    assert (lifted.request.kind, set(lifted.deciders)) == (MakeOwner.kind, {EVE})
    with pytest.raises(NotAllowed, match="@uraj can give it up"):  # who is lowered here decides nothing here
        await submit(three, wish("reader", EVE, project_id=PROJECT), by=ANA)


async def test_owner_is_taken_from_a_group_by_two(three: RoleBench) -> None:
    add(three.database, is_owner("S1", "group"), *confirmed("S1", ANA, LI))
    three.slack.groups = {"S1": frozenset({ANA, LI})}
    await three.groups.read_now()
    asked = await submit(three, wish("reader", group="S1"), by=ANA)
    assert isinstance(asked, Held)
    assert asked.request.description["wish"] == "to take Owner from @uli."
    assert asked.deciders == {RAJ, EVE}


async def test_owner_is_given_up_by_oneself_and_taken_from_who_left_without_waiting(three: RoleBench) -> None:
    assert isinstance(await submit(three, wish("reader", ANA), by=ANA), Ran)
    three.slack.gone = {EVE}
    assert isinstance(await submit(three, wish(None, EVE), by=RAJ), Ran)
    assert owners(three, WORKSPACE) == {RAJ}
    assert heard(three, EVE) == []


async def test_whether_another_owner_left_is_never_guessed(two: RoleBench) -> None:
    two.slack.silent, two.slack.gone = {RAJ}, {RAJ}
    with_old_row = person(RAJ, "deactivated")  # as read long ago
    with two.database.transaction() as session:
        session.merge(with_old_row)
    for asked in (wish("owner", LI), wish("developer", RAJ)):
        with pytest.raises(CouldNotCheck, match="@raj can still decide could not be read"):
            await submit(two, asked, by=ANA)
    two.slack.silent = set()
    made = await submit(two, wish("owner", LI), by=ANA)
    assert isinstance(made, Ran)
    assert made.text.endswith("you are the only one who can act; the record says so.")
    noted = [entry.detail for entry in entries(two.database, WORKSPACE) if entry.name == "desk.alone"]
    assert [(each["kind"], each["why"]) for each in noted] == [(MakeOwner.kind, "There is no other Owner who can act.")]


async def test_people_of_a_group_that_slack_tells_no_more_of_are_still_others(two: RoleBench) -> None:
    alone = role_bench(two.database, frozenset())
    add(two.database, is_owner("S1", "group"), *confirmed("S1", ANA, LI))
    alone.slack.groups, alone.slack.gone = {"S1": frozenset({ANA, LI})}, {RAJ}
    await alone.groups.read_now()
    await alone.people.look_again([RAJ])
    alone.slack.refuses["usergroups.list"] = SlackError("usergroups.list", "fatal_error")
    assert isinstance(await submit(alone, wish("owner", EVE), by=ANA), Held)


# --- who approves keys changes by roles, too ---


@pytest.fixture
def reading(two: RoleBench) -> RoleBench:
    """Li approves in the project and is a Reader, so that nobody approves by that."""
    set_up(two.database, approvers=[LI])
    with two.database.transaction() as session:
        session.merge(RoleHeld(team_id=TEAM, holder_kind="person", holder=LI, role="reader", set_by=RAJ, set_at=NOON))
    return two


def approvers(made: RoleBench) -> frozenset[str]:
    """Return who approves keys in the project."""
    found: frozenset[str] = rows(
        made.database, lambda session: made.desk.policy_context(session, TEAM, PROJECT).approvers
    )
    return found


async def test_nobody_makes_a_friend_an_approver_by_their_role(reading: RoleBench) -> None:
    reading.slack.groups = {"S1": frozenset({LI})}
    await reading.groups.read_now()
    ways = [wish("developer", LI), wish(None, LI)]
    for asked in ways:
        held = await submit(reading, asked, by=ANA)
        assert isinstance(held, Held)
        assert (held.request.kind, set(held.deciders)) == (ChangeDeciders.kind, {RAJ})
        with pytest.raises(NotAllowed, match="another Owner must approve"):
            await reading.change.set_role(asked, actor(ANA))
    assert isinstance(await submit(reading, wish("developer", EVE), by=ANA), Ran)  # who approves nowhere
    assert approvers(reading) == frozenset()


async def test_nobody_makes_a_friend_an_approver_by_a_group_or_by_the_default(reading: RoleBench) -> None:
    with reading.database.transaction() as session:
        session.merge(RoleDefault(team_id=TEAM, role="reader", set_by=RAJ, set_at=NOON))
        roles.take_away(session, TEAM, WORKSPACE, "person", LI)
    reading.slack.groups = {"S1": frozenset({LI})}
    held = await submit(reading, wish("developer", group="S1"), by=ANA)
    assert isinstance(held, Held)
    assert held.request.kind == ChangeDeciders.kind
    raised = await reading.change.default_as_asked(ChangeDefaultRole(role="developer"), actor(ANA))
    by_default = await reading.desk.submit(raised, actor(ANA))
    assert isinstance(by_default, Held)
    assert by_default.deciders == {RAJ}
    assert approvers(reading) == frozenset()
    assert (await approved(reading, by_default, RAJ)).state == "done"
    assert approvers(reading) == {LI}


async def test_nobody_silences_an_approver_by_their_role_and_who_is_silenced_is_told(two: RoleBench) -> None:
    set_up(two.database, approvers=[LI])
    for asked in (wish("reader", LI), wish("reader", LI, project_id=PROJECT)):
        assert isinstance(await submit(two, asked, by=ANA), Held)
    lower = await two.change.default_as_asked(ChangeDefaultRole(role="reader"), actor(ANA))
    held = await two.desk.submit(lower, actor(ANA))
    assert isinstance(held, Held)
    assert (await approved(two, held, RAJ)).state == "done"
    assert heard(two, LI) == [f"You do not approve keys of *production* any more: <@{ANA}> changed roles."]


async def test_a_role_that_moved_while_its_change_was_held_voids_it_and_whoever_asked_is_told(three: RoleBench) -> None:
    first = await submit(three, wish("owner", LI), by=ANA)
    crossing = await submit(three, wish("owner", LI), by=RAJ)
    assert isinstance(first, Held)
    assert isinstance(crossing, Held)
    assert (await approved(three, first, EVE)).state == "done"
    void = rows(three.database, lambda session: requests.get(session, crossing.request.id))
    assert (void.state, void.note.startswith("Void: what it was to change has changed meanwhile. The role of @")) == (
        "failed",
        True,
    )
    assert [entry.name for entry in entries(three.database, void.id)] == ["desk.held", "desk.void"]
    with pytest.raises(AlreadyDecided, match="refused for good"):
        await three.desk.decide(void.id, 1, "approved", actor(EVE))


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
    add(alone.database, *confirmed("S1", SECOND_OWNER))
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
