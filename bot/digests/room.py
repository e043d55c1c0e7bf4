"""Digests: one screen each morning."""

from __future__ import annotations

from bot.digests.jobs import DigestJobs
from bot.digests.listeners import DigestListeners
from bot.digests.operations import ChangeDigest, EndDigest, PauseDigest, SubscribeToDigest
from bot.digests.posting import DigestPosting
from bot.digests.reading import DigestReading
from bot.digests.rules import own_digest
from bot.digests.subscribing import Subscribing, owner_of
from bot.operation import OperationKind
from bot.policy import Right, Role, runs
from bot.providers.port import Capability
from bot.room import Deps, JobKind, Room, kinds_of

RIGHTS = {
    "digests.change": Right(Role.DEVELOPER, own_digest),
    "digests.end": Right(Role.READER, own_digest),
    "digests.pause": Right(Role.READER, own_digest),
    "digests.read": Right(Role.READER),
    "digests.subscribe": Right(Role.DEVELOPER, runs("Developers subscribe to digests.")),
}


def room(deps: Deps) -> Room:
    """Put the room together."""
    reading, jobs = DigestReading(deps.database, deps.providers), DigestJobs(deps.database, deps.engine)
    subscribing = Subscribing(deps.database, deps.clock, deps.interactive, deps.desk.owe)
    posting = DigestPosting(deps.database, deps.engine, deps.interactive, reading, deps.desk.owe)
    return Room(
        "digests",
        capability=Capability.USAGE,
        rights=RIGHTS,
        routes=(DigestListeners(deps.desk, deps.database, deps.clock, deps.exports, reading).routes(),),
        kinds=kinds_of(
            OperationKind(SubscribeToDigest, execute=subscribing.subscribe),
            OperationKind(ChangeDigest, subject_owner=owner_of, execute=subscribing.change),
            OperationKind(PauseDigest, subject_owner=owner_of, execute=subscribing.pause),
            OperationKind(EndDigest, subject_owner=owner_of, execute=subscribing.end),
        ),
        jobs=(
            JobKind("digests.sweep", jobs.sweep, at_start=True),
            JobKind("digests.follow", jobs.follow, at_start=True, background=True, after_figures=True),
            JobKind("digests.post", posting.post),
            JobKind("digests.complete", posting.complete),
        ),
    )
