"""All rooms over one set of ports: a further one is a line in ``ROOMS``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import chain

from bot import former_names
from bot.access.door import Door
from bot.access.refusals import Refusals
from bot.accounts.room import room as accounts
from bot.billing.room import room as billing
from bot.budgets.room import room as budgets
from bot.customers.room import room as customers
from bot.digests.room import room as digests
from bot.engine.port import Job, JobFunction
from bot.home.room import room as home
from bot.home.status import Status
from bot.invites.room import room as invites
from bot.keys.room import room as keys
from bot.members.room import room as members
from bot.models.room import room as models
from bot.operation import OperationKind
from bot.policy import Policy, Right
from bot.projects.room import room as projects
from bot.roles.room import load_deciders
from bot.roles.room import room as roles
from bot.room import Deps, JobKind, Ports, Room, Shortcut, deps_of
from bot.slack.call import Call
from bot.slack.router import Answering, Listener, Routes
from bot.slack.routes import MEMBER, Route
from bot.upkeep.room import room as upkeep
from bot.usage.room import room as usage

MakesRoom = Callable[[Deps], Room]
ROOMS: tuple[MakesRoom, ...] = (  # in the order in which App Home shows their buttons
    keys,
    projects,
    members,
    invites,
    usage,
    billing,
    customers,
    budgets,
    digests,
    models,
    roles,
    accounts,
)


class Undeclared(ValueError):
    """A room needs, or judges by, a name for which no right is declared; or one is declared twice."""


@dataclass(frozen=True)
class Rooms:
    """Every room's routes and jobs; ``admit`` lets pass who may use Keydesk, ``load_deciders`` reads who decides."""

    rooms: tuple[Room, ...]
    kinds: Mapping[str, OperationKind]
    policy: Policy
    status: Status
    admit: Listener
    door: Door
    load_deciders: Callable[[], Awaitable[None]]

    @property
    def routes(self) -> tuple[Routes, ...]:
        """What all rooms answer to."""
        return tuple(each for room in self.rooms for each in room.routes)

    @property
    def shortcuts(self) -> tuple[Shortcut, ...]:
        """What they add to Slack's menus."""
        return tuple(shortcut for room in self.rooms for shortcut in room.shortcuts)

    @cached_property
    def job_kinds(self) -> tuple[JobKind, ...]:
        """What they do by themselves."""
        return tuple(job for room in self.rooms for job in room.jobs)

    def jobs(self, *, frozen: bool = False) -> Mapping[str, JobFunction]:
        """Return the jobs to run by their kind; after a restore (``frozen``) those alone that do no harm.

        What an earlier version left behind carries the kind of that day, so it is found by both.
        """
        return former_names.with_former(
            {job.kind: job.run for job in self.job_kinds if job.after_restore or not frozen}
        )

    @property
    def at_start(self) -> list[str]:
        """The jobs that go round for ever."""
        return [job.kind for job in self.job_kinds if job.at_start]

    @property
    def background(self) -> Collection[str]:
        """The jobs that nobody waits for."""
        return former_names.all_kinds(job.kind for job in self.job_kinds if job.background)


def assemble(ports: Ports, more: Sequence[MakesRoom] = ()) -> Rooms:
    """Put the rooms together, and ``more``. Nothing is called or opened here.

    Raises:
        Undeclared: a route needs a name that no room declares a right for, or a kind of operation has no rule.
    """
    kinds: dict[str, OperationKind] = {}
    rights: dict[str, Right] = {}
    policy = Policy(rights)
    deps = deps_of(ports, kinds, policy)
    status = Status(ports.database, ports.interactive)
    refusals = Refusals(deps.database, deps.engine, deps.clock, deps.team_id)
    others = (upkeep(deps, refusals), *(room(deps) for room in (*ROOMS, *more)))
    rooms = (home(deps, status, others), *others)
    for room in rooms:
        kinds.update(room.kinds)
        rights.update(_new(room.declared(), rights))
        deps.after_figures.extend(Job(job.kind, "all", "figures") for job in room.jobs if job.after_figures)
    for room in rooms:
        _check(room, rights)
    door = Door(deps.database, deps.people, refusals, deps.owners, policy)

    async def admit(call: Call) -> None:
        await door.authenticate(call)

    return Rooms(rooms, kinds, policy, status, admit, door, partial(load_deciders, deps))


def _new(rights: Mapping[str, Right], known: Mapping[str, Right]) -> Mapping[str, Right]:
    """Return the rights that a room declares; raise Undeclared where another declared one of them."""
    twice = rights.keys() & known.keys()
    if twice:
        raise Undeclared(f"two rooms declare a right for {', '.join(sorted(twice))}")
    return rights


def _check(room: Room, rights: Mapping[str, Right]) -> None:
    """Raise Undeclared where the room is about something that the policy would refuse to all."""
    needed = {name for door in room.routes for name in _needs(door)} | {each.name for each in room.quick}
    unruled = {kind for kind in room.kinds if kind not in rights or rights[kind].rule is None}
    missing = sorted((needed - rights.keys()) | unruled)
    if missing:
        raise Undeclared(f"{room.name}/room.py declares no right (with a rule, for an operation): {', '.join(missing)}")


def _needs(door: Routes) -> Iterator[str]:
    """Yield the names that the routes of a door need, as far as they are not read from the call."""
    commands: Iterator[Answering] = (
        each for command in door.commands for each in (command.listener, command.alone) if each is not None
    )
    named = (door.actions, door.views, door.closed, door.shortcuts, door.options, door.events)
    for each in chain(commands, *(names.values() for names in named)):
        if isinstance(each, Route) and isinstance(each.needs, str) and each.needs != MEMBER:
            yield each.needs
