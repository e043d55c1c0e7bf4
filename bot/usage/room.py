"""Usage: figures, single requests and fields, and the collection of daily facts."""

from __future__ import annotations

from bot.policy import Right, Role
from bot.providers.port import Capability
from bot.room import Deps, JobKind, Quick, Room
from bot.usage.collecting import UsageCollection
from bot.usage.fields.listeners import FieldListeners
from bot.usage.figures.listeners import FiguresListeners
from bot.usage.figures.service import FiguresReading
from bot.usage.jobs import UsageJobs
from bot.usage.model_names import ModelNames
from bot.usage.requests.listeners import RequestListeners
from bot.usage.requests.service import RequestReading

RIGHTS = {
    "usage.fields": Right(Role.READER),
    "usage.figures": Right(Role.READER),
    "usage.mine": Right(Role.READER),
    "usage.requests": Right(Role.READER, capability=Capability.REQUESTS),
}


def room(deps: Deps) -> Room:
    """Put the room together."""
    collection, names = UsageCollection(deps.database, deps.providers), ModelNames(deps.providers, deps.clock)
    jobs = UsageJobs(deps.database, deps.engine, deps.clock, collection, deps.after_figures)
    figures = FiguresReading(deps.database, deps.clock, collection, names)
    requests = RequestReading(deps.database, deps.clock, deps.providers, names)
    fields = FieldListeners(deps.clock, deps.providers, deps.exports)
    return Room(
        "usage",
        capability=Capability.USAGE,
        rights=RIGHTS,
        quick=(Quick("usage.requests", "Usage", "usage.requests"),),
        routes=(
            FiguresListeners(figures, deps.exports).routes(),
            RequestListeners(deps.database, requests, deps.exports).routes(),
            fields.routes(),
        ),
        jobs=(
            JobKind("usage.plan", jobs.plan, at_start=True, background=True),
            JobKind("usage.collect", jobs.collect, background=True),
        ),
    )
