"""Who is Owner through a user group: those whom Owners saw in it, and those who joined since and wait."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, func
from sqlmodel import Field, Session, SQLModel, col, delete, select

from bot.store.columns import UTCDateTime
from bot.store.upsert import insert_into


class GroupOwner(SQLModel, table=True):
    """A person in a user group that holds Owner.

    With ``confirmed_at`` Owners saw them when the group got the role, and it makes them Owner; without, they joined
    since: it gives them nothing, and the Owners were told of it once.
    """

    __tablename__ = "group_owners"

    team_id: str = Field(primary_key=True)
    group_id: str = Field(primary_key=True)
    user_id: str = Field(primary_key=True)
    confirmed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


def confirmed(session: Session, team_id: str, group_ids: Collection[str]) -> dict[str, frozenset[str]]:
    """Return whom each of these groups makes Owner, by group id."""
    found: dict[str, frozenset[str]] = {}
    if not group_ids:
        return found
    wanted = select(GroupOwner.group_id, GroupOwner.user_id).where(
        *_of(team_id, group_ids), col(GroupOwner.confirmed_at).is_not(None)
    )
    for group_id, user_id in session.exec(wanted):
        found[group_id] = found.get(group_id, frozenset()) | {user_id}
    return found


def confirm(session: Session, team_id: str, group_id: str, user_ids: Iterable[str], now: datetime) -> None:
    """Let the group make these people Owner, whether or not they waited for it."""
    for user_id in sorted(user_ids):
        session.merge(GroupOwner(team_id=team_id, group_id=group_id, user_id=user_id, confirmed_at=now))


def forget(session: Session, team_id: str, group_id: str) -> None:
    """Forget everybody of a group: it holds Owner no more."""
    session.execute(delete(GroupOwner).where(*_of(team_id, [group_id])).execution_options(synchronize_session=False))


def joined(session: Session, team_id: str, members: Mapping[str, Collection[str]]) -> dict[str, list[str]]:
    """Write down who is in groups that hold Owner and waits, and return those who were not there before.

    ``members`` are the groups that hold Owner, as last read. Who waited and left is forgotten.
    """
    rows = list(session.exec(select(GroupOwner).where(*_of(team_id, members))))
    for row in rows:
        if row.confirmed_at is None and row.user_id not in members[row.group_id]:
            session.delete(row)
    known = {(row.group_id, row.user_id) for row in rows}
    new = {group: [user for user in sorted(users) if (group, user) not in known] for group, users in members.items()}
    waiting = [
        {"team_id": team_id, "group_id": group, "user_id": user} for group, users in new.items() for user in users
    ]
    if waiting:
        session.execute(insert_into(session, GroupOwner).on_conflict_do_nothing(), waiting)
    return {group: users for group, users in new.items() if users}


def waiting(session: Session, team_id: str, group_id: str) -> int:
    """Return how many people of a group wait for Owners to see them."""
    wanted = select(func.count()).where(*_of(team_id, [group_id]), col(GroupOwner.confirmed_at).is_(None))
    return session.exec(wanted).one()


def _of(team_id: str, group_ids: Iterable[str]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (col(GroupOwner.team_id) == team_id, col(GroupOwner.group_id).in_(list(group_ids)))
