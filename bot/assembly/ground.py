"""What every room stands on, and what a room is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from bot.access.exports import Exports
from bot.clock import Clock
from bot.desk.limits import Limits
from bot.desk.service import Desk
from bot.engine.port import Engine, JobFunction
from bot.groups import Groups
from bot.operation import OperationKind
from bot.people import People
from bot.providers.deepgram.client import Deepgram
from bot.providers.deepgram.standing import Standing
from bot.sealing import Ring
from bot.slack.names import Door
from bot.slack.web import SlackWeb
from bot.store.database import Database


@dataclass(frozen=True)
class Ports:
    """The outside world: the database, what runs jobs, the time, Slack (for people who wait; for jobs), Deepgram."""

    database: Database
    engine: Engine
    clock: Clock
    interactive: SlackWeb
    background: SlackWeb
    deepgram: Deepgram
    team_id: str
    owners: frozenset[str]
    ring: Ring
    limits: Limits


@dataclass(frozen=True)
class Ground(Ports):
    """The ports, with what all rooms share: who may act, and the one desk."""

    groups: Groups
    people: People
    desk: Desk
    standing: Standing
    exports: Exports


@dataclass(frozen=True)
class Part:
    """One room, or a part of one: its doors, its kinds of operation by name, and its jobs by kind."""

    doors: tuple[Door, ...] = ()
    kinds: Mapping[str, OperationKind] = field(default_factory=dict)
    jobs: Mapping[str, JobFunction] = field(default_factory=dict)


def ground(ports: Ports, kinds: Mapping[str, OperationKind]) -> Ground:
    """Lay the ground; ``kinds`` is filled by the rooms that come to stand on it."""
    groups = Groups(ports.database, partial(ports.interactive.user_groups, ports.team_id), ports.team_id)
    people = People(ports.database, ports.interactive.user_profile, ports.team_id, groups)
    return Ground(
        **vars(ports),
        groups=groups,
        people=people,
        desk=Desk(ports.database, ports.engine, ports.clock, ports.owners, kinds, people.look_again, ports.limits),
        standing=Standing(ports.deepgram),
        exports=Exports(ports.database, ports.clock, ports.background),
    )


def kinds_of(*kinds: OperationKind) -> dict[str, OperationKind]:
    """Return kinds of operation by their names."""
    return {kind.type.kind: kind for kind in kinds}
