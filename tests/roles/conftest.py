"""A desk that knows roles, over SQLite, with user groups that tests change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.desk.service import Desk
from bot.groups import Groups
from bot.operation import OperationKind
from bot.people import People
from bot.roles.changing import RoleChange
from bot.roles.room import role_kinds
from bot.slack.groups import UserGroup
from bot.slack.web import SlackError
from bot.store import scheduled_jobs
from bot.store.database import Database
from tests.clocks import SetClock
from tests.declared import POLICY
from tests.factories import NOON, OWNER, TEAM, set_up
from tests.inline import InlineEngine


@dataclass
class Workspace:
    """Slack, as far as roles ask it: everybody is a member unless ``gone`` or ``unknown``; it can be ``silent``."""

    groups: dict[str, frozenset[str]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)
    problem: SlackError | None = None
    asked: int = 0

    async def profile(self, user_id: str) -> Mapping[str, Any]:
        """Answer ``users.info``."""
        if user_id in self.unknown | self.silent:
            raise SlackError("users.info", "user_not_found" if user_id in self.unknown else "fatal_error")
        told = {"id": user_id, "team_id": TEAM, "name": user_id.lower(), "is_restricted": False}
        return told | {"deleted": user_id in self.gone}

    async def user_groups(self) -> list[UserGroup]:
        """Answer ``usergroups.list``."""
        self.asked += 1
        if self.problem is not None:
            raise self.problem
        return [UserGroup(id_, f"team-{id_.lower()}", id_, members) for id_, members in self.groups.items()]


@dataclass
class RoleBench:
    """The desk, the door, and what they stand on."""

    database: Database
    desk: Desk
    people: People
    groups: Groups
    slack: Workspace
    change: RoleChange


@pytest.fixture
def small_store(small_store: Database) -> Database:
    """An SQLite store with a project and everybody known."""
    set_up(small_store)
    return small_store


@pytest.fixture
def made(small_store: Database) -> RoleBench:
    """A desk whose configuration names one owner."""
    return role_bench(small_store, frozenset({OWNER}))


def role_bench(database: Database, fixed: frozenset[str]) -> RoleBench:
    """Put together what changes roles; ``fixed`` are the owners that the configuration names."""
    slack, clock = Workspace(), SetClock(NOON)
    engine = InlineEngine(database.transaction, scheduled_jobs, clock)
    kinds: dict[str, OperationKind] = {}
    groups = Groups(database, slack.user_groups, TEAM)
    people = People(database, slack.profile, TEAM, groups)
    desk = Desk(database, engine, clock, fixed, kinds, POLICY, people.look_again)
    change = RoleChange(database, engine, clock, desk, people, groups)
    kinds |= role_kinds(change)
    return RoleBench(database, desk, people, groups, slack, change)
