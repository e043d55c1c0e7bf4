"""What a room is made of, and what it stands on: each room says it in its own ``room.py``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from bot.access.exports import Exports
from bot.clock import Clock
from bot.desk.limits import Limits
from bot.desk.service import Desk
from bot.engine.port import Engine, Job, JobFunction
from bot.groups import Groups
from bot.operation import OperationKind
from bot.people import People
from bot.policy import Policy, Right
from bot.providers.credential_identity import CredentialIdentity
from bot.providers.port import Capability
from bot.providers.registry import Providers
from bot.sealing import Keyring
from bot.slack.router import Routes
from bot.slack.web import SlackWeb
from bot.store.database import Database


@dataclass(frozen=True)
class Ports:
    """The outside world: the database, what runs jobs, the time, Slack (for people who wait; for jobs), providers."""

    database: Database
    engine: Engine
    clock: Clock
    interactive: SlackWeb
    background: SlackWeb
    providers: Providers
    team_id: str
    owners: frozenset[str]
    keyring: Keyring
    limits: Limits


@dataclass(frozen=True)
class JobKind:
    """A job of a room, by the name that its scheduled jobs carry.

    ``at_start``: one row of it goes round for ever, and begins with the process. ``after_restore``: it does no harm
    while everything else rests. ``background``: nobody waits for it. ``after_figures``: it runs once figures came.
    """

    kind: str
    run: JobFunction
    at_start: bool = False
    after_restore: bool = False
    background: bool = False
    after_figures: bool = False


@dataclass(frozen=True)
class Shortcut:
    """An entry of Slack's menus: of the lightning bolt (``global``) or of a message."""

    callback_id: str
    title: str
    place: str
    description: str


@dataclass(frozen=True)
class Quick:
    """A button of App Home that saves typing: ``action`` answers it, for whoever may do or read ``name``."""

    name: str
    label: str
    action: str
    primary: bool = False


@dataclass(frozen=True)
class Room:
    """What one room answers to, what can be asked in it, who may ask, and what it does by itself.

    ``rights`` has a right for each name that its routes need, and one with a rule for each of its kinds. ``recorded``
    are the words, in a request's history, of what it writes into the record itself, by the name of the entry.
    ``capability`` is what all of it takes of a project's provider, where a right says nothing else.
    """

    name: str
    capability: Capability | None = None
    routes: tuple[Routes, ...] = ()
    kinds: Mapping[str, OperationKind] = field(default_factory=dict)
    rights: Mapping[str, Right] = field(default_factory=dict)
    jobs: tuple[JobKind, ...] = ()
    shortcuts: tuple[Shortcut, ...] = ()
    recorded: Mapping[str, str] = field(default_factory=dict)
    quick: tuple[Quick, ...] = ()

    def declared(self) -> Mapping[str, Right]:
        """Return its rights, each with what it takes of the provider."""
        return {
            name: right if right.anywhere else replace(right, capability=right.capability or self.capability)
            for name, right in self.rights.items()
        }


@dataclass(frozen=True)
class Deps(Ports):
    """The ports, with what all rooms share: who may act, the one desk, and what other rooms want after figures came."""

    groups: Groups
    people: People
    desk: Desk
    credential_identity: CredentialIdentity
    exports: Exports
    policy: Policy
    after_figures: list[Job]


def deps_of(ports: Ports, kinds: Mapping[str, OperationKind], policy: Policy) -> Deps:
    """Return what rooms stand on; ``kinds`` and the rights of the policy are those of the rooms that will."""
    groups = Groups(ports.database, partial(ports.interactive.user_groups, ports.team_id), ports.team_id)
    people = People(ports.database, ports.interactive.user_profile, ports.team_id, groups)
    return Deps(
        **vars(ports),
        groups=groups,
        people=people,
        desk=Desk(
            ports.database, ports.engine, ports.clock, ports.owners, kinds, policy, people.look_again, ports.limits
        ),
        credential_identity=CredentialIdentity(ports.providers),
        exports=Exports(ports.database, ports.clock, ports.background),
        policy=policy,
        after_figures=[],
    )


def kinds_of(*kinds: OperationKind) -> dict[str, OperationKind]:
    """Return kinds of operation by their names."""
    return {kind.type.kind: kind for kind in kinds}
