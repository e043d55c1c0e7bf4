"""The desk: it takes in operations and runs, holds or refuses them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from bot import audit
from bot.desk import words
from bot.desk.deciding import Deciding
from bot.desk.limits import HOUR
from bot.desk.settling import Settling
from bot.engine.port import Job
from bot.errors import BotError, CouldNotCheck, NotAllowed
from bot.operation import Actor, Description, Operation
from bot.policy import Hold, Refuse, Run
from bot.slack.words import count
from bot.store import cards, people, persons, requests
from bot.store.requests import Request

WAITING_TIME = timedelta(hours=24)
MOST_OPEN = 20


@dataclass(frozen=True)
class Held:
    """The operation waits for one of these people; ``who`` names them (plain text)."""

    request: Request
    deciders: frozenset[str]
    who: str


@dataclass(frozen=True)
class Ran:
    """The operation was carried out; ``text`` says what happened."""

    text: str


class Desk(Deciding, Settling):
    """One desk for every change: it judges, holds or runs, and writes down what it did."""

    async def submit(self, operation: Operation, actor: Actor, view_id: str | None = None) -> Held | Ran:
        """Take in an operation: run it, hold it, or refuse it. The same form (``view_id``) counts once.

        Raises:
            NotAllowed: the policy refuses, or nobody could decide.
            NotOffered: the project's provider has nothing of the kind; it is no refusal of the person.
        """
        verdict = await self._taken_in(operation, actor, view_id, final=False)
        if isinstance(verdict, Refuse) and _may_yet_change(verdict):
            await self._read_people(sorted(verdict.who))
            verdict = await self._taken_in(operation, actor, view_id, final=True)
        match verdict:
            case Held():
                return verdict
            case Refuse():
                raise _refusal(verdict)
            case _:
                text = await self.run(operation, actor, view_id)
                return Ran(f"{text} {words.NOBODY_ELSE}" if verdict.alone else text)

    async def _taken_in(
        self, operation: Operation, actor: Actor, view_id: str | None, *, final: bool
    ) -> Held | Refuse | Run:
        now = self._clock.now()
        take_in = partial(self._take_in, operation=operation, actor=actor, now=now, view_id=view_id, final=final)
        try:
            return await self._database.write(take_in)
        except IntegrityError:  # the same form came twice at once: read again, the first one's request is there
            return await self._database.write(take_in)

    def _take_in(
        self, session: Session, operation: Operation, actor: Actor, now: datetime, view_id: str | None, *, final: bool
    ) -> Held | Refuse | Run:
        """Judge an operation and write down what that means; a refusal that may yet change only where it is final."""
        kind = self._kinds[operation.kind]
        lack = self.lack(session, operation, actor)
        if lack is not None:
            raise lack
        if kind.check is not None:
            kind.check(session, operation, actor)
        if kind.admitted is not None:  # two presses at once are judged one after the other
            people.locked(session, actor.team_id, persons.known(session, actor.team_id).of(actor.user_id))
        verdict = self.judge(session, operation, actor)
        if isinstance(verdict, Hold):
            return self._hold(session, operation, actor, now, view_id, verdict)
        if isinstance(verdict, Refuse) and (final or not _may_yet_change(verdict)):
            _note_refusal(session, operation, actor, now, verdict.text)
        if isinstance(verdict, Run):
            self._note_run(session, operation, actor, now, verdict)
        return verdict

    def _note_run(self, session: Session, operation: Operation, actor: Actor, now: datetime, verdict: Run) -> None:
        """Write down, before it runs, what others could not decide because nobody else is there."""
        if verdict.alone:
            _note(session, operation, actor, now, "desk.alone", verdict.reason)
        admitted = self._kinds[operation.kind].admitted
        if admitted is not None:
            admitted(session, operation, actor, now)

    def _hold(
        self,
        session: Session,
        operation: Operation,
        actor: Actor,
        now: datetime,
        view_id: str | None,
        verdict: Hold,
    ) -> Held | Refuse:
        known = requests.by_view(session, view_id) if view_id is not None else None
        if known is not None:
            return self._held(session, known, verdict)
        refusal = self._reason_not_to_hold(session, actor, now, verdict)
        if refusal is not None:
            _note_refusal(session, operation, actor, now, refusal)
            return Refuse(refusal)
        request = _opened(operation, self._described(session, operation, actor), actor, now, view_id)
        session.add(request)
        session.flush()
        cards.plan(session, request.id, "requester", actor.user_id)
        audit.note_request(session, actor, "desk.held", request, now, operation=request.operation)
        self._engine.later(session, Job("desk.expire", request.id), request.expires_at)
        self.refresh(session, request.id, request.version, now)
        if self.limits.rings_after:
            self._engine.later(session, Job("desk.cards", request.id, "rings"), now + self.limits.rings_after)
        return self._held(session, request, verdict)

    def _held(self, session: Session, request: Request, verdict: Hold) -> Held:
        who = words.people_of(session, request.team_id, verdict.deciders)
        return Held(request, verdict.deciders, who)

    def _reason_not_to_hold(self, session: Session, actor: Actor, now: datetime, verdict: Hold) -> str | None:
        if not verdict.deciders:
            return words.NOBODY_DECIDES
        theirs = persons.known(session, actor.team_id).ids(actor.user_id)
        if requests.open_count(session, actor.team_id, theirs) >= MOST_OPEN:
            return f"You have {MOST_OPEN} open requests. Cancel one or wait for a decision before you ask for more."
        most = self.limits.requests_an_hour
        asked = requests.asked_since(session, actor.team_id, theirs, now - HOUR, most=most)
        if len(asked) < most:
            return None
        again = words.local(asked[-1] + HOUR, actor.tz)
        return f"You have asked {count(most, 'time')} within an hour, which is the most. You can ask again on {again}."

    def _described(self, session: Session, operation: Operation, actor: Actor) -> Description:
        describe = self._kinds[operation.kind].describe
        if describe is None:
            raise RuntimeError(f"{operation.kind} cannot be drawn")
        return describe(session, operation, actor.user_id)


def _opened(
    operation: Operation, description: Description, actor: Actor, now: datetime, view_id: str | None
) -> Request:
    return Request(
        team_id=actor.team_id,
        requester=actor.user_id,
        kind=operation.kind,
        operation=operation.model_dump(mode="json"),
        description=description.model_dump(mode="json"),
        project_id=operation.project_id,
        view_id=view_id,
        created_at=now,
        expires_at=now + WAITING_TIME,
    )


def _refusal(verdict: Refuse) -> BotError:
    """Return a refusal that was written down, to be raised."""
    refusal = (CouldNotCheck if verdict.unread else NotAllowed)(verdict.text)
    refusal.on_record = True
    return refusal


def _may_yet_change(verdict: Refuse) -> bool:
    """Tell whether somebody is to be read, by whom the verdict may be another one."""
    return verdict.unread and bool(verdict.who)


def _note_refusal(session: Session, operation: Operation, actor: Actor, now: datetime, why: str) -> None:
    _note(session, operation, actor, now, "desk.refused", why)


def _note(session: Session, operation: Operation, actor: Actor, now: datetime, name: str, why: str) -> None:
    audit.note(
        session,
        actor,
        name,
        operation.project_id,
        now,
        project_id=operation.project_id,
        operation=operation.model_dump(mode="json"),
        kind=operation.kind,
        why=why,
    )
