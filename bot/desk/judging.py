"""What every story of the desk needs: its ports, who may do what now, and how a change reaches the cards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from sqlmodel import Session

from bot import policy
from bot.clock import Clock
from bot.engine.port import Engine, Job
from bot.errors import NotAllowed, NotUnderstood
from bot.operation import Actor, FollowUp, Operation, OperationKind
from bot.policy import Matter, Role, Verdict
from bot.ranks import INITIAL_DEFAULT, Given, Roles
from bot.store import cards, people, projects, requests, roles
from bot.store.database import Database
from bot.store.requests import Request
from bot.store.roles import RoleHeld


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

    def matter(
        self,
        session: Session,
        team_id: str,
        project_id: str,
        subject_owner: str | None = None,
        *,
        actor_id: str | None = None,
    ) -> Matter:
        """Return the facts for the policy, without people who cannot act, or of whom Slack was never asked.

        Without an actor their role is the least: who only asks for the deciders may do nothing with the answer.
        """
        held = self.roles_in(session, team_id, project_id)
        owners = held.owners()
        unread = held.as_last_read().owners() - owners
        approvers = held.at_least(policy.LEAST["desk.decide"], projects.settings(session, project_id).approvers)
        able = people.able(session, team_id, owners | approvers)
        role = held.of(actor_id) if actor_id is not None else Role.READER
        withheld = held.withheld(actor_id) if actor_id is not None else None
        return Matter(
            owners & able,
            approvers & able,
            subject_owner,
            role,
            withheld=withheld,
            fixed=actor_id in held.fixed,
            perhaps_owners=unread - people.unable(session, team_id, unread),
        )

    def roles_in(self, session: Session, team_id: str, project_id: str = roles.WORKSPACE) -> Roles:
        """Return who holds which role in a project, or in the workspace."""
        return roles_of(session, team_id, project_id, self._owners)

    def permit(self, session: Session, actor: Actor, name: str, project_id: str = roles.WORKSPACE) -> None:
        """Let pass whoever may do or read this, by the name that `bot.policy.LEAST` lists; "" is the workspace.

        Raises:
            NotAllowed: their role there is too low; the text says which it takes and who can change it.
        """
        refusal = self.lacking(session, actor, name, project_id)
        if refusal is not None:
            raise refusal

    def may(self, session: Session, actor: Actor, name: str, project_id: str = roles.WORKSPACE) -> bool:
        """Tell the same, for those who draw buttons."""
        return self.lacking(session, actor, name, project_id) is None

    def lacking(
        self, session: Session, actor: Actor, name: str, project_id: str = roles.WORKSPACE
    ) -> NotAllowed | None:
        """Return the same refusal, for those who write it down, or None."""
        here = self.roles_in(session, actor.team_id, project_id)
        text = policy.lacking(name, here.of(actor.user_id), here.withheld(actor.user_id))
        return NotAllowed(text) if text is not None else None

    def judge(self, session: Session, operation: Operation, actor: Actor) -> Verdict:
        """Return what the policy says of this operation by this person, now."""
        find_owner = self._kinds[operation.kind].subject_owner
        owner = find_owner(session, operation) if find_owner is not None else None
        matter = self.matter(session, actor.team_id, operation.project_id, owner, actor_id=actor.user_id)
        return policy.decide(operation.kind, actor, replace(matter, widens=operation.widens))

    def deciders(self, session: Session, request: Request) -> frozenset[str]:
        """Return who may decide this request, now."""
        matter = self.matter(session, request.team_id, request.project_id)
        return policy.deciders(request.kind, request.requester, matter)

    def owners(self, session: Session, request: Request) -> frozenset[str]:
        """Return the owners who can act and did not ask: whom to turn to where no decider can be reached."""
        return self.matter(session, request.team_id, request.project_id).owners - {request.requester}

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


def roles_of(session: Session, team_id: str, project_id: str, fixed: frozenset[str]) -> Roles:
    """Read who holds which role there; ``fixed`` are the owners that the configuration names."""
    rows = roles.held(session, team_id, {roles.WORKSPACE, project_id})
    default = roles.default(session, team_id)
    groups = roles.groups(session, team_id, {row.holder for row in rows if row.holder_kind == "group"})
    now = datetime.now(UTC)  # what Slack said ages by the machine's clock, as profiles do
    return Roles(
        fixed,
        Role.read(default) if default is not None else INITIAL_DEFAULT,
        _given([row for row in rows if row.project_id == roles.WORKSPACE]),
        _given([row for row in rows if row.project_id != roles.WORKSPACE]),
        {group.group_id: frozenset(group.members) for group in groups},
        frozenset(group.group_id for group in groups if not group.is_believed(now)),
    )


def _given(rows: list[RoleHeld]) -> Given:
    by_kind = {
        kind: {row.holder: Role.read(row.role) for row in rows if row.holder_kind == kind} for kind in roles.HOLDERS
    }
    return Given(by_kind["person"], by_kind["group"])


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
