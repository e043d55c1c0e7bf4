"""The desk: submit, hold, decide, cancel, remind, expire. It knows operations only by their table entries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from bot import audit, policy
from bot.clock import Clock
from bot.desk import words
from bot.engine.port import Engine, Job
from bot.errors import AlreadyDecided, NotAllowed, NotUnderstood
from bot.operation import Actor, Description, FollowUp, Operation, OperationKind
from bot.policy import Hold, Matter, Refuse, Run, Verdict
from bot.store import cards, people, projects, requests
from bot.store.database import Database
from bot.store.decisions import Decision
from bot.store.requests import Request

WAITING_TIME = timedelta(hours=24)
OPENING_TIME = timedelta(hours=24)
REMIND_AFTER = timedelta(minutes=30)
MOST_OPEN = 20


@dataclass(frozen=True)
class Held:
    """The operation waits for one of these people."""

    request: Request
    deciders: frozenset[str]


@dataclass(frozen=True)
class Ran:
    """The operation was carried out; ``text`` says what happened."""

    text: str


class Desk:
    """One desk for every change: it judges, holds or runs, and writes down what it did."""

    def __init__(
        self,
        database: Database,
        engine: Engine,
        clock: Clock,
        owners: frozenset[str],
        kinds: Mapping[str, OperationKind],
    ) -> None:
        self._database = database
        self._engine = engine
        self._clock = clock
        self._owners = owners
        self._kinds = kinds

    # --- judging ---

    def matter(self, session: Session, team_id: str, project_id: str, subject_owner: str | None = None) -> Matter:
        """Return the facts for the policy, without people who can no longer act."""
        gone = {person.user_id for person in people.named(session, team_id).values() if person.standing != "member"}
        approvers = frozenset(projects.settings(session, project_id).approvers)
        return Matter(self._owners - gone, approvers - gone, subject_owner)

    def judge(self, session: Session, operation: Operation, actor: Actor) -> Verdict:
        """Return what the policy says of this operation by this person, now."""
        find_owner = self._kinds[operation.kind].subject_owner
        owner = find_owner(session, operation) if find_owner is not None else None
        return policy.decide(operation.kind, actor, self.matter(session, actor.team_id, operation.project_id, owner))

    def deciders(self, session: Session, request: Request) -> frozenset[str]:
        """Return who may decide this request, now."""
        return policy.deciders(request.requester, self.matter(session, request.team_id, request.project_id))

    # --- asking ---

    async def submit(self, operation: Operation, actor: Actor, view_id: str | None = None) -> Held | Ran:
        """Take in an operation: run it, hold it, or refuse it. The same form (``view_id``) counts once.

        Raises:
            NotAllowed: the policy refuses, or nobody could decide.
        """
        now = self._clock.now()
        verdict = await self._database.write(lambda session: self._take_in(session, operation, actor, now, view_id))
        match verdict:
            case Held():
                return verdict
            case Refuse(text):
                raise NotAllowed(text)
            case _:
                execute = self._kinds[operation.kind].execute
                if execute is None:
                    raise RuntimeError(f"{operation.kind} cannot run at once")
                return Ran(await execute(operation, actor))

    def _take_in(
        self, session: Session, operation: Operation, actor: Actor, now: datetime, view_id: str | None
    ) -> Held | Refuse | Run:
        verdict = self.judge(session, operation, actor)
        if isinstance(verdict, Hold):
            return self._hold(session, operation, actor, now, view_id, verdict)
        if isinstance(verdict, Refuse):
            _note_refusal(session, operation, actor, now, verdict.text)
        return verdict

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
            return Held(known, verdict.deciders)
        refusal = _reason_not_to_hold(session, actor, verdict)
        if refusal is not None:
            _note_refusal(session, operation, actor, now, refusal)
            return Refuse(refusal)
        request = _opened(operation, self._described(session, operation, actor), actor, now, view_id)
        session.add(request)
        session.flush()
        cards.plan(session, request.id, "requester", actor.user_id)
        audit.note(
            session, actor, "desk.held", request.id, now, project_id=request.project_id, operation=request.operation
        )
        self._engine.later(session, Job("desk.expire", request.id), request.expires_at)
        self.refresh(session, request.id, request.version, now)
        return Held(request, verdict.deciders)

    # --- deciding ---

    async def decide(self, request_id: str, version: int, verdict: str, actor: Actor, reason: str = "") -> Request:
        """Approve or deny (``verdict`` "approved" or "denied") a waiting request, having seen ``version`` of its card.

        Raises:
            NotAllowed: this person may not.
            AlreadyDecided: somebody was first, or the request is over.
            NotUnderstood: there is no such request, or it never had such a card.
        """
        now = self._clock.now()
        outcome = await self._database.write(
            lambda session: self._decide(session, request_id, version, verdict, actor, reason, now)
        )
        if isinstance(outcome, Request):
            return outcome
        raise outcome

    def _decide(
        self,
        session: Session,
        request_id: str,
        version: int,
        verdict: str,
        actor: Actor,
        reason: str,
        now: datetime,
    ) -> Request | NotAllowed | AlreadyDecided:
        request = the_request(session, request_id, actor, version)
        refusal = self._refusal(session, request, actor)
        if refusal is not None:
            audit.note(session, actor, "desk.refused", request.id, now, project_id=request.project_id, why=refusal)
            return NotAllowed(refusal)
        if request.state != "waiting" or not self._settle_verdict(session, request, verdict, reason, now):
            session.expire_all()
            return AlreadyDecided(words.how_it_stands(session, the_request(session, request_id, actor), actor, now))
        session.add(
            Decision(
                request_id=request.id,
                team_id=actor.team_id,
                user_id=actor.user_id,
                verdict=verdict,
                reason=reason,
                card_version=version,
                decided_at=now,
            )
        )
        audit.note(
            session,
            actor,
            f"desk.{verdict}",
            request.id,
            now,
            project_id=request.project_id,
            reason=reason,
            card_version=version,
        )
        return self._moved(session, request, now, news=True)

    async def check_decidable(self, request_id: str, version: int, actor: Actor) -> None:
        """Say at once, before a form is filled, that this person could not decide this request.

        Raises:
            NotAllowed: this person may not.
            AlreadyDecided: somebody was first, or the request is over.
            NotUnderstood: there is no such request.
        """
        now = self._clock.now()

        def check(session: Session) -> None:
            request = the_request(session, request_id, actor, version)
            refusal = self._refusal(session, request, actor)
            if refusal is not None:
                raise NotAllowed(refusal)
            if request.state != "waiting":
                raise AlreadyDecided(words.how_it_stands(session, request, actor, now))

        await self._database.read(check)

    def _refusal(self, session: Session, request: Request, actor: Actor) -> str | None:
        matter = self.matter(session, request.team_id, request.project_id)
        refusal = policy.refusal_to_decide(actor, request.requester, matter)
        if refusal is None or actor.user_id == request.requester or request.state != "waiting":
            return refusal
        can = words.people_of(session, request.team_id, policy.deciders(request.requester, matter))
        return f"You cannot decide this one; {can} can. Nothing changed."

    def _settle_verdict(self, session: Session, request: Request, verdict: str, reason: str, now: datetime) -> bool:
        if verdict == "denied":
            return requests.move(session, request, "denied", decided_at=now, finished_at=now, note=reason)
        open_until = now + OPENING_TIME
        moved = requests.move(session, request, "approved", decided_at=now, open_until=open_until)
        if moved:
            self._engine.later(session, Job("desk.lapse", request.id), open_until)
        return moved

    # --- the requester's own buttons ---

    async def cancel(self, request_id: str, actor: Actor) -> Request:
        """Withdraw one's own request while no key exists.

        Raises:
            NotAllowed: it is somebody else's.
            AlreadyDecided: it is over, or the key is being made.
        """
        now = self._clock.now()
        outcome = await self._database.write(lambda session: self._cancel(session, request_id, actor, now))
        if isinstance(outcome, Request):
            return outcome
        raise outcome

    def _cancel(
        self, session: Session, request_id: str, actor: Actor, now: datetime
    ) -> Request | NotAllowed | AlreadyDecided:
        request = the_request(session, request_id, actor)
        if actor.user_id != request.requester:
            audit.note(session, actor, "desk.refused", request.id, now, why="cancel of another's request")
            return NotAllowed("Only the person who asked can cancel this. Nothing changed.")
        cancellable = "cancelled" in requests.MOVES[request.state]
        if not cancellable or not requests.move(session, request, "cancelled", finished_at=now):
            session.expire_all()
            return AlreadyDecided(words.how_it_stands(session, the_request(session, request_id, actor), actor, now))
        audit.note(session, actor, "desk.cancelled", request.id, now, project_id=request.project_id)
        return self._moved(session, request, now)

    async def remind(self, request_id: str, actor: Actor) -> None:
        """Ask the deciders once more; every thirty minutes at most.

        Raises:
            NotAllowed: it is somebody else's request.
            AlreadyDecided: it no longer waits.
            NotUnderstood: too early.
        """
        now = self._clock.now()
        problem = await self._database.write(lambda session: self._remind(session, request_id, actor, now))
        if problem is not None:
            raise problem

    def _remind(
        self, session: Session, request_id: str, actor: Actor, now: datetime
    ) -> NotAllowed | AlreadyDecided | NotUnderstood | None:
        request = the_request(session, request_id, actor)
        if actor.user_id != request.requester:
            return NotAllowed("Only the person who asked can remind. Nothing was sent.")
        if request.state != "waiting":
            return AlreadyDecided(words.how_it_stands(session, request, actor, now))
        last = request.reminded_at or request.created_at
        if now < last + REMIND_AFTER:
            return NotUnderstood(f"Not yet: you can remind them again on {words.local(last + REMIND_AFTER, actor.tz)}.")
        if requests.remind(session, request, now):
            audit.note(session, actor, "desk.reminded", request.id, now, project_id=request.project_id)
            self._engine.enqueue(session, Job("desk.remind", request.id, now.isoformat()), now)
        return None

    # --- what time does ---

    def end_by_time(self, session: Session, request_id: str, to: str, now: datetime) -> None:
        """Let a request expire ("expired") or an unopened approval lapse ("lapsed"), if it still stands there."""
        request = requests.get(session, request_id)
        if request is None or to not in requests.MOVES[request.state]:
            return
        if requests.move(session, request, to, finished_at=now):
            audit.note(
                session,
                audit.KEYDESK,
                f"desk.{to}",
                request.id,
                now,
                team_id=request.team_id,
                project_id=request.project_id,
            )
            self._moved(session, request, now, news=True)

    # --- shared ---

    def _described(self, session: Session, operation: Operation, actor: Actor) -> Description:
        describe = self._kinds[operation.kind].describe
        if describe is None:
            raise RuntimeError(f"{operation.kind} cannot be drawn")
        return describe(session, operation, actor.user_id)

    def follow_up(self, session: Session, request: Request) -> FollowUp:
        """Return what came of an approval, and what its owner can do next."""
        ask = self._kinds[request.kind].follow_up
        return ask(session, request.id, request.version, request.state) if ask is not None else FollowUp()

    def refresh(self, session: Session, request_id: str, version: int, now: datetime) -> None:
        """Let every copy of the card follow, once this transaction is committed."""
        self._engine.enqueue(session, Job("desk.cards", request_id, str(version)), now)

    def _moved(self, session: Session, request: Request, now: datetime, *, news: bool = False) -> Request:
        session.refresh(request)
        if news:
            cards.plan(session, request.id, "news", request.requester)
        self.refresh(session, request.id, request.version, now)
        return request


def the_request(session: Session, request_id: str, actor: Actor, version: int | None = None) -> Request:
    """Return the request that a button named.

    Raises:
        NotUnderstood: there is none in this workspace, or it never had this version.
    """
    request = requests.get(session, request_id)
    if request is None or request.team_id != actor.team_id:
        raise NotUnderstood("There is no such request here. Nothing changed.")
    if version is not None and not 1 <= version <= request.version:
        raise NotUnderstood("This button does not belong to this request. Nothing changed.")
    return request


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


def _reason_not_to_hold(session: Session, actor: Actor, verdict: Hold) -> str | None:
    if not verdict.deciders:
        return words.NOBODY_DECIDES
    if requests.open_count(session, actor.team_id, actor.user_id) >= MOST_OPEN:
        return f"You have {MOST_OPEN} open requests. Cancel one or wait for a decision before you ask for more."
    return None


def _note_refusal(session: Session, operation: Operation, actor: Actor, now: datetime, why: str) -> None:
    audit.note(
        session,
        actor,
        "desk.refused",
        operation.project_id,
        now,
        project_id=operation.project_id,
        operation=operation.model_dump(mode="json"),
        kind=operation.kind,
        why=why,
    )
