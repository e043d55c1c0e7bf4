"""What a user group gives is believed for 15 minutes; then it gives no power, and nobody else notices."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.desk.service import Held, Ran
from bot.errors import CouldNotCheck, NotAllowed
from bot.groups import NO_GROUPS
from bot.policy import Role
from bot.roles.operations import ChangeDeciders, MakeOwner, SetRole
from bot.slack.web import SlackError, SlackRateLimited
from bot.store.roles import WORKSPACE, GroupRead, RoleDefault
from tests.factories import ANA, EVE, LI, NOON, OWNER, RAJ, TEAM, actor, rows, set_up
from tests.roles.conftest import RoleBench
from tests.roles.test_changing import role, submit, wish

AWAY = SlackError("usergroups.list", "fatal_error")


def not_read_for(made: RoleBench, minutes: int) -> None:
    """Let the groups have been read so long ago."""
    with made.database.transaction() as session:
        for group in ("S1", "S2"):
            kept = session.get(GroupRead, (TEAM, group))
            if kept is not None:
                kept.read_at -= timedelta(minutes=minutes)


async def with_groups(made: RoleBench) -> None:
    """Give Owner to the group S1 (Ana), and Reader to S2 (Li)."""
    set_up(made.database, approvers=())
    made.slack.groups = {"S1": frozenset({ANA}), "S2": frozenset({LI})}
    await submit(made, wish("owner", group="S1"))
    await submit(made, wish("reader", group="S2"), by=OWNER)


async def test_what_a_group_gives_is_believed_for_15_minutes(made: RoleBench) -> None:
    await with_groups(made)
    made.slack.refuses["usergroups.list"] = AWAY
    not_read_for(made, 14)
    assert role(made, ANA) is Role.OWNER
    not_read_for(made, 2)
    assert [role(made, who) for who in (ANA, RAJ, LI)] == [Role.DEVELOPER, Role.DEVELOPER, Role.READER]


async def test_only_whoever_needs_the_group_is_refused_and_in_words(made: RoleBench) -> None:
    await with_groups(made)
    made.slack.refuses["usergroups.list"] = SlackRateLimited("usergroups.list", 600)
    not_read_for(made, 16)
    made.groups._looked = None  # noqa: SLF001 as after a restart
    for who in (OWNER, ANA, RAJ, LI):
        assert (await made.people.authenticate(TEAM, who)).user_id == who
    assert isinstance(await submit(made, wish("reader", EVE)), Ran)
    with pytest.raises(NotAllowed, match="has not told Keydesk for a while who is in it"):
        await submit(made, wish("reader", RAJ), by=ANA)
    with pytest.raises(CouldNotCheck, match="Try again in 10 minutes"):
        await submit(made, wish("reader", group="S1"))
    assert isinstance(await submit(made, wish(None, group="S2")), Ran)


async def test_nobody_is_alone_while_a_group_that_holds_owner_was_not_read(made: RoleBench) -> None:
    await with_groups(made)
    made.slack.refuses["usergroups.list"] = AWAY
    not_read_for(made, 16)
    with pytest.raises(NotAllowed, match="@uana cannot decide it here"):
        await submit(made, wish("owner", RAJ))
    assert (role(made, RAJ), role(made, ANA)) == (Role.DEVELOPER, Role.DEVELOPER)
    with pytest.raises(NotAllowed, match="another Owner must approve"):
        await made.change.set_role(wish("owner", ANA), actor(OWNER))


async def test_a_group_owner_decides_again_once_slack_tells(made: RoleBench) -> None:
    await with_groups(made)
    not_read_for(made, 16)
    made.groups._looked = None  # noqa: SLF001 as after a restart
    await made.people.authenticate(TEAM, OWNER)
    held = await submit(made, wish("owner", RAJ))
    assert isinstance(held, Held)
    assert (held.request.kind, held.deciders) == (MakeOwner.kind, frozenset({ANA}))


async def test_on_a_plan_without_groups_roles_are_given_to_people(made: RoleBench) -> None:
    made.slack.refuses["usergroups.list"] = SlackError("usergroups.list", NO_GROUPS)
    assert await made.groups.offered() == "This workspace's Slack plan has no user groups: roles are given to people."
    assert isinstance(await submit(made, wish("reader", ANA)), Ran)
    with pytest.raises(CouldNotCheck, match="plan has no user groups, so roles are given to people"):
        await submit(made, SetRole(groups=("S1",), role="reader"))
    assert rows(made.database, lambda session: made.desk.roles_in(session, TEAM, WORKSPACE).owners()) == {OWNER}


async def test_taking_a_group_away_that_was_not_read_lately_still_changes_who_decides(made: RoleBench) -> None:
    set_up(made.database, approvers=(RAJ, LI))
    made.slack.groups = {"S1": frozenset({RAJ})}
    await submit(made, wish("developer", LI))
    await submit(made, wish("developer", group="S1"))
    with made.database.transaction() as session:
        session.merge(RoleDefault(team_id=TEAM, role="reader", set_by=OWNER, set_at=NOON))
    made.slack.refuses["usergroups.list"] = AWAY
    not_read_for(made, 16)
    asked = await made.change.as_asked(wish(None, group="S1"), actor(OWNER))
    assert isinstance(asked, ChangeDeciders)
