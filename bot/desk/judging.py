"""What every story of the desk needs: its ports, who may do what now, and how a change reaches the cards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from bot import policy
from bot.clock import Clock
from bot.engine.port import Engine, Job
from bot.errors import NotUnderstood
from bot.operation import Actor, FollowUp, Operation, OperationKind
from bot.policy import Matter, Verdict
from bot.store import cards, people, projects, requests
from bot.store.database import Database
from bot.store.requests import Request


class Judging:
    """Knows operations only by their table entries, and people only by the policy."""

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

    def matter(self, session: Session, team_id: str, project_id: str, subject_owner: str | None = None) -> Matter:
        """Return the facts for the policy, without people who can no longer act."""
        approvers = frozenset(projects.settings(session, project_id).approvers)
        gone = people.unable(session, team_id, self._owners | approvers)
        return Matter(self._owners - gone, approvers - gone, subject_owner)

    def judge(self, session: Session, operation: Operation, actor: Actor) -> Verdict:
        """Return what the policy says of this operation by this person, now."""
        find_owner = self._kinds[operation.kind].subject_owner
        owner = find_owner(session, operation) if find_owner is not None else None
        return policy.decide(operation.kind, actor, self.matter(session, actor.team_id, operation.project_id, owner))

    def deciders(self, session: Session, request: Request) -> frozenset[str]:
        """Return who may decide this request, now."""
        return policy.deciders(request.requester, self.matter(session, request.team_id, request.project_id))

    def owners(self, session: Session, request: Request) -> frozenset[str]:
        """Return the owners who can act and did not ask: whom to turn to where no decider can be reached."""
        return self.matter(session, request.team_id, request.project_id).owners - {request.requester}

    def follow_up(self, session: Session, request: Request) -> FollowUp:
        """Return what came of an approval, and what its owner can do next."""
        ask = self._kinds[request.kind].follow_up
        return ask(session, request.id, request.version, request.state) if ask is not None else FollowUp()

    def refresh(self, session: Session, request_id: str, version: int, now: datetime) -> None:
        """Let every copy of the card follow, once this transaction is committed."""
        self._engine.enqueue(session, Job("desk.cards", request_id, str(version)), now)

    def refresh_later(self, session: Session, request_id: str, at: datetime) -> None:
        """Look at the copies of the card again then."""
        self._engine.later(session, Job("desk.cards", request_id, "again"), at)

    def sweep_later(self, session: Session, kind: str, ref: str, at: datetime) -> None:
        """Let a sweep run again then."""
        self._engine.later(session, Job(kind, ref), at)

    def moved(self, session: Session, request: Request, now: datetime, *, news: bool = False) -> Request:
        """Read a request that was just moved, and let its cards follow; ``news`` rings the requester's bell."""
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
