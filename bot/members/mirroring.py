"""How the local mirror of members is read."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from bot.mirror import Listing
from bot.providers.provider import Provider
from bot.providers.values import Member as Told
from bot.slack.words import cut
from bot.store import members, mirrors
from bot.store.members import Member

NAME_LONGEST = 80  # a provider may send anything; ten of them must fit into one message
EMAIL_LONGEST = 254


def listing(provider: Provider) -> Listing[Told]:
    """Return the list of a project's members."""
    return Listing("members", "members.mirror", mirrors.of_members, provider.members, save)


def save(session: Session, project_id: str, listed: list[Told], now: datetime) -> None:
    """Make the mirror of a project equal to what the provider told."""
    members.mirror(session, project_id, [_row(told, now) for told in listed], now)


def _row(told: Told, now: datetime) -> Member:
    return Member(
        project_id=told.project_id,
        member_id=told.member_id,
        email=cut(told.email or "", EMAIL_LONGEST),
        first_name=cut(told.first_name, NAME_LONGEST),
        last_name=cut(told.last_name, NAME_LONGEST),
        scopes=list(told.scopes),
        read_at=now,
    )
