"""All rooms over one set of ports: a further one is a line in ``ROOMS``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property, partial

from bot import former_names
from bot.access.door import Door as EntryDoor
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
from bot.projects.room import room as projects
from bot.roles.room import meet
from bot.roles.room import room as roles
from bot.room import Deps, JobKind, Ports, Room, Shortcut, deps_of
from bot.slack.call import Call
from bot.slack.names import Door, Listener
from bot.upkeep.room import room as upkeep
from bot.usage.room import room as usage

ROOMS: tuple[Callable[[Deps], Room], ...] = (
    roles,
    keys,
    projects,
    members,
    invites,
    accounts,
    usage,
    billing,
    customers,
    budgets,
    digests,
    models,
)


@dataclass(frozen=True)
class Rooms:
    """Every room's routes and jobs; ``admit`` lets pass whoever may use Keydesk, ``meet`` reads who decides."""

    rooms: tuple[Room, ...]
    kinds: Mapping[str, OperationKind]
    status: Status
    admit: Listener
    door: EntryDoor
    meet: Callable[[], Awaitable[None]]

    @property
    def doors(self) -> tuple[Door, ...]:
        """What all rooms answer to."""
        return tuple(door for room in self.rooms for door in room.routes)

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


def assemble(ports: Ports, more: tuple[Callable[[Deps], Room], ...] = ()) -> Rooms:
    """Put the rooms together, and ``more``. Nothing is called or opened here."""
    kinds: dict[str, OperationKind] = {}
    deps = deps_of(ports, kinds)
    status = Status(ports.database, ports.interactive)
    refusals = Refusals(deps.database, deps.engine, deps.clock, deps.team_id)
    rooms = (home(deps, status), upkeep(deps, refusals), *(room(deps) for room in (*ROOMS, *more)))
    for room in rooms:
        kinds.update(room.kinds)
        deps.after_figures.extend(Job(job.kind, "all", "figures") for job in room.jobs if job.after_figures)
    door = EntryDoor(deps.database, deps.people, refusals, deps.owners)

    async def admit(call: Call) -> None:
        await door.authenticate(call)

    return Rooms(rooms, kinds, status, admit, door, partial(meet, deps))
