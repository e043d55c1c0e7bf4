"""How a change that was left open is settled: the provider is asked whether it happened; nothing is sent again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from sqlmodel import Session

from bot.desk.running import DONE_AFTER_ALL, NOT_DONE, PASSING, Running, Undertaking
from bot.engine.port import Job
from bot.errors import AccountRemoved, BotError, NotFound
from bot.operation import Actor
from bot.store import changes, requests

SOONEST, LATEST = timedelta(minutes=1), timedelta(hours=6)
TELL_AFTER = timedelta(hours=1)
STALE_AFTER = timedelta(minutes=5)
NEVER_TOLD = "Whether it was done cannot be told any more."

log = structlog.get_logger()


class Settling(Running):
    """Finds out what became of what a crash or an unclear answer left open."""

    async def settle(self, change_id: str, now: datetime) -> None:
        """Find out what became of a change that is still open, and tell whoever waits for it; a job."""
        undertaking = await self._database.read(lambda session: self._open_one(session, change_id))
        if undertaking is None:
            return
        kind, age = undertaking.kind, datetime.now(UTC) - undertaking.change.intended_at
        if age < kind.settle_after:  # the clock was moved, not the machine: the call may well be on its way
            await self._look_again(change_id, now + kind.settle_after - age)
            return
        try:
            happened = await self._happened(undertaking)
        except BotError as problem:
            log.warning("desk.not_settled", change=change_id, kind=undertaking.change.kind, why=problem.text)
            await self._look_again(change_id, now + _pause(age), tell=age > TELL_AFTER)
            return
        if happened is not True and age < kind.believed_after:  # it may land late
            await self._look_again(change_id, now + kind.believed_after - age)
            return
        await self._database.write(partial(self._settled, undertaking=undertaking, happened=happened))

    async def _happened(self, undertaking: Undertaking) -> bool | str | BotError:
        """Return whether it was done, or in words what of it; else the error that says so for good.

        Raises:
            BotError: that cannot be told yet.
        """
        if undertaking.kind.settle is None:
            return await self._again(undertaking)
        try:
            return await undertaking.kind.settle(undertaking.operation)
        except (NotFound, AccountRemoved) as problem:  # what it was about is gone, or out of our reach for good
            return BotError(f"{NEVER_TOLD} {problem.text}")

    async def _again(self, undertaking: Undertaking) -> str | BotError:
        """Do once more what changes nothing at a provider: that does no harm."""
        execute, change = undertaking.kind.execute, undertaking.change
        if execute is None:
            raise RuntimeError(f"{change.kind} cannot be carried out")
        try:
            return await execute(undertaking.operation, Actor(change.team_id, change.actor))
        except PASSING:
            raise
        except BotError as problem:
            return problem

    def _open_one(self, session: Session, change_id: str) -> Undertaking | None:
        change = changes.get(session, change_id)
        if change is None or change.state not in changes.OPEN or change.kind not in self._kinds:
            return None
        kind = self._kinds[change.kind]
        request = requests.get(session, change.request_id) if change.request_id else None
        return Undertaking(kind, kind.type.model_validate(change.operation), change, request)

    def _settled(self, session: Session, undertaking: Undertaking, *, happened: bool | str | BotError) -> None:
        if isinstance(happened, BotError):
            finished = self._not_done(session, undertaking, happened, settled=True)
        elif happened:
            text = happened if isinstance(happened, str) else DONE_AFTER_ALL
            finished = self._done(session, undertaking, text, settled=True)
        else:
            finished = self._not_done(session, undertaking, BotError(NOT_DONE), settled=True)
        if finished and undertaking.request is None:  # whose cards tell it
            self._engine.enqueue(session, Job("desk.tell", undertaking.change.id), self._clock.now())

    async def _look_again(self, change_id: str, at: datetime, *, tell: bool = False) -> None:
        await self._database.write(lambda session: self._plan_look(session, change_id, at, tell=tell))

    def _plan_look(self, session: Session, change_id: str, at: datetime, *, tell: bool) -> None:
        changes.look_later(session, change_id, at)
        self._engine.later(session, Job("desk.settle", change_id), at)
        now = self._clock.now()
        if tell and changes.tell_open(session, change_id, now):
            self._engine.enqueue(session, Job("desk.tell", change_id, "open"), now)

    def settle_stale(self, session: Session, now: datetime) -> None:
        """Look after changes that nobody is at, in case their own scheduled jobs were lost."""
        for change in changes.overdue(session, now - STALE_AFTER):
            self._plan_look(session, change.id, now, tell=False)


def _pause(age: timedelta) -> timedelta:
    """Return how long to wait where it cannot be told yet: ever longer."""
    return min(max(SOONEST, age / 4), LATEST)
