"""Whose addresses may be invited: held for another Owner where that is widened, changed only from what was seen."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from bot import audit
from bot.clock import Clock
from bot.desk.service import Desk
from bot.errors import FormError, NotUnderstood
from bot.invites.operations import ChangeInviteDomains
from bot.operation import Actor, Description, OperationKind, Stakes
from bot.slack.words import count, escape, listed
from bot.store import invites
from bot.store.database import Database

SHOWN = 20
OVERTAKEN = (
    "Somebody else changed the domains since you opened this form: allowed now is {allowed}. Nothing changed. What you "
    "typed stands here: save again to replace theirs, or cancel to keep them."
)
MOVED = "Allowed is {allowed} now, which is not what it was when this was asked. Ask again if it is still wanted."


class InviteDomainsChange:
    """Carries out `ChangeInviteDomains`."""

    def __init__(self, desk: Desk, database: Database, clock: Clock) -> None:
        self._desk = desk
        self._database = database
        self._clock = clock

    def kinds(self) -> dict[str, OperationKind]:
        """Return what the desk must know of this operation."""
        kind = OperationKind(
            ChangeInviteDomains, describe=describe, stakes=stakes, moved=moved, execute=self.change_domains
        )
        return {ChangeInviteDomains.kind: kind}

    async def as_asked(self, wish: ChangeInviteDomains, actor: Actor) -> ChangeInviteDomains:
        """Return the same, with the domains that it replaces.

        Raises:
            FormError: somebody else has changed them since the form was opened.
        """
        return await self._database.read(lambda session: self._as_asked(session, wish, actor))

    def _as_asked(self, session: Session, wish: ChangeInviteDomains, actor: Actor) -> ChangeInviteDomains:
        if self._desk.access(session, actor).can(wish.kind):  # else the desk refuses it, on the record
            _check_seen(session, wish, actor)
        return wish.model_copy(update={"before": invites.domains(session, actor.team_id), "seen": None})

    async def change_domains(self, operation: ChangeInviteDomains, actor: Actor) -> str:
        """Set the allowed domains of the workspace.

        Raises:
            FormError: somebody else has changed them since the form was opened.
            NotUnderstood: they are not those any more that this was to replace.
        """
        await self._database.write(lambda session: self._change(session, operation, actor))
        if not operation.domains:
            return "Addresses at any domain may be invited now."
        return f"Only addresses at {listed(operation.domains, 'or')} may be invited now."

    def _change(self, session: Session, operation: ChangeInviteDomains, actor: Actor) -> None:
        now, before = self._clock.now(), invites.domains(session, actor.team_id, to_change=True)
        if set(before) == set(operation.domains):
            return
        _check_seen(session, operation, actor)
        why = moved(session, operation, actor.team_id)
        if why is not None:
            raise NotUnderstood(why)
        invites.change_domains(session, actor.team_id, operation.domains, actor.user_id, now)
        audit.note(
            session,
            actor,
            "invites.domains_changed",
            actor.team_id,
            now,
            before=list(before),
            after=list(operation.domains),
        )
        self._desk.void_moved(session, actor.team_id, now, operation.kind)


def _check_seen(session: Session, operation: ChangeInviteDomains, actor: Actor) -> None:
    now = invites.domains(session, actor.team_id)
    overtaken = operation.seen not in (None, invites.domains_mark(session, actor.team_id))
    if overtaken and set(now) != set(operation.domains):
        raise FormError("domains", OVERTAKEN.format(allowed=allowed(now)))


def stakes(session: Session, operation: ChangeInviteDomains, actor: Actor, now: datetime) -> Stakes:
    """Tell whether anybody might be invited by it who might not be now."""
    del now
    return Stakes(widens=operation.widens(invites.domains(session, actor.team_id)))


def moved(session: Session, operation: ChangeInviteDomains, team_id: str) -> str | None:
    """Say what is allowed now if it is not what this was to replace, or None."""
    now = invites.domains(session, team_id)
    if operation.before is None or set(operation.before) == set(now):
        return None
    return MOVED.format(allowed=allowed(now))


def allowed(domains: tuple[str, ...]) -> str:
    """Say which domains are allowed, in plain words."""
    shown = [*domains[:SHOWN], *([f"{len(domains) - SHOWN} more"] if len(domains) > SHOWN else [])]
    return listed(shown, "and") or "any domain"


def describe(session: Session, operation: ChangeInviteDomains, requester: str) -> Description:
    """Draw a wider circle for whoever decides: every domain that comes and goes."""
    del session, requester
    before = operation.before or ()
    new, gone = (tuple(each for each in one if each not in other) for one, other in _both_ways(operation))
    return Description(
        title="Who may be invited",
        wish=f"addresses at {allowed(operation.domains)} to be invited, in every project.",
        why=operation.why,
        fields=(("Allowed now", escape(allowed(before))), ("Allowed then", escape(allowed(operation.domains)))),
        evidence=(
            ("New", escape(allowed(new)) if operation.domains else "any address at all"),
            *((("No longer", escape(allowed(gone))),) if gone and operation.domains else ()),
            ("In all", count(len(operation.domains), "domain") if operation.domains else "no limit"),
        ),
        risk=("High", "an Owner alone invites anybody there as a plain member; their keys work in the project"),
    )


def _both_ways(operation: ChangeInviteDomains) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    before = operation.before or ()
    return (operation.domains, before), (before, operation.domains)
