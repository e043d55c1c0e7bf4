"""The door, as the app puts it together, over a store and what tells who people are."""

from __future__ import annotations

from collections.abc import Iterable

from bot.access.door import Door
from bot.access.exports import Exports
from bot.access.refusals import Refusals
from bot.clock import Clock
from bot.people import People
from bot.slack.web import SlackWeb
from bot.store import scheduled_jobs
from bot.store.database import Database
from tests.clocks import SetClock
from tests.declared import POLICY
from tests.factories import NOON, TEAM
from tests.inline import InlineEngine


def door_of(database: Database, people: People, clock: Clock, owners: Iterable[str] = ()) -> Door:
    """Return a door whose jobs nobody runs; ``owners`` are those that the configuration names."""
    engine = InlineEngine(database.transaction, scheduled_jobs, clock)
    return Door(database, people, Refusals(database, engine, clock, TEAM), frozenset(owners), POLICY)


def exports_of(database: Database, web: SlackWeb) -> Exports:
    """Return what sends files by this Slack, and writes it down."""
    return Exports(database, SetClock(NOON), web)
