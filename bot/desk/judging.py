"""What every story of the desk needs: its ports, who may do what now, and how a change reaches the cards."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlmodel import Session

from bot.access.access import Access, roles_of
from bot.clock import Clock
from bot.desk import words
from bot.desk.limits import Limits
from bot.engine.port import Engine, Job
from bot.errors import NotAllowed, NotOffered, NotUnderstood
from bot.operation import NO_STAKES, Actor, FollowUp, Operation, OperationKind, Stakes
from bot.policy import DECIDES, Policy, PolicyContext, Refuse, Role, Verdict
from bot.role_assignments import Roles
from bot.store import cards, notices, people, persons, projects, requests, roles
from bot.store.database import Database
from bot.store.requests import Request
from bot.vendors import vendors_in

KNOWN_FOR = timedelta(minutes=1)  # how long it is known that somebody is no active member, by the machine's clock
OWED_LONG = timedelta(minutes=10)

LookAgain = Callable[[Iterable[str]], Awaitable[object]]
"""Reads the profiles of these people now, as far as Slack tells them."""


async def nobody_looks(user_ids: Iterable[str]) -> None:
    """Read no profile: what the rows say is all that is known."""
    del user_ids


DEFAULT_LIMITS = Limits()


class Judging:
    """Knows operations only by their table entries, and people only by the policy."""

    def __init__(
        self,
        database: Database,
        engine: Engine,
        clock: Clock,
        owners: frozenset[str],
        kinds: Mapping[str, OperationKind],
        policy: Policy,
        look_again: LookAgain = nobody_looks,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        self._database = database
        self._engine = engine
        self._clock = clock
        self._owners = owners
        self._kinds = kinds
        self.policy = policy
        self._read_people = look_again
        self.limits = limits

    def policy_context(
        self,
        session: Session,
        team_id: str,
        project_id: str,
        subject_owner: str | None = None,
        stakes: Stakes = NO_STAKES,
        *,
        actor_id: str | None = None,
    ) -> PolicyContext:
        """Return the facts for the policy, without people who cannot act, or of whom Slack was never asked.

        Without an actor their role is the least: who only asks for the deciders may do nothing with the answer.
        """
        held = self.roles_in(session, team_id, project_id)
        one = held.persons
        actor_id = one.of(actor_id) if actor_id is not None else None
        owners = held.owners()
        approvers = held.at_least(DECIDES, projects.settings(session, project_id).approvers)
        others, former = held.holders() - {actor_id}, held.former_holders() - {actor_id}
        able, known = people.judged(session, team_id, owners | approvers | others, datetime.now(UTC) - KNOWN_FOR)
        role = held.of(actor_id) if actor_id is not None else Role.READER
        unknown = others - known - (owners & able)
        withheld = held.withheld(actor_id) if actor_id is not None else None
        return PolicyContext(
            owners & able,
            approvers & able,
            one.of(subject_owner) if subject_owner is not None else None,
            role,
            stakes,
            others=others & able,
            former=former & able,
            unknown=unknown,
            withheld=withheld,
        )

    def roles_in(self, session: Session, team_id: str, project_id: str = roles.WORKSPACE) -> Roles:
        """Return who holds which role in a project, or in the workspace."""
        return roles_of(session, team_id, project_id, self._owners)

    def access(self, session: Session, actor: Actor, project_id: str = roles.WORKSPACE) -> Access:
        """Return what somebody may do in a project, or in the workspace."""
        found = self.roles_in(session, actor.team_id, project_id)
        project = projects.ever(session, project_id) if project_id != roles.WORKSPACE else None
        return Access(actor, project, found, vendors_in(session), self.policy)

    def lack(self, session: Session, operation: Operation, actor: Actor) -> NotOffered | None:
        """Return why this cannot be had in its project, whoever asks: no role is read for it."""
        if self.policy.takes(operation.kind) is None:
            return None
        project = projects.ever(session, operation.project_id) if operation.project_id != roles.WORKSPACE else None
        return Access(actor, project, None, vendors_in(session), self.policy).lack(operation.kind)

    def as_one(self, session: Session, actor: Actor, project_id: str) -> Actor:
        """Return who acts by the id that stands for them; it is read with the roles in the project."""
        return replace(actor, user_id=self.roles_in(session, actor.team_id, project_id).persons.of(actor.user_id))

    def judge(self, session: Session, operation: Operation, actor: Actor) -> Verdict:
        """Return what the policy says of this operation by this person, now."""
        actor = self.as_one(session, actor, operation.project_id)
        find_owner = self._kinds[operation.kind].subject_owner
        owner = find_owner(session, operation) if find_owner is not None else None
        stakes = self._stakes(session, operation, actor)
        context = self.policy_context(
            session, actor.team_id, operation.project_id, owner, stakes, actor_id=actor.user_id
        )
        return self._worded(session, actor.team_id, self.policy.decide(operation.kind, actor, context))

    def _stakes(self, session: Session, operation: Operation, actor: Actor) -> Stakes:
        ask = self._kinds[operation.kind].stakes
        return ask(session, operation, actor, self._clock.now()) if ask is not None else operation.stakes

    def _worded(self, session: Session, team_id: str, verdict: Verdict) -> Verdict:
        """Put the names of the people whom a refusal is about into its text."""
        if not isinstance(verdict, Refuse) or not verdict.who:
            return verdict
        return replace(verdict, text=verdict.text.replace("{who}", words.people_of(session, team_id, verdict.who)))

    def facts(self, session: Session, request: Request, actor_id: str | None = None) -> PolicyContext:
        """Return the facts by which somebody may decide this request, with what is at stake for whom while it waits."""
        kind, stakes = self._kinds.get(request.kind), NO_STAKES
        if kind is not None and request.state == "waiting":
            operation = kind.type.model_validate(request.operation)
            requester = self.as_one(session, Actor(request.team_id, request.requester), request.project_id)
            stakes = self._stakes(session, operation, requester)
        return self.policy_context(session, request.team_id, request.project_id, stakes=stakes, actor_id=actor_id)

    def deciders(self, session: Session, request: Request) -> frozenset[str]:
        """Return who may decide this request, now."""
        requester = self.as_one(session, Actor(request.team_id, request.requester), request.project_id)
        return self.policy.deciders(request.kind, requester.user_id, self.facts(session, request))

    def owners(self, session: Session, request: Request) -> frozenset[str]:
        """Return the owners who can act and did not ask: whom to turn to where no decider can be reached."""
        context = self.policy_context(session, request.team_id, request.project_id)
        return context.owners - {persons.known(session, request.team_id).of(request.requester)}

    def forbidden(self, session: Session, request: Request) -> NotAllowed | None:
        """Return why the rules of today do not allow what was asked under others, while it is not over; else None."""
        kind = self._kinds.get(request.kind)
        if kind is None or kind.forbidden is None or request.state not in ("waiting", "approved"):
            return None
        why = kind.forbidden(session, kind.type.model_validate(request.operation), request.team_id)
        return NotAllowed(f"{words.FORBIDDEN} {why}") if why is not None else None

    def follow_up(self, session: Session, request: Request) -> FollowUp:
        """Return what came of an approval, and what its owner can do next."""
        ask = self._kinds[request.kind].follow_up
        return ask(session, request.id, request.version, request.state) if ask is not None else FollowUp()

    def opens(self, kind: str) -> bool:
        """Tell whether an approval of this kind is a right that its owner exercises, as of a key."""
        return self._kinds[kind].execute is None

    def refresh(self, session: Session, request_id: str, version: int, now: datetime) -> None:
        """Let every copy of the card follow, once this transaction is committed."""
        self._engine.enqueue(session, Job("desk.cards", request_id, str(version)), now)

    def redraw_waiting(self, session: Session, team_id: str, now: datetime, project_id: str | None = None) -> None:
        """Draw the cards of a project, or all, that wait for a decision anew: who can decide has changed."""
        for request_id, version in requests.touch_waiting(session, team_id, project_id):
            self.refresh(session, request_id, version, now)

    def inform(self, session: Session, team_id: str, user_ids: Iterable[str], text: str, now: datetime) -> None:
        """Tell each of these people (mrkdwn) once this transaction is committed, however long Slack is away."""
        for user_id in sorted(set(user_ids)):
            self.owe(session, team_id, user_id, text, now)

    def owe(
        self, session: Session, team_id: str, place: str, text: str, now: datetime, *, otherwise: str | None = None
    ) -> None:
        """Tell a person or a channel (mrkdwn) once this is committed; ``otherwise`` is who hears it for a channel."""
        notice_id = notices.add(session, team_id, place, text, now, otherwise=otherwise)
        self._engine.enqueue(session, Job(notices.JOB, notice_id), now)

    def owe_again(self, session: Session, now: datetime) -> None:
        """Try again what is owed to somebody for long."""
        for notice in notices.owed(session, now - OWED_LONG):
            self._engine.enqueue(session, Job(notices.JOB, notice.id, "again"), now)

    def refresh_later(self, session: Session, request_id: str, at: datetime) -> None:
        """Look at the copies of the card again then."""
        self._engine.later(session, Job("desk.cards", request_id, "again"), at)

    def sweep_later(self, session: Session, kind: str, ref: str, at: datetime) -> None:
        """Let a sweep run again then."""
        self._engine.later(session, Job(kind, ref), at)

    def moved(self, session: Session, request: Request, now: datetime, *, news: bool = False) -> Request:
        """Let the cards of a request follow that was just moved, and return it; ``news`` rings the requester's bell."""
        if news:
            cards.plan(session, request.id, "news", request.requester)
        self.refresh(session, request.id, request.version, now)
        return request


def the_request(session: Session, request_id: str, actor: Actor, version: int | None = None) -> Request:
    """Return the request that a button named.

    Raises:
        NotUnderstood: there is none in this workspace, or it never had this version.
    """
    request = requests.with_project(session, request_id)
    if request is None or request.team_id != actor.team_id:
        raise NotUnderstood("There is no such request here. Nothing changed.")
    if version is not None and not 1 <= version <= request.version:
        raise NotUnderstood("This button does not belong to this request. Nothing changed.")
    return request
