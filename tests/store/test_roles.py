"""The rows of roles, on both databases."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.errors import NotAllowed
from bot.operation import Actor
from bot.roles.operations import TakeOwner
from bot.store import roles
from bot.store.database import Database
from bot.store.roles import WORKSPACE, GroupRead, RoleHeld
from tests.factories import ANA, EVE, NOON, OWNER, PROJECT, RAJ, TEAM, actor, add, confirmed, rows, set_up
from tests.roles.conftest import RoleBench, role_bench


def held(holder: str, role: str, project_id: str = WORKSPACE, kind: str = "person") -> RoleHeld:
    """Return a role that was given."""
    place = {"team_id": TEAM, "project_id": project_id, "holder_kind": kind, "holder": holder}
    return RoleHeld(role=role, set_by=OWNER, set_at=NOON, **place)


def group(group_id: str, *members: str) -> GroupRead:
    """Return a user group as read from Slack."""
    return GroupRead(team_id=TEAM, group_id=group_id, handle=group_id, name=group_id, members=[*members], read_at=NOON)


def test_roles_are_paged_and_found_by_role_holder_and_project(store: Database) -> None:
    add(
        store, held(ANA, "owner"), held(RAJ, "reader"), held(ANA, "reader", PROJECT), held("S1", "reader", kind="group")
    )

    def found(words: str) -> list[tuple[str, str]]:
        page, _ = rows(store, lambda session: roles.page(session, TEAM, words, limit=10, offset=0))
        return [(row.holder, row.role) for row in page]

    assert len(found("")) == 4
    assert found("owner") == [(ANA, "owner")]
    assert found(PROJECT) == [(ANA, "reader")]
    assert found("S1") == [("S1", "reader")]
    assert rows(store, lambda session: roles.lowering_projects(session, TEAM)) == [PROJECT]
    assert rows(store, lambda session: roles.page(session, TEAM, limit=1, offset=1))[1] == 4


def test_groups_follow_what_slack_lists(store: Database) -> None:
    assert rows(store, lambda session: roles.holding_groups(session, TEAM)) == []
    add(store, held("S1", "reader", kind="group"), held("S1", "reader", PROJECT, kind="group"), held(ANA, "reader"))
    assert rows(store, lambda session: roles.holding_groups(session, TEAM)) == ["S1"]
    for listed in ([group("S1", ANA), group("S2", RAJ)], [group("S2", ANA, RAJ)], []):
        with store.transaction() as session:
            roles.save_groups(session, TEAM, listed, (), NOON)
        kept = rows(store, lambda session: [(each.group_id, each.members) for each in roles.groups(session, TEAM)])
        assert kept == [(each.group_id, each.members) for each in listed]


def test_a_group_whose_members_slack_leaves_out_stays_as_last_read(store: Database) -> None:
    for listed, untold in (([group("S1", ANA), group("S2", RAJ)], []), ([group("S2")], ["S1"])):
        with store.transaction() as session:
            roles.save_groups(session, TEAM, listed, untold, NOON)
    kept = rows(store, lambda session: {each.group_id: each.members for each in roles.groups(session, TEAM)})
    assert kept == {"S1": [ANA], "S2": []}


def test_whoever_left_a_group_that_holds_owner_is_known_until_they_are_back(store: Database) -> None:
    add(store, held("S1", "owner", kind="group"), held("S2", "reader", kind="group"), held("S2", "owner", PROJECT))
    add(store, *confirmed("S1", ANA, RAJ))
    seen = []
    for listed, untold in (
        ([group("S1", ANA, RAJ, EVE), group("S2", ANA)], []),
        ([group("S1", ANA), group("S2")], []),
        ([], []),
        ([], ["S1"]),
        ([group("S1", RAJ)], []),
        ([group("S1", RAJ, ANA)], []),
    ):
        with store.transaction() as session:
            roles.save_groups(session, TEAM, listed, untold, NOON)
        seen.append(rows(store, lambda session: roles.former_members(session, TEAM, ["S1", "S2"])))
    raj, both, ana = ({"S1": frozenset(who)} for who in ({RAJ}, {ANA, RAJ}, {ANA}))
    assert seen == [{}, raj, both, both, ana, {}]


@pytest.mark.parametrize(("minutes", "believed"), [(0, True), (14, True), (15, False), (-20, False)])
def test_what_was_read_is_believed_for_a_quarter_of_an_hour(minutes: int, believed: bool) -> None:
    assert group("S1", ANA).is_believed(NOON + timedelta(minutes=minutes)) is believed


async def test_of_two_owners_who_demote_each_other_at_once_one_remains(store: Database) -> None:
    set_up(store)
    made = role_bench(store, frozenset())
    add(store, held(ANA, "owner"), held(RAJ, "owner"))
    refusals = await asyncio.gather(demoted(made, RAJ, actor(ANA)), demoted(made, ANA, actor(RAJ)))
    assert sorted(refusals) == [False, True]
    owners = rows(store, lambda session: made.desk.policy_context(session, TEAM, WORKSPACE).owners)
    assert len(owners) == 1


async def demoted(made: RoleBench, whom: str, by: Actor) -> bool:
    """Make somebody a Reader, and tell whether that was refused."""
    try:
        await made.change.set_role(TakeOwner(people=(whom,), role="reader"), by)
    except NotAllowed:
        return True
    return False
