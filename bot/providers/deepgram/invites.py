"""Invitations to a project: list, send, delete.

Deepgram has no resending (delete and send again), and an invitation has neither id nor date: its address is its name.
"""

from __future__ import annotations

from functools import partial

from bot.errors import NotUnderstood
from bot.providers.deepgram.endpoints import Endpoints, listed, project_path
from bot.providers.deepgram.ids import path_email
from bot.providers.http import ProviderCall
from bot.providers.ids import email_of
from bot.providers.lenient import object_or_empty
from bot.providers.listed import Listed
from bot.providers.values import Invite


class Invites(Endpoints):
    """The endpoints under ``/v1/projects/{project_id}/invites``."""

    async def invites(self, project_id: str) -> Listed[Invite]:
        """Return the open invitations of a project.

        Raises:
            ScopeMissing: the credential may not read invitations.
        """
        body = await self._transport.read(f"{project_path(project_id)}/invites", "to list the invitations")
        return await listed(body, "invites", partial(invite_of, project_id))

    async def send_invite(self, project_id: str, email: str, scope: str) -> None:
        """Send an invitation by e-mail; ``scope`` is what the invited person gets, such as ``member``.

        Raises:
            NotUnderstood: the address or the scope makes no sense.
            Unclear: the mail may or may not be on its way; list the invitations to see, never send it twice blindly.
        """
        if not scope.strip():
            raise NotUnderstood("An invitation needs a provider role. Choose owner, admin or member.")
        body = {"email": email_of(email), "scope": scope}
        await self._transport.change(
            ProviderCall("POST", f"{project_path(project_id)}/invites", "to send the invitation", body=body)
        )

    async def delete_invite(self, project_id: str, email: str) -> None:
        """Take an invitation back.

        Raises:
            NotUnderstood: the address makes no sense.
            NotFound: there is no such invitation (any more).
            Unclear: it may or may not be gone; list the invitations to see.
        """
        path = f"{project_path(project_id)}/invites/{path_email(email)}"
        await self._transport.change(ProviderCall("DELETE", path, "to take back the invitation"))


def invite_of(project_id: str, value: object) -> Invite | None:
    """Read an invitation; None without an address."""
    invite = Invite.model_validate({"email": None} | object_or_empty(value) | {"project_id": project_id})
    return invite if invite.email else None
