"""Which user ids are of one person: on Enterprise Grid somebody may come with a W-id here and a U-id there.

Whatever counts people, or tells one from another, goes by the id that stands for each of them: the first that Keydesk
knew, and of those it knew at once the one that is not the organisation's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

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
    """Return who is known by several ids; read once in a session."""
    kept: Persons | None = session.info.get((Persons, team_id))
    if kept is None:
        kept = session.info[Persons, team_id] = _read(session, team_id)
    return kept


def first_id(session: Session, person: Person) -> str:
    """Return the id that stands for this person, who has one in the organisation; nobody else is looked at."""
    mine = (col(Person.team_id) == person.team_id, col(Person.org_user_id) == person.org_user_id)
    return _first([*session.exec(select(Person).where(*mine)), person])


def _read(session: Session, team_id: str) -> Persons:
    org_user_id = col(Person.org_user_id)
    several = select(org_user_id).where(col(Person.team_id) == team_id, org_user_id.is_not(None))
    several = several.group_by(org_user_id).having(func.count() > 1)
    people: dict[str | None, list[Person]] = defaultdict(list)
    for person in session.exec(select(Person).where(col(Person.team_id) == team_id, org_user_id.in_(several))):
        people[person.org_user_id].append(person)
    return Persons({each.user_id: _first(same) for same in people.values() for each in same})


def _first(same: Iterable[Person]) -> str:
    order = ((each.known_since or _ALWAYS, each.user_id == each.org_user_id, each.user_id) for each in same)
    return min(order)[2]
