"""What a role lets somebody do is asked in three ways, which give one answer."""

from __future__ import annotations

import pytest

from bot.errors import NotAllowed
from bot.policy import Role
from bot.store.roles import WORKSPACE, FormerMember, RoleHeld
from tests.factories import ANA, LI, NOON, OWNER, PROJECT, TEAM, Bench, actor, add, confirmed


@pytest.mark.parametrize("name", ["projects.settings", "what no table names"])
async def test_whose_role_is_too_low_is_refused_gets_no_button_and_reads_why(desk: Bench, name: str) -> None:
    with desk.database.reading() as session:
        access = desk.desk.access(session, actor(ANA), PROJECT)
        refusal = access.denial(name)
        assert refusal is not None
        assert not access.can(name)
        with pytest.raises(NotAllowed) as refused:
            access.require(name)
    assert refused.value.text == refusal.text != ""


async def test_whose_role_is_enough_passes_and_gets_the_button(desk: Bench) -> None:
    with desk.database.reading() as session:
        access = desk.desk.access(session, actor(OWNER), PROJECT)
        assert access.denial("projects.settings") is None
        assert access.can("projects.settings")
        access.require("projects.settings")


def raised(holder: str, holder_kind: str = "person", role: str = "owner") -> RoleHeld:
    """Return the row that gives somebody, or a group, a role in the workspace."""
    return RoleHeld(
        team_id=TEAM,
        project_id=WORKSPACE,
        holder_kind=holder_kind,
        holder=holder,
        role=role,
        set_by=OWNER,
        set_at=NOON,
    )


async def test_a_change_is_judged_by_what_it_has_just_written(desk: Bench) -> None:
    with desk.database.transaction() as session:
        assert desk.desk.roles_in(session, TEAM).of(ANA) is Role.DEVELOPER
        session.add(raised(ANA))
        session.flush()
        assert desk.desk.roles_in(session, TEAM).of(ANA) is Role.OWNER


@pytest.mark.parametrize("writes", [False, True])
async def test_roles_are_read_once_while_nothing_changes(desk: Bench, writes: bool) -> None:
    with desk.database.transaction() if writes else desk.database.reading() as session:
        assert desk.desk.roles_in(session, TEAM, PROJECT) is desk.desk.roles_in(session, TEAM, PROJECT)
        assert desk.desk.roles_in(session, TEAM) is not desk.desk.roles_in(session, TEAM, PROJECT)


@pytest.mark.parametrize(("role", "counts"), [("owner", True), ("developer", False)])
async def test_whoever_left_a_group_that_holds_owner_counts_as_one_who_held_it(
    desk: Bench, role: str, counts: bool
) -> None:
    left = FormerMember(team_id=TEAM, group_id="S1", user_id=LI, left_at=NOON)
    add(desk.database, raised("S1", "group", role), left, *confirmed("S1", LI))
    with desk.database.reading() as session:
        here = desk.desk.roles_in(session, TEAM)
    assert (LI in here.holders(), LI in here.owners()) == (counts, False)
