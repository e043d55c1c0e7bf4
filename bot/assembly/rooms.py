"""All rooms over one set of ports."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial

from bot.access.door import Door as EntryDoor
from bot.access.refusals import FURTHER, Refusals
from bot.assembly import figures, front, keys
from bot.assembly.ground import Part, Ports, ground
from bot.engine.port import JobFunction
from bot.home.status import Status
from bot.operation import OperationKind
from bot.slack.call import Call
from bot.slack.names import Door, Listener

ROOMS = (
    front.roles,
    front.rounds,
    keys.keys,
    keys.projects,
    keys.members,
    keys.invites,
    keys.accounts,
    figures.usage,
    figures.billing,
    figures.customers,
    figures.budgets,
    figures.digests,
    figures.models,
)


@dataclass(frozen=True)
class Rooms:
    """Every room's doors and jobs; ``admit`` lets pass whoever may use Keydesk, ``meet`` reads who decides."""

    doors: tuple[Door, ...]
    jobs: Mapping[str, JobFunction]
    kinds: Mapping[str, OperationKind]
    status: Status
    admit: Listener
    door: EntryDoor
    meet: Callable[[], Awaitable[None]]


def assemble(ports: Ports) -> Rooms:
    """Put the rooms together. Nothing is called or opened here."""
    kinds: dict[str, OperationKind] = {}
    on = ground(ports, kinds)
    status = Status(ports.database, ports.interactive)
    parts = [front.front(on, status), *(room(on) for room in ROOMS)]
    for part in parts:
        kinds.update(part.kinds)

    refusals = Refusals(on.database, on.engine, on.clock, on.team_id)
    parts.append(Part(jobs={FURTHER: refusals.tell_further}))
    door = EntryDoor(on.database, on.people, refusals, on.owners)

    async def admit(call: Call) -> None:
        await door.authenticate(call)

    return Rooms(
        doors=tuple(door for part in parts for door in part.doors),
        jobs={kind: job for part in parts for kind, job in part.jobs.items()},
        kinds=kinds,
        status=status,
        admit=admit,
        door=door,
        meet=partial(front.meet, on),
    )
