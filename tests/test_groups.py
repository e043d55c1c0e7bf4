"""User groups that Slack does not tell refuse nobody, and are not asked for again at each click."""

from __future__ import annotations

import asyncio
import time

import pytest

from bot.errors import CouldNotCheck
from bot.groups import NO_GROUPS, Groups, report, trouble_of
from bot.slack.groups import UserGroup, read_group
from bot.slack.web import SlackError, SlackRateLimited, SlackUnclear
from bot.store import roles
from bot.store.database import Database
from tests.factories import ANA, RAJ, TEAM, add, rows
from tests.store.test_roles import held


class SlackGroups:
    """Slack's `usergroups.list`, counted; it can refuse."""

    def __init__(self) -> None:
        self.asked = 0
        self.at_once = 0
        self.most_at_once = 0
        self.problem: SlackError | None = None
        self.groups = [UserGroup("S1", "team", "Team", frozenset({ANA}))]

    async def __call__(self) -> list[UserGroup]:
        self.asked += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0.002)
        self.at_once -= 1
        if self.problem is not None:
            raise self.problem
        return self.groups


@pytest.fixture
def slack() -> SlackGroups:
    return SlackGroups()


@pytest.fixture
def groups(small_store: Database, slack: SlackGroups) -> Groups:
    return Groups(small_store, slack, TEAM)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """By how many seconds the machine's monotonic clock is ahead; a test moves the first item."""
    ahead, true = [0.0], time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: true() + ahead[0])
    return ahead


async def test_groups_are_read_only_where_one_holds_a_role(
    groups: Groups, slack: SlackGroups, small_store: Database, later: list[float]
) -> None:
    await groups.keep_fresh()
    assert slack.asked == 0
    add(small_store, held("S1", "owner", kind="group"))
    later[0] += 61
    await asyncio.gather(*(groups.keep_fresh() for _ in range(20)))
    assert slack.asked == 1
    assert await groups.report() == (True, "1 group with a role")


PROBLEMS = [
    ("a plan without groups", SlackError("usergroups.list", NO_GROUPS), 900, "plan has no user groups"),
    ("too many calls", SlackRateLimited("usergroups.list", 200), 200, "Try again in 3 minutes"),
    ("too many calls, without a number", SlackRateLimited("usergroups.list", 0), 1, "Try again in a minute"),
    ("no scope", SlackError("usergroups.list", "missing_scope"), 60, "usergroups:read: paste its manifest again"),
    ("no answer", SlackUnclear("usergroups.list", "timeout"), 60, "Try again in a minute"),
]


@pytest.mark.parametrize(
    ("problem", "seconds", "words"), [row[1:] for row in PROBLEMS], ids=[row[0] for row in PROBLEMS]
)
async def test_a_failure_is_remembered_as_long_as_slack_says_and_refuses_nobody(
    groups: Groups,
    slack: SlackGroups,
    small_store: Database,
    later: list[float],
    problem: SlackError,
    seconds: float,
    words: str,
) -> None:
    add(small_store, held("S1", "owner", kind="group"))
    slack.problem = problem
    for _ in range(3):
        await asyncio.gather(*(groups.keep_fresh() for _ in range(20)))
    assert slack.asked == 1
    with pytest.raises(CouldNotCheck, match=words):
        await groups.read_now()
    later[0] += seconds - 0.9
    await groups.keep_fresh()
    assert slack.asked == 1
    later[0] += 1
    slack.problem = None
    assert await groups.read_now() == slack.groups
    assert slack.asked == 2
    assert await groups.report() == (True, "1 group with a role")


async def test_many_who_choose_a_group_at_once_ask_one_after_the_other(groups: Groups, slack: SlackGroups) -> None:
    await asyncio.gather(*(groups.read_now() for _ in range(5)), groups.keep_fresh(), groups.offered())
    assert slack.most_at_once == 1


async def test_a_failure_leaves_the_members_as_last_read(
    groups: Groups, slack: SlackGroups, small_store: Database, later: list[float]
) -> None:
    add(small_store, held("S1", "owner", kind="group"))
    await groups.keep_fresh()
    before = rows(small_store, lambda session: roles.groups(session, TEAM))
    later[0] += 61
    slack.problem = SlackError("usergroups.list", NO_GROUPS)
    await groups.keep_fresh()
    assert rows(small_store, lambda session: roles.groups(session, TEAM)) == before


def test_members_that_slack_leaves_out_are_not_none() -> None:
    assert read_group({"id": "S1", "users": [ANA, RAJ]}).members == frozenset({ANA, RAJ})
    assert read_group({"id": "S1", "users": []}).members == frozenset()
    assert read_group({"id": "S1", "user_count": "0"}).members == frozenset()
    assert read_group({"id": "S1", "user_count": 3}).members is None
    assert read_group({"id": "S1", "users": None}).members is None


def test_a_plan_without_groups_is_a_fault_only_where_one_holds_a_role() -> None:
    trouble = trouble_of(SlackError("usergroups.list", NO_GROUPS))
    assert report(trouble, [], []) == (True, "this workspace's Slack plan has none: roles go to people")
    well, text = report(trouble, ["S1"], ["@team"])
    assert (well, "give it to people" in text) == (False, True)
    well, text = report(trouble_of(SlackError("usergroups.list", "fatal_error")), ["S1"], ["@team"])
    assert (well, "what @team gives is withheld" in text) == (False, True)
