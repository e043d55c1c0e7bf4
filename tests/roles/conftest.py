"""A desk that knows roles, over SQLite, with user groups that tests change."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from bot.desk.service import Desk
from bot.groups import Groups
from bot.operation import OperationKind
from bot.people import People
from bot.roles.changing import RoleChange
from bot.roles.room import role_kinds
from bot.store import scheduled_jobs
from bot.store.database import Database
from tests.clocks import SetClock
from tests.declared import POLICY
from tests.factories import NOON, OWNER, TEAM, set_up
from tests.fake_slack import FakeSlack
from tests.inline import InlineEngine


@dataclass
class RoleBench:
    """The desk, the door, and what they stand on."""

    database: Database
    desk: Desk
    people: People
    groups: Groups
    slack: FakeSlack
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
    slack, clock = FakeSlack(), SetClock(NOON)
    engine = InlineEngine(database.transaction, scheduled_jobs, clock)
    kinds: dict[str, OperationKind] = {}
    groups = Groups(database, slack.user_groups, TEAM)
    people = People(database, slack.user_profile, TEAM, groups)
    desk = Desk(database, engine, clock, fixed, kinds, POLICY, people.look_again)
    change = RoleChange(database, engine, clock, desk, people, groups)
    kinds |= role_kinds(change)
    return RoleBench(database, desk, people, groups, slack, change)
