"""How an open invitation is taken back or sent again, and how to find out later."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from bot import audit
from bot.clock import Clock
from bot.desk.believing import believed
from bot.engine.port import Engine, Job
from bot.errors import BotError, NotFound, NotUnderstood, Refused, Unclear
from bot.invites.addresses import is_allowed
from bot.invites.operations import CancelInvite, ResendInvite
from bot.invites.sending import outside
from bot.operation import Actor, OperationKind
from bot.providers.provider import Provider
from bot.providers.values import Invite
from bot.store import invites, record
from bot.store.database import Database

WITHDRAWN = "invites.withdrawn"
NO_SCOPE = (
    "The provider does not tell with which provider role {email} was invited, so it cannot be sent again. "
    "Nothing changed; take it back with /invites cancel, and invite anew."
)


class InviteChanges:
    """Carries out `CancelInvite` and `ResendInvite`."""

    def __init__(self, database: Database, engine: Engine, clock: Clock, provider: Provider) -> None:
        self._database = database
        self._engine = engine
        self._clock = clock
        self._provider = provider

    def kinds(self) -> dict[str, OperationKind]:
        """Return what the desk must know of these operations."""
        return {
            CancelInvite.kind: OperationKind(
                CancelInvite, execute=self.cancel, settle=self.is_cancelled, done=self.cancelled
            ),
            ResendInvite.kind: OperationKind(
                ResendInvite, execute=self.resend, settle=self.is_resent, done=self.resent
            ),
        }

    # --- taking back ---

    async def cancel(self, operation: CancelInvite, actor: Actor) -> str:
        """Take an invitation back; one that is gone already is as good.

        Raises:
            ProviderError: it stands, or nobody can tell.
        """
        del actor
        try:
            await self._provider.delete_invite(operation.project_id, operation.email)
        except NotFound:
            await believed(self.is_cancelled(operation), f"that {operation.email} is not invited")
            return f"There is no open invitation for {operation.email} any more: accepted, or taken back already."
        return f"The invitation for {operation.email} is taken back."

    async def is_cancelled(self, operation: CancelInvite) -> bool:
        """Tell whether the invitation is gone.

        Raises:
            ProviderError: the provider did not say.
        """
        return await self._find(operation.project_id, operation.email) is None

    def cancelled(self, session: Session, operation: CancelInvite, now: datetime) -> None:
        """Forget the invitation."""
        invites.remove(session, operation.project_id, operation.email)
        self._read_again(session, operation.project_id, now)

    # --- once more ---

    async def resend(self, operation: ResendInvite, actor: Actor) -> str:
        """Take an invitation back and send it again with the scope that it has: the provider has no resending.

        Raises:
            NotUnderstood: there is none any more, or its scope is not told; nothing was sent.
            NotAllowed: its address is outside the domains that are allowed now.
            Unclear: one of the two halves may or may not have happened.
            Refused: it was taken back, and could not be sent again.
            ProviderError: it stands as it was.
        """
        project_id, email = operation.project_id, operation.email
        standing = await self._find(project_id, email)
        if standing is None:
            raise _gone(email)
        if not standing.scope.strip():  # taken back, it could not be sent again
            raise NotUnderstood(NO_SCOPE.format(email=email))
        domains = await self._database.read(lambda session: invites.domains(session, actor.team_id))
        if not is_allowed(email, domains):
            raise outside((email,), domains)
        try:
            await self._provider.delete_invite(project_id, standing.email)
        except NotFound:
            if await self._find(project_id, email) is not None:
                raise
            raise _gone(email) from None
        await self._database.write(lambda session: self._withdrawn(session, operation, actor))
        try:
            await self._provider.send_invite(project_id, standing.email, standing.scope)
        except Unclear:
            raise
        except BotError as problem:
            raise Refused(f"{_half_done(email)} {problem.text}") from problem
        await self._database.write(lambda session: self._sent(session, standing, actor))
        return f"The invitation for {email} was sent again."

    def _withdrawn(self, session: Session, operation: ResendInvite, actor: Actor) -> None:
        now = self._clock.now()
        audit.note(
            session, actor, WITHDRAWN, operation.mark, now, project_id=operation.project_id, email=operation.email
        )
        invites.remove(session, operation.project_id, operation.email)

    def _sent(self, session: Session, standing: Invite, actor: Actor) -> None:
        now = self._clock.now()
        row = invites.Invite(
            project_id=standing.project_id,
            email=standing.email,
            scope=standing.scope,
            sent_by=actor.user_id,
            sent_at=now,
            read_at=now,
        )
        invites.sent(session, row)

    async def is_resent(self, operation: ResendInvite) -> bool | str:
        """Tell whether both halves happened (or neither); in words where only the first did.

        Raises:
            ProviderError: the provider did not say.
        """
        if await self._find(operation.project_id, operation.email) is None:
            return f"{_half_done(operation.email)} They may have accepted it meanwhile; else invite them again."
        noted = await self._database.read(lambda session: record.of_subject(session, operation.mark))
        return any(entry.name == WITHDRAWN for entry in noted)

    def resent(self, session: Session, operation: ResendInvite, now: datetime) -> None:
        """Let the list of invitations follow."""
        self._read_again(session, operation.project_id, now)

    async def _find(self, project_id: str, email: str) -> Invite | None:
        open_ones = await self._provider.invites(project_id)
        found = next((invite for invite in open_ones if invite.email.casefold() == email.casefold()), None)
        if found is None:
            open_ones.certain("invitations")
        return found

    def _read_again(self, session: Session, project_id: str, now: datetime) -> None:
        self._engine.enqueue(session, Job("invites.mirror", project_id), now)


def _gone(email: str) -> NotUnderstood:
    return NotUnderstood(
        f"There is no open invitation for {email} any more: accepted, or taken back. Nothing was sent."
    )


def _half_done(email: str) -> str:
    return f"The old invitation for {email} was taken back, and no new one was sent."
