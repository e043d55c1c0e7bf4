"""How a member is removed or given another scope, and how to find out later whether that happened."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from bot.desk.believing import believed
from bot.engine.port import Engine, Job
from bot.errors import CouldNotCheck, NotAllowed, NotFound, NotUnderstood, ProviderError, Unavailable
from bot.members import service
from bot.members.operations import ChangeMemberScope, RemoveMember, scope_of
from bot.operation import Actor, OperationKind
from bot.providers.credential_identity import CredentialIdentity
from bot.providers.provider import Provider
from bot.providers.roles import Action, limits, may
from bot.providers.values import Credential, Member, Role
from bot.store import members

OUR_OWN = (
    "This member is Keydesk itself: removing it, or giving it another provider role, would end every key that Keydesk "
    "made or stop Keydesk. Nothing changed. It can only be changed in the provider's console, after reading the "
    "runbook."
)
WITHOUT_US = "The provider's list of members lacks Keydesk itself, so who else is missing from it cannot be told."
UNKNOWN = "Keydesk could not tell which member it is itself, so nothing changed. Please try again in a minute."


class MemberChanges:
    """Carries out `RemoveMember` and `ChangeMemberScope`."""

    def __init__(self, engine: Engine, provider: Provider, identity: CredentialIdentity) -> None:
        self._engine = engine
        self._provider = provider
        self._identity = identity

    def kinds(self) -> dict[str, OperationKind]:
        """Return what the desk must know of these operations."""
        return {
            RemoveMember.kind: OperationKind(
                RemoveMember,
                describe=service.describe_removal,
                execute=self.remove,
                settle=self.is_removed,
                done=self.removed,
            ),
            ChangeMemberScope.kind: OperationKind(
                ChangeMemberScope,
                describe=service.describe_scope,
                execute=self.change_scope,
                settle=self.is_changed,
                done=self.changed,
            ),
        }

    # --- removal ---

    async def remove(self, operation: RemoveMember, actor: Actor) -> str:
        """Remove a member, and with them every key that they made.

        Raises:
            NotAllowed: the member is Keydesk itself, or our credential may not remove members of this scope.
            CouldNotCheck: whether it is could not be told.
            ProviderError: they are still a member, or nobody can tell.
        """
        del actor
        credential = await self.check_not_ourselves(operation.project_id, operation.member_id, operation.email)
        member = await self._find(operation.project_id, operation.member_id)
        if member is None:
            return f"The provider does not list {operation.label} as a member any more. Nothing was changed."
        _check_not_ourselves(credential, member.member_id, member.email or "")
        _check_power(credential, scope_of(member.scopes), "remove")
        try:
            await self._provider.remove_member(operation.project_id, operation.member_id)
        except NotFound:
            await believed(self.is_removed(operation), f"that {operation.label} is no member")
            return f"{operation.label} is no member any more."
        await believed(self.is_removed(operation), f"that {operation.label} was removed")
        return f"{operation.label} is removed. Every key that they made in the project has stopped working."

    async def is_removed(self, operation: RemoveMember) -> bool:
        """Tell whether the member is gone.

        Raises:
            ProviderError: the provider did not say.
        """
        return await self._find(operation.project_id, operation.member_id) is None

    def removed(self, session: Session, operation: RemoveMember, now: datetime) -> None:
        """Forget the member, and look which keys went with them."""
        members.remove(session, operation.project_id, operation.member_id)
        for kind in ("keys.mirror", "members.mirror"):
            self._engine.enqueue(session, Job(kind, operation.project_id), now)

    # --- scope ---

    async def change_scope(self, operation: ChangeMemberScope, actor: Actor) -> str:
        """Give a member another scope, if they still have the one that was seen.

        Raises:
            NotAllowed: the member is Keydesk itself, or our credential may not change this.
            NotUnderstood: the scopes are others than those that were seen.
            CouldNotCheck: which member we are could not be told.
            ProviderError: the scope is as it was, or nobody can tell.
        """
        del actor
        credential = await self.check_not_ourselves(operation.project_id, operation.member_id, operation.email)
        now = await self._provider.member_scopes(operation.project_id, operation.member_id)
        if scope_of(now) == operation.scope:
            return f"{operation.label} is {operation.scope} already."
        if scope_of(now) != scope_of(operation.before):
            raise NotUnderstood(
                f"{operation.label} was {scope_of(operation.before)} when this was asked and is {scope_of(now)} now. "
                "Nothing changed; ask again if it is still wanted."
            )
        for scope in (scope_of(now), operation.scope):
            _check_power(credential, scope, "scope")
        await self._provider.change_member_scope(operation.project_id, operation.member_id, operation.scope)
        await believed(self.is_changed(operation), f"that {operation.label} is {operation.scope}")
        return f"{operation.label} is {operation.scope} now."

    async def is_changed(self, operation: ChangeMemberScope) -> bool:
        """Tell whether the member has the wanted scope.

        Raises:
            ProviderError: the provider did not say.
        """
        try:
            scopes = await self._provider.member_scopes(operation.project_id, operation.member_id)
        except NotFound:
            return False
        return scope_of(scopes) == operation.scope

    def changed(self, session: Session, operation: ChangeMemberScope, now: datetime) -> None:
        """Note the new scope."""
        members.rescope(session, operation.project_id, operation.member_id, operation.scope)
        self._engine.enqueue(session, Job("members.mirror", operation.project_id), now)

    # --- what protects Keydesk ---

    async def check_not_ourselves(self, project_id: str, member_id: str, email: str) -> Credential:
        """Return our credential, unless this member is Keydesk itself.

        Raises:
            NotAllowed: it is.
            CouldNotCheck: that could not be told.
        """
        try:
            credential = await self._identity.read(project_id)
            everywhere = await self._identity.everywhere(project_id)
        except ProviderError as problem:
            raise CouldNotCheck(UNKNOWN) from problem
        for each in (credential, *everywhere):
            _check_not_ourselves(each, member_id, email)
        return credential

    async def _find(self, project_id: str, member_id: str) -> Member | None:
        """Return a member; None only where the list is whole, which one without ourselves is not.

        Raises:
            ProviderError: the list could not be read, or not all of it.
        """
        listed = await self._provider.members(project_id)
        found = next((member for member in listed if member.member_id == member_id), None)
        if found is None:
            ourselves = await self._identity.read(project_id)
            if not any(_is(ourselves, member.member_id, member.email or "") for member in listed.certain("members")):
                raise Unavailable(WITHOUT_US)
        return found


def _check_not_ourselves(credential: Credential, member_id: str, email: str) -> None:
    if credential.member_id is None:
        raise CouldNotCheck(UNKNOWN)
    if _is(credential, member_id, email):
        raise NotAllowed(OUR_OWN)


def _is(credential: Credential, member_id: str, email: str) -> bool:
    same_address = bool(email) and (credential.email or "").casefold() == email.casefold()
    return same_address or credential.member_id == member_id


def _check_power(credential: Credential, scope: Role, action: Action) -> None:
    if not may(credential.role, scope, action):
        raise NotAllowed(f"{limits(credential.role)} Nothing changed.")
