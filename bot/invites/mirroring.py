"""How the local mirror of invitations is read."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from bot.mirror import Listing
from bot.providers.provider import Provider
from bot.providers.values import Invite as Told
from bot.slack.words import cut
from bot.store import invites, mirrors

EMAIL_LONGEST = 254  # a provider may send anything
SCOPE_LONGEST = 60


def listing(provider: Provider) -> Listing[Told]:
    """Return the list of a project's open invitations."""
    return Listing("invitations", "invites.mirror", mirrors.of_invites, provider.invites, save)


def save(session: Session, project_id: str, listed: list[Told], now: datetime) -> None:
    """Make the mirror of a project equal to what the provider told."""
    told = {cut(invite.email, EMAIL_LONGEST): cut(invite.scope, SCOPE_LONGEST) for invite in listed}
    invites.mirror(session, project_id, told, now)
