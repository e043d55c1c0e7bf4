"""Invitations: the local mirror of those that wait to be accepted, and the domains that a workspace invites from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import JSON, func, or_
from sqlmodel import Field, Session, SQLModel, col, select

from bot.store.columns import UTCDateTime, mark, no_list
from bot.store.conditional import delete
from bot.store.upsert import insert_into


class Invite(SQLModel, table=True):
    """An open invitation to one project. ``sent_by`` and ``sent_at`` are known of those sent from here."""

    __tablename__ = "invites"

    project_id: str = Field(primary_key=True)
    email: str = Field(primary_key=True)
    scope: str = ""
    sent_by: str | None = None
    sent_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    read_at: datetime = Field(sa_type=UTCDateTime)


class InviteDomains(SQLModel, table=True):
    """The domains whose addresses a workspace may invite; none means any."""

    __tablename__ = "invite_domains"

    team_id: str = Field(primary_key=True)
    domains: list[str] = Field(default_factory=no_list, sa_type=JSON)
    changed_by: str
    changed_at: datetime = Field(sa_type=UTCDateTime)


def of_project(session: Session, project_id: str) -> list[Invite]:
    """Return every open invitation to a project, by address."""
    return list(session.exec(select(Invite).where(col(Invite.project_id) == project_id).order_by(col(Invite.email))))


def search(
    session: Session, project_id: str, words: str = "", *, limit: int, offset: int = 0
) -> tuple[list[Invite], int]:
    """Return a page of open invitations whose address or scope holds every one of the ``words``, and how many do."""
    text = func.lower(col(Invite.email) + " " + col(Invite.scope))
    wanted = [
        col(Invite.project_id) == project_id,
        *(text.contains(word, autoescape=True) for word in words.lower().split()),
    ]
    total = session.exec(select(func.count()).select_from(Invite).where(*wanted)).one()
    found = select(Invite).where(*wanted).order_by(col(Invite.email)).limit(limit).offset(offset)
    return list(session.exec(found)), total


def mirror(session: Session, project_id: str, listed: Mapping[str, str], began: datetime) -> None:
    """Make the mirror of a project equal to the provider's list of address to scope; who sent them stays.

    What was sent from here after the reading ``began`` cannot be in the list yet, and stays too.
    """
    insert = insert_into(session, Invite)
    said = {"scope": insert.excluded.scope, "read_at": insert.excluded.read_at}
    values = [
        {"project_id": project_id, "email": email, "scope": scope, "read_at": began} for email, scope in listed.items()
    ]
    if values:
        session.execute(insert.on_conflict_do_update(index_elements=["project_id", "email"], set_=said), values)
    gone = (
        col(Invite.project_id) == project_id,
        col(Invite.email).not_in(list(listed)),
        or_(col(Invite.sent_at).is_(None), col(Invite.sent_at) <= began),
    )
    delete(session, Invite, *gone)


def sent(session: Session, invite: Invite) -> None:
    """Note an invitation that was sent from here."""
    said = invite.model_dump(exclude={"project_id", "email"})
    row = insert_into(session, Invite).values(**invite.model_dump())
    session.execute(row.on_conflict_do_update(index_elements=["project_id", "email"], set_=said))


def remove(session: Session, project_id: str, email: str) -> None:
    """Forget an invitation that was taken back."""
    one = (col(Invite.project_id) == project_id, func.lower(col(Invite.email)) == email.lower())
    delete(session, Invite, *one)


def domains(session: Session, team_id: str, *, to_change: bool = False) -> tuple[str, ...]:
    """Return the domains that this workspace may invite from; none means any.

    ``to_change`` keeps others from changing them meanwhile.
    """
    row = session.get(InviteDomains, team_id, with_for_update=to_change)
    return tuple(row.domains) if row is not None else ()


def domains_mark(session: Session, team_id: str) -> str:
    """Return what tells these domains from later ones."""
    row = session.get(InviteDomains, team_id)
    return mark(row.changed_at) if row is not None else ""


def change_domains(session: Session, team_id: str, wanted: Iterable[str], by: str, now: datetime) -> None:
    """Set the domains that this workspace may invite from; two owners may do so at once."""
    said = {"domains": list(wanted), "changed_by": by, "changed_at": now}
    row = insert_into(session, InviteDomains).values(team_id=team_id, **said)
    session.execute(row.on_conflict_do_update(index_elements=["team_id"], set_=said))
