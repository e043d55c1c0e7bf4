"""A provider that paints, and what the desk has it do."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar

from sqlmodel import Session, select

from bot.errors import BotError, NotFound, Unavailable
from bot.operation import Actor, Operation
from bot.store.changes import Change
from bot.store.requests import Request
from tests.clocks import machine_now
from tests.factories import NOON, OWNER, PROJECT, Bench, actor, add, described, entries, request, rows


class Paint(Operation):
    """Something that a provider does; judged like the settings of a project: owners may."""

    kind: ClassVar[str] = "projects.settings"

    colour: str = "blue"


@dataclass
class Provider:
    """A provider that paints, and says what it is told to say."""

    says: list[BotError] = field(default_factory=list)
    does_it_all_the_same: bool = False
    painted: list[str] = field(default_factory=list)
    asked: int = 0
    noted: list[str] = field(default_factory=list)
    cannot_tell: int = 0
    is_gone: bool = False

    async def execute(self, operation: Paint, actor: Actor) -> str:
        if not self.says or self.does_it_all_the_same:
            self.painted.append(operation.colour)
        if self.says:
            raise self.says.pop(0)
        return f"Painted {operation.colour} for {actor.user_id}."

    async def settle(self, operation: Paint) -> bool:
        self.asked += 1
        if self.cannot_tell:
            self.cannot_tell -= 1
            raise Unavailable("not now")
        if self.is_gone:
            raise NotFound("Deepgram knows no such wall.")
        return operation.colour in self.painted

    def done(self, session: Session, operation: Paint, now: datetime) -> None:
        assert session.in_transaction()
        assert now >= NOON
        self.noted.append(operation.colour)


def the_change(bench: Bench) -> Change:
    found: Change = rows(bench.database, lambda session: session.exec(select(Change)).one())
    return found


def age(bench: Bench, by: timedelta) -> None:
    """Let the intents be older by the machine's clock too."""
    with bench.database.transaction() as session:
        for change in session.exec(select(Change)):
            change.intended_at = machine_now() - by
            session.add(change)
    bench.clock.move(by)


def said(bench: Bench, subject: str) -> list[str]:
    return [entry.name for entry in entries(bench.database, subject)]


async def approved(bench: Bench) -> Request:
    """An owner's wish that somebody else must approve, and did."""
    waiting = request(kind=Paint.kind, requester=OWNER, operation=Paint(project_id=PROJECT).model_dump(mode="json"))
    waiting.description = described().model_dump(mode="json")
    add(bench.database, waiting)
    return await bench.desk.decide(waiting.id, 1, "approved", actor("USECOND"))
