"""A desk that knows roles, over SQLite, with user groups that tests change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.clock import SetClock
from bot.desk.service import Desk
from bot.engine.inline import InlineEngine
from bot.groups import Groups
from bot.operation import OperationKind
from bot.people import People
from bot.roles import service
from bot.roles.changing import RoleChange
from bot.roles.operations import ChangeDefaultRole, MakeOwner, SetRole
from bot.slack.groups import UserGroup
from bot.slack.web import SlackError
from bot.store import due
from bot.store.database import Database
from tests.factories import NOON, OWNER, TEAM, set_up, small_database


@dataclass
class Workspace:
    """Slack, as far as roles ask it: everybody is a member unless ``gone``; groups can be unreadable."""

    groups: dict[str, frozenset[str]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    problem: SlackError | None = None
    asked: int = 0

    async def profile(self, user_id: str) -> Mapping[str, Any]:
        """Answer ``users.info``."""
        return {"id": user_id, "team_id": TEAM, "name": user_id.lower(), "deleted": user_id in self.gone}

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
def small_store(tmp_path: Path) -> Iterator[Database]:
    """An SQLite store with a project and everybody known."""
    opened = small_database(tmp_path)
    set_up(opened)
    yield opened
    opened.close()


@pytest.fixture
def made(small_store: Database) -> RoleBench:
    """A desk whose configuration names one owner."""
    return role_bench(small_store, frozenset({OWNER}))


def role_bench(database: Database, fixed: frozenset[str]) -> RoleBench:
    """Put together what changes roles; ``fixed`` are the owners that the configuration names."""
    slack, clock = Workspace(), SetClock(NOON)
    engine = InlineEngine(database.transaction, due, clock)
    kinds: dict[str, OperationKind] = {}
    desk = Desk(database, engine, clock, fixed, kinds)
    groups = Groups(database, slack.user_groups, TEAM)
    people = People(database, slack.profile, TEAM, groups)
    change = RoleChange(database, engine, clock, desk, people, groups)
    kinds |= {
        SetRole.kind: OperationKind(SetRole, execute=change.set_role),
        MakeOwner.kind: OperationKind(MakeOwner, describe=service.describe, execute=change.set_role),
        ChangeDefaultRole.kind: OperationKind(ChangeDefaultRole, execute=change.set_default),
    }
    return RoleBench(database, desk, people, groups, slack, change)
