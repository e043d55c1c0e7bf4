"""Who is Owner through a user group: those whom Owners saw in it, and those who joined since and wait.

Slack's lists may name somebody by another id than the rows do: people are compared by person (`bot.store.persons`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Field, Session, SQLModel, col, select

from bot.store import persons
from bot.store.columns import UTCDateTime
from bot.store.conditional import delete
from bot.store.upsert import insert_into

KEY = ["team_id", "group_id", "user_id"]


class GroupOwner(SQLModel, table=True):
    """A person in a user group that holds Owner.

    With ``confirmed_at`` whoever decided saw them when the group got the role, and it makes them Owner; without, they
    joined since: it gives them nothing, and the Owners were told of it once.
    """

    __tablename__ = "group_owners"

    team_id: str = Field(primary_key=True)
    group_id: str = Field(primary_key=True)
    user_id: str = Field(primary_key=True)
    confirmed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


def confirmed(session: Session, team_id: str, group_ids: Collection[str]) -> dict[str, frozenset[str]]:
    """Return whom each of these groups makes Owner while they are in it, by group id."""
    if not group_ids:
        return {}
    wanted = select(GroupOwner.group_id, GroupOwner.user_id).where(
        *_of(team_id, group_ids), col(GroupOwner.confirmed_at).is_not(None)
    )
    return {group_id: frozenset(user_ids) for group_id, user_ids in _by_group(session.exec(wanted)).items()}


def confirm(session: Session, team_id: str, group_id: str, user_ids: Iterable[str], now: datetime) -> frozenset[str]:
    """Let the group make these people Owner, and nobody else whom it made so before.

    Return (by the id that stands for each) who was confirmed and is no more. Others who wait go on waiting.
    """
    one, seen = persons.known(session, team_id), sorted(set(user_ids))
    shown = one.each(seen)
    before = confirmed(session, team_id, [group_id]).get(group_id, frozenset())
    waited = _waiting(session, team_id, [group_id]).get(group_id, frozenset())
    over = frozenset(each for each in before if one.of(each) not in shown)
    _forget(session, team_id, group_id, over.union(each for each in waited if one.of(each) in shown))
    rows = [{"team_id": team_id, "group_id": group_id, "user_id": each, "confirmed_at": now} for each in seen]
    if rows:
        insert = insert_into(session, GroupOwner)
        said = {"confirmed_at": insert.excluded["confirmed_at"]}
        session.execute(insert.on_conflict_do_update(index_elements=KEY, set_=said), rows)
    return one.each(over)


def forget(session: Session, team_id: str, group_id: str) -> None:
    """Forget everybody of a group: it holds Owner no more."""
    delete(session, GroupOwner, *_of(team_id, [group_id]))


def absent(session: Session, team_id: str, members: Mapping[str, Collection[str]]) -> frozenset[str]:
    """Return (by the id that stands for each) who is confirmed in these groups and not in them now."""
    one = persons.known(session, team_id)
    found = confirmed(session, team_id, members.keys())
    return frozenset[str]().union(*(one.each(seen) - one.each(members[group]) for group, seen in found.items()))


def is_news(session: Session, team_id: str, members: Mapping[str, Collection[str]]) -> bool:
    """Tell whether `joined` has anything to write for these groups."""
    return bool(_new(session, team_id, members) or _left(session, team_id, members))


def joined(session: Session, team_id: str, members: Mapping[str, Collection[str]]) -> dict[str, list[str]]:
    """Write down who is in groups that hold Owner and waits, and return those who were not there before.

    ``members`` are the groups that hold Owner, without those who are Owner anyway. Who waited and left is forgotten.
    """
    for group_id, user_ids in _left(session, team_id, members).items():
        _forget(session, team_id, group_id, user_ids)
    new = _new(session, team_id, members)
    rows = [
        {"team_id": team_id, "group_id": group, "user_id": user, "confirmed_at": None}
        for group, users in new.items()
        for user in sorted(users)
    ]
    if not rows:
        return {}
    insert = insert_into(session, GroupOwner).values(rows).on_conflict_do_nothing(index_elements=KEY)
    written = session.execute(insert.returning(col(GroupOwner.group_id), col(GroupOwner.user_id))).all()
    return _by_group(sorted((group_id, user_id) for group_id, user_id in written))


def waiting(session: Session, team_id: str, group_id: str) -> int:
    """Return how many people of a group wait for Owners to see them."""
    one = persons.known(session, team_id)
    waited, seen = (one.each(found(session, team_id, [group_id]).get(group_id, ())) for found in (_waiting, confirmed))
    return len(waited - seen)


def _new(session: Session, team_id: str, members: Mapping[str, Collection[str]]) -> dict[str, frozenset[str]]:
    """Return who is in these groups and neither confirmed nor known to wait."""
    one = persons.known(session, team_id)
    seen, waited = confirmed(session, team_id, members.keys()), _waiting(session, team_id, members)
    new = {
        group: one.each(users) - one.each((*seen.get(group, ()), *waited.get(group, ())))
        for group, users in members.items()
    }
    return {group: users for group, users in new.items() if users}


def _left(session: Session, team_id: str, members: Mapping[str, Collection[str]]) -> dict[str, frozenset[str]]:
    """Return which ids waited in these groups and are not in them any more."""
    one = persons.known(session, team_id)
    left = {
        group: frozenset(each for each in ids if one.of(each) not in one.each(members[group]))
        for group, ids in _waiting(session, team_id, members).items()
    }
    return {group: ids for group, ids in left.items() if ids}


def _waiting(session: Session, team_id: str, group_ids: Iterable[str]) -> dict[str, frozenset[str]]:
    wanted = select(GroupOwner.group_id, GroupOwner.user_id).where(
        *_of(team_id, group_ids), col(GroupOwner.confirmed_at).is_(None)
    )
    return {group_id: frozenset(user_ids) for group_id, user_ids in _by_group(session.exec(wanted)).items()}


def _by_group(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for group_id, user_id in pairs:
        found.setdefault(group_id, []).append(user_id)
    return found


def _forget(session: Session, team_id: str, group_id: str, user_ids: Iterable[str]) -> None:
    theirs = (*_of(team_id, [group_id]), col(GroupOwner.user_id).in_(list(user_ids)))
    delete(session, GroupOwner, *theirs)


def _of(team_id: str, group_ids: Iterable[str]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (col(GroupOwner.team_id) == team_id, col(GroupOwner.group_id).in_(list(group_ids)))
