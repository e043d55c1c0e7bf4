"""Members of a project and their scopes: list, read, change, remove."""

from __future__ import annotations

from functools import partial

from bot.errors import NotUnderstood
from bot.providers.deepgram.endpoints import Endpoints, listed, project_path
from bot.providers.deepgram.ids import path_id
from bot.providers.http import ProviderCall
from bot.providers.ids import is_uuid
from bot.providers.lenient import object_or_empty, texts_or_none
from bot.providers.listed import Listed
from bot.providers.values import Member


class Members(Endpoints):
    """The endpoints under ``/v1/projects/{project_id}/members``."""

    async def members(self, project_id: str) -> Listed[Member]:
        """Return the members of a project whose role the credential may read.

        Raises:
            ScopeMissing: the credential may not read members.
            Unavailable: none were told: every project has an owner, and we who read it are a member.
        """
        path, doing = f"{project_path(project_id)}/members", "to list the members"
        found = await listed(await self._transport.read(path, doing), "members", partial(member_of, project_id))
        if not found and not found.left_out:
            raise self._transport.no_answer(ProviderCall("GET", path, doing))
        return found.only(lambda member: is_uuid(member.member_id))

    async def remove_member(self, project_id: str, member_id: str) -> None:
        """Take a member out of a project; Deepgram ends every key that they made there.

        Raises:
            NotFound: they are not in the project.
            Refused: they are its only owner.
            ScopeMissing: the credential lacks ``write:kick`` for the member's role.
            Unclear: they may or may not be gone; list the members to see.
        """
        call = ProviderCall("DELETE", _member_path(project_id, member_id), "to remove the member")
        await self._transport.change(call)

    async def member_scopes(self, project_id: str, member_id: str) -> tuple[str, ...]:
        """Return the scopes of a member of a project.

        Raises:
            NotFound: there is no such member.
            ScopeMissing: the credential may not read members' scopes.
        """
        path, doing = f"{_member_path(project_id, member_id)}/scopes", "to read the member's scopes"
        body = await self._transport.read(path, doing)
        scopes = texts_or_none(body.get("scopes"))
        if scopes is None:  # "not told" is not "none", which would make an owner a member
            raise self._transport.no_answer(ProviderCall("GET", path, doing))
        return scopes

    async def change_member_scope(self, project_id: str, member_id: str, scope: str) -> None:
        """Give a member one scope, such as ``admin``, in place of what they have.

        Raises:
            NotUnderstood: the scope is empty.
            ScopeMissing: the credential lacks ``write:scopes`` for the old role or the new one.
            Unclear: it may or may not have changed; read the scopes to see.
        """
        if not scope.strip():
            raise NotUnderstood("A member needs a provider role. Choose owner, admin or member.")
        path = f"{_member_path(project_id, member_id)}/scopes"
        await self._transport.change(ProviderCall("PUT", path, "to change the member's role", body={"scope": scope}))


def member_of(project_id: str, value: object) -> Member | None:
    """Read a member; None without an id."""
    member = Member.model_validate({"member_id": None} | object_or_empty(value) | {"project_id": project_id})
    return member if member.member_id else None


def _member_path(project_id: str, member_id: str) -> str:
    return f"{project_path(project_id)}/members/{path_id(member_id, 'member')}"
