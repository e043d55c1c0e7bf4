"""How an operation is carried out: two records around every change at a provider, and what to make of a silence.

*Started* is committed before the call; *succeeded*, *failed* or *unknown* after it. What stays open, by a crash or by
an unclear answer, is settled (`bot.desk.settling`). Nothing is sent twice blindly.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import structlog
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from bot import audit
from bot.desk.judging import Judging
from bot.engine.port import Job
from bot.errors import AlreadyDecided, BotError, CouldNotCheck, RateLimited, Unavailable, Unclear
from bot.operation import Actor, Operation, OperationKind
from bot.policy import Refuse
from bot.store import changes, people, requests
from bot.store.changes import Change
from bot.store.requests import Request

# Certainly not done, and worth another try: waits in seconds, then the request has failed.
PASSING = (CouldNotCheck, RateLimited, Unavailable)
WAITS = (30.0, 60.0, 300.0, 900.0, 3600.0)
MARGIN_SECONDS = 5.0
TOO_LONG = "It took too long."
FINDING_OUT = "The provider did not answer clearly. Keydesk finds out whether it was done, and tells you."
NOT_DONE = "It was not done: Keydesk has asked the provider. Nothing changed; you can ask again."
DONE_AFTER_ALL = "It was done: Keydesk has asked the provider."

Execute = Callable[[Any, Actor], Awaitable[str]]

log = structlog.get_logger()


@dataclass(frozen=True)
class Undertaking:
    """An operation on its way, with the record of its intent and, if it was held, its request."""

    kind: OperationKind
    operation: Operation
    change: Change
    request: Request | None = None


class Running(Judging):
    """Carries out what the policy lets run, at once or after an approval."""

    async def run(self, operation: Operation, actor: Actor, view_id: str | None = None) -> str:
        """Carry out an operation for the person who asks, and return what to tell them. The same form counts once.

        Raises:
            BotError: it was certainly not done.
            AlreadyDecided: this form was, or is being, carried out already.
        """
        kind = self._kinds[operation.kind]
        if kind.execute is None:
            raise RuntimeError(f"{operation.kind} cannot run at once")
        if kind.settle is None:
            return await self._run_here(kind.execute, operation, actor)
        try:
            change = await self._database.write(
                lambda session: self._intend(session, kind, operation, actor, view_id=view_id)
            )
        except IntegrityError:
            raise AlreadyDecided("This form was sent already; what it asked for is done once.") from None
        return await self._carry_out(Undertaking(kind, operation, change), actor)

    async def _run_here(self, execute: Execute, operation: Operation, actor: Actor) -> str:
        """Carry out what changes nothing at a provider; where somebody wrote the same row first, once more."""
        try:
            return await execute(operation, actor)
        except IntegrityError:
            return await execute(operation, actor)

    async def run_approved(self, request_id: str, now: datetime) -> None:
        """Carry out an approved request, if it still stands there and its requester still may; a job."""
        claimed = await self._database.write(lambda session: self._claim(session, request_id, now))
        if claimed is None:
            return
        undertaking, actor = claimed
        try:
            await self._carry_out(undertaking, actor)
        except BotError as problem:
            # Its text stands in the record; it may name people, and a log outlives them.
            log.info("desk.not_run", request=request_id, kind=undertaking.operation.kind, error=type(problem).__name__)

    # --- intent ---

    def _claim(self, session: Session, request_id: str, now: datetime) -> tuple[Undertaking, Actor] | None:
        request = requests.locked(session, request_id)
        if request is None or request.state != "approved":
            return None
        kind = self._kinds[request.kind]
        operation = kind.type.model_validate(request.operation)
        if not requests.move(session, request, "running"):
            return None
        actor = self._requester(session, request)
        refusal = self._no_longer(session, operation, actor)
        if refusal is not None:
            self._end_request(session, request.id, "failed", refusal, now)
            return None
        change = self._intend(session, kind, operation, actor, request_id=request.id)
        self.refresh(session, request.id, request.version, now)
        return Undertaking(kind, operation, change, request), actor

    def _requester(self, session: Session, request: Request) -> Actor:
        person = people.get(session, request.team_id, request.requester)
        return Actor(request.team_id, request.requester, person.name if person else "", person.tz if person else "UTC")

    def _no_longer(self, session: Session, operation: Operation, actor: Actor) -> str | None:
        """Return why the requester may not have this done any more, or None."""
        if people.unable(session, actor.team_id, [actor.user_id]):
            return "Whoever asked for this is no active member any more, so it was not done."
        verdict = self.judge(session, operation, actor)
        return f"Whoever asked may not do this any more: {verdict.text}" if isinstance(verdict, Refuse) else None

    def _intend(
        self,
        session: Session,
        kind: OperationKind,
        operation: Operation,
        actor: Actor,
        *,
        request_id: str | None = None,
        view_id: str | None = None,
    ) -> Change:
        now = self._clock.now()
        look_at = now + kind.settle_after
        change = Change(
            team_id=actor.team_id,
            actor=actor.user_id,
            kind=operation.kind,
            operation=operation.model_dump(mode="json"),
            project_id=operation.project_id,
            request_id=request_id,
            view_id=view_id,
            started_at=now,
            intended_at=datetime.now(UTC),
            look_at=look_at,
        )
        if view_id is not None:
            changes.free_form(session, view_id)
        session.add(change)
        session.flush()
        self._note(session, change, "started", now)
        self._engine.later(session, Job("desk.settle", change.id), look_at)
        return change

    # --- the call, and what became of it ---

    async def _carry_out(self, undertaking: Undertaking, actor: Actor) -> str:
        execute = undertaking.kind.execute
        if execute is None:
            raise RuntimeError(f"{undertaking.operation.kind} cannot be carried out")
        try:
            async with asyncio.timeout(undertaking.kind.settle_after.total_seconds() - MARGIN_SECONDS):
                text = await execute(undertaking.operation, actor)
        except (Unclear, TimeoutError) as problem:
            await self._database.write(partial(self._unknown, undertaking=undertaking, why=str(problem) or TOO_LONG))
            return FINDING_OUT
        except BotError as problem:
            await self._database.write(partial(self._not_done, undertaking=undertaking, problem=problem))
            problem.on_record = True
            raise
        await self._database.write(partial(self._done, undertaking=undertaking, text=text))
        return text

    def _done(self, session: Session, undertaking: Undertaking, text: str, *, settled: bool = False) -> bool:
        """Write down that it was done; False if somebody else has written down what became of it."""
        now, change = self._clock.now(), undertaking.change
        if not changes.finish(session, change, "succeeded", now, text):
            log.error("desk.change_finished_twice", change=change.id, kind=change.kind)
            return False
        if undertaking.kind.done is not None:
            undertaking.kind.done(session, undertaking.operation, now)
        self._note(session, change, "settled" if settled else "succeeded", now, text=text)
        if undertaking.request is not None:
            self._end_request(session, undertaking.request.id, "done", text, now)
        return True

    def _not_done(
        self, session: Session, undertaking: Undertaking, problem: BotError, *, settled: bool = False
    ) -> bool:
        now, change = self._clock.now(), undertaking.change
        if not changes.finish(session, change, "failed", now, problem.text):
            return False
        self._note(session, change, "failed", now, why=problem.text, settled=settled)
        if undertaking.request is not None:
            self._try_again_or_fail(session, undertaking.request.id, problem, now)
        return True

    def _unknown(self, session: Session, undertaking: Undertaking, why: str) -> None:
        change = undertaking.change
        if changes.finish(session, change, "unknown", self._clock.now(), why):
            self._note(session, change, "unclear", self._clock.now(), why=why)

    def _try_again_or_fail(self, session: Session, request_id: str, problem: BotError, now: datetime) -> None:
        request = requests.get(session, request_id)
        if request is None or request.state != "running":
            return
        if isinstance(problem, PASSING) and request.attempt <= len(WAITS):
            wait = max(WAITS[request.attempt - 1], getattr(problem, "retry_after", None) or 0.0)
            if requests.move(session, request, "approved", note=problem.text):
                self._engine.later(session, Job("desk.run", request.id), now + timedelta(seconds=wait))
                self.moved(session, request, now)
            return
        self._end_request(session, request_id, "failed", problem.text, now)

    def _end_request(self, session: Session, request_id: str, to: str, text: str, now: datetime) -> None:
        request = requests.get(session, request_id)
        if request is not None and requests.move(session, request, to, finished_at=now, note=text):
            audit.note_request(session, audit.KEYDESK, f"desk.{to}", request, now, text=text)
            self.moved(session, request, now, news=True)

    def _note(self, session: Session, change: Change, word: str, now: datetime, **detail: str | bool) -> None:
        subject = change.request_id or change.id
        operation = {"operation": change.operation} if word == "started" else {}
        audit.note(
            session,
            change.actor,
            f"{change.kind}.{word}",
            subject,
            now,
            team_id=change.team_id,
            project_id=change.project_id,
            change_id=change.id,
            **operation,
            **detail,
        )
