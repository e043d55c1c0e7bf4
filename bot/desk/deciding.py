"""How a held request ends its waiting: decided, cancelled, or by time; and how its deciders are reminded."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from sqlmodel import Session

from bot import audit
from bot.desk import words
from bot.desk.judging import Judging, the_request
from bot.engine.port import Job
from bot.errors import AlreadyDecided, BotError, NotAllowed, NotUnderstood
from bot.operation import Actor
from bot.policy import NO_DECIDER, Refuse
from bot.store import people, persons, requests
from bot.store.decisions import Decision
from bot.store.requests import Request

OPENING_TIME = timedelta(hours=24)
REMIND_AFTER = timedelta(minutes=30)
NO_LONGER = "Whoever asked for this may not have it any more, so it cannot be approved. They would read:"
LEFT = "Whoever asked for this is no active member any more, so it cannot be approved. Deny it, or let it expire."

R = TypeVar("R", bound=BotError)


class Deciding(Judging):
    """Every move is conditional on the state that was read: one of many who press is the one who did it."""

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
        request = self._up_to_time(session, the_request(session, request_id, actor, version), now)
        problem = self._problem(session, request, actor, now)
        if problem is None and verdict == "approved":
            problem = self._cannot_be_approved(session, request, actor, now)
        if problem is not None:
            return problem
        if not self._settle_verdict(session, request, verdict, reason, now):
            return _too_late(session, request, actor, now)
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
        audit.note_request(
            session,
            actor,
            f"desk.{verdict}",
            request,
            now,
            reason=reason,
            card_version=version,
        )
        return self.moved(session, request, now, news=True)

    async def check_decidable(self, request_id: str, version: int, actor: Actor) -> None:
        """Say at once, before a form is filled, that this person could not decide this request.

        Raises:
            NotAllowed: this person may not.
            AlreadyDecided: somebody was first, or the request is over.
            NotUnderstood: there is no such request.
        """
        now = self._clock.now()

        def check(session: Session) -> NotAllowed | AlreadyDecided | None:
            request = self._up_to_time(session, the_request(session, request_id, actor, version), now)
            return self._problem(session, request, actor, now)

        problem = await self._database.write(check)
        if problem is not None:
            raise problem

    def _problem(
        self, session: Session, request: Request, actor: Actor, now: datetime
    ) -> NotAllowed | AlreadyDecided | None:
        """Return why this person cannot decide this request now, written down, or None."""
        refusal = self._refusal(session, request, actor)
        if refusal is not None:
            return _refused(session, request, actor, now, NotAllowed(refusal))
        return _too_late(session, request, actor, now) if request.state != "waiting" else None

    def _cannot_be_approved(self, session: Session, request: Request, actor: Actor, now: datetime) -> NotAllowed | None:
        """Return why the requester may not have this any more, written down, or None."""
        if people.unable(session, request.team_id, [request.requester]):
            return _refused(session, request, actor, now, NotAllowed(LEFT))
        operation = self._kinds[request.kind].type.model_validate(request.operation)
        if self._void(session, request, now):
            return _refused(session, request, actor, now, NotAllowed(request.note or words.VOID))
        forbidden = self.forbidden(session, request)
        if forbidden is not None:
            return _refused(session, request, actor, now, forbidden)
        verdict = self.judge(session, operation, Actor(request.team_id, request.requester))
        if isinstance(verdict, Refuse):
            return _refused(session, request, actor, now, NotAllowed(f"{NO_LONGER} {verdict.text}"))
        return None

    def _up_to_time(self, session: Session, request: Request, now: datetime) -> Request:
        """Return the request as time has left it, even if the job that ends it comes late."""
        if request.state == "waiting" and request.expires_at <= now:
            self.end_by_time(session, request.id, "expired", now)
            session.refresh(request)
        return request

    def _refusal(self, session: Session, request: Request, actor: Actor) -> str | None:
        context = self.facts(session, request, actor.user_id)
        one = persons.known(session, request.team_id)
        actor, requester = replace(actor, user_id=one.of(actor.user_id)), one.of(request.requester)
        refusal = self.policy.refusal_to_decide(actor, request.kind, requester, context)
        if refusal != NO_DECIDER or request.state != "waiting":
            return refusal
        can = words.people_of(session, request.team_id, self.policy.deciders(request.kind, requester, context))
        return f"You cannot decide this one; {can} can. Nothing changed."

    def _settle_verdict(self, session: Session, request: Request, verdict: str, reason: str, now: datetime) -> bool:
        if verdict == "denied":
            return requests.move(session, request, "denied", decided_at=now, finished_at=now, note=reason)
        open_until = now + OPENING_TIME
        moved = requests.move(session, request, "approved", decided_at=now, open_until=open_until)
        if moved:
            self._engine.later(session, Job("desk.lapse", request.id), open_until)
            if not self.opens(request.kind):
                self._engine.enqueue(session, Job("desk.run", request.id), now)
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
        if not people.are_one(session, request.team_id, actor.user_id, request.requester):
            refusal = NotAllowed("Only the person who asked can cancel this. Nothing changed.")
            return _refused(session, request, actor, now, refusal)
        cancellable = "cancelled" in requests.MOVES[request.state]
        if not cancellable or not requests.move(session, request, "cancelled", finished_at=now):
            return _too_late(session, request, actor, now)
        audit.note_request(session, actor, "desk.cancelled", request, now)
        return self.moved(session, request, now)

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
        request = self._up_to_time(session, the_request(session, request_id, actor), now)
        if not people.are_one(session, request.team_id, actor.user_id, request.requester):
            refusal = NotAllowed("Only the person who asked can remind. Nothing was sent.")
            return _refused(session, request, actor, now, refusal)
        if request.state != "waiting":
            return _too_late(session, request, actor, now)
        due, again = (request.reminded_at or request.created_at) + REMIND_AFTER, " again" if request.reminded_at else ""
        if now < due:
            early = NotUnderstood(f"Not yet: you can remind them{again} on {words.local(due, actor.tz)}.")
            return _refused(session, request, actor, now, early)
        if requests.remind(session, request, now):
            audit.note_request(session, actor, "desk.reminded", request, now)
            self._engine.enqueue(session, Job("desk.remind", request.id, now.isoformat()), now)
        return None

    # --- what is void ---

    def void_moved(self, session: Session, team_id: str, now: datetime, *kinds: str) -> None:
        """End every request of these kinds that waits to change what is not as it was any more, and say why."""
        for request in requests.waiting(session, team_id, kinds):
            self._void(session, request, now)

    def _void(self, session: Session, request: Request, now: datetime) -> bool:
        """End this request if what it was to change has moved since; True if it has."""
        kind = self._kinds[request.kind]
        why = kind.moved(session, kind.type.model_validate(request.operation), request.team_id) if kind.moved else None
        if why is None:
            return False
        if requests.move(session, request, "failed", finished_at=now, note=f"{words.VOID} {why}"):
            audit.note_request(session, audit.KEYDESK, "desk.void", request, now, why=why)
            self.moved(session, request, now, news=True)
        return True

    # --- what time does ---

    def end_by_time(self, session: Session, request_id: str, to: str, now: datetime) -> None:
        """Let a request expire ("expired") or an unopened approval lapse ("lapsed"), if it still stands there."""
        request = requests.get(session, request_id)
        if request is None or to not in requests.MOVES[request.state]:
            return
        if requests.move(session, request, to, finished_at=now):
            audit.note_request(session, audit.KEYDESK, f"desk.{to}", request, now)
            self.moved(session, request, now, news=True)
            if to == "lapsed":  # its card rang when it was approved, and is only edited now
                self._engine.enqueue(session, Job("desk.ring", request.id, "lapsed"), now)


def _refused(session: Session, request: Request, actor: Actor, now: datetime, refusal: R) -> R:
    """Write a refused attempt down; the request stays as it is."""
    audit.note_request(session, actor, "desk.refused", request, now, why=refusal.text)
    refusal.on_record = True
    return refusal


def _too_late(session: Session, request: Request, actor: Actor, now: datetime) -> AlreadyDecided:
    """Say how the request stands, as read again: somebody else may have moved it just now."""
    session.refresh(request)
    return _refused(session, request, actor, now, AlreadyDecided(words.how_it_stands(session, request, actor, now)))
