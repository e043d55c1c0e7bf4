"""Which user ids are of one person: on Enterprise Grid somebody may come with a W-id here and a U-id there.

Whatever counts people, or tells one from another, goes by the id that stands for each of them: the first that Keydesk
knew, and of those it knew at once the one that is not the organisation's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, func
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from bot.store.database import once
from bot.store.people import Person

_ALWAYS = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Persons:
    """The people who are known by several ids: ``first`` is which one stands for each of the others."""

    first: Mapping[str, str] = field(default_factory=dict)

    def of(self, user_id: str) -> str:
        """Return the id that stands for this person."""
        return self.first.get(user_id, user_id)

    def each(self, user_ids: Iterable[str]) -> frozenset[str]:
        """Return each of these people once."""
        return frozenset(map(self.of, user_ids))

    def ids(self, user_id: str) -> frozenset[str]:
        """Return every id of this person."""
        one = self.of(user_id)
        return frozenset({one}.union(other for other, first in self.first.items() if first == one))


def known(session: Session, team_id: str) -> Persons:
    """Return who is known by several ids; read once in a session, as `bot.store.database.once` says."""
    return once(session, (Persons, team_id), lambda: together(session.execute(several_ids(), {"team_id": team_id})))


def first_id(session: Session, person: Person) -> str:
    """Return the id that stands for this person, who has one in the organisation; nobody else is looked at."""
    mine = (col(Person.team_id) == person.team_id, col(Person.org_user_id) == person.org_user_id)
    same = [*session.exec(select(Person).where(*mine)), person]
    return _first(_Id(each.org_user_id or "", each.user_id, each.known_since) for each in same)


@cache
def several_ids() -> Select[str | None, str, datetime | None]:
    """Return the statement that reads (organisation's id, user id, known since) of people with several ids.

    Its parameter is ``team_id``.
    """
    org_user_id, here = col(Person.org_user_id), col(Person.team_id) == bindparam("team_id")
    several = sa_select(org_user_id).where(here, org_user_id.is_not(None)).group_by(org_user_id)
    columns = (org_user_id, col(Person.user_id), col(Person.known_since))
    return sa_select(*columns).where(here, org_user_id.in_(several.having(func.count() > 1)))


def together(rows: Iterable[Sequence[Any]]) -> Persons:
    """Return who is one person, from what `several_ids` reads."""
    people: dict[str, list[_Id]] = defaultdict(list)
    for row in rows:
        one = _Id(*row)
        people[one.org_user_id].append(one)
    return Persons({each.user_id: _first(same) for same in people.values() for each in same})


class _Id(NamedTuple):
    org_user_id: str
    user_id: str
    known_since: datetime | None


def _first(same: Iterable[_Id]) -> str:
    order = ((each.known_since or _ALWAYS, each.user_id == each.org_user_id, each.user_id) for each in same)
    return min(order)[2]
