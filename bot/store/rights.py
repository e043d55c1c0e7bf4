"""What decides who may do what in one place: the roles given there, the default, and which ids are of one person.

One statement reads all of it: it is as it was at one moment also in a transaction that writes, where each statement of
PostgreSQL sees a moment of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, CompoundSelect, bindparam, cast, literal, null, select, union_all
from sqlmodel import Session, col

from bot.store import persons
from bot.store.columns import UTCDateTime
from bot.store.persons import Persons
from bot.store.roles import WORKSPACE, RoleDefault, RoleHeld

PERSON, HELD, DEFAULT = "person", "held", "default"


class Held(NamedTuple):
    """One role given to a person or a group, as `bot.store.roles.RoleHeld` says it."""

    project_id: str
    holder_kind: str
    holder: str
    role: str


@dataclass(frozen=True)
class Rights:
    """What was read. ``default`` is None if no owner ever chose one."""

    held: tuple[Held, ...]
    default: str | None
    persons: Persons


def read(session: Session, team_id: str, project_id: str) -> Rights:
    """Read what holds in a project and in the workspace, or there alone (`WORKSPACE`)."""
    rows = session.execute(_statement(), {"team_id": team_id, "places": [WORKSPACE, project_id]}).all()
    found: dict[str, list[tuple[Any, ...]]] = {PERSON: [], HELD: [], DEFAULT: []}
    for what, *columns in rows:
        found[what].append(tuple(columns))
    default = next((role for *_, role, _since in found[DEFAULT]), None)
    held = tuple(Held(*columns[:4]) for columns in found[HELD])
    return Rights(held, default, persons.together(_ids(found[PERSON])))


def _ids(rows: Iterable[tuple[Any, ...]]) -> Iterable[tuple[Any, ...]]:
    return ((org_user_id, user_id, since) for org_user_id, _kind, user_id, _role, since in rows)


@cache
def _statement() -> CompoundSelect[Any]:
    """Return the statement, made once: it runs on every click. Its columns: what, place, kind, holder, role, since."""
    same, none, never = persons.several_ids().subquery(), literal(""), cast(null(), UTCDateTime)
    team_id: BindParameter[str] = bindparam("team_id")
    here = col(RoleHeld.project_id).in_(bindparam("places", expanding=True))
    ids = select(literal(PERSON), same.c.org_user_id, none, same.c.user_id, none, same.c.known_since)
    given = (col(RoleHeld.project_id), col(RoleHeld.holder_kind), col(RoleHeld.holder), col(RoleHeld.role))
    held = select(literal(HELD), *given, never).where(col(RoleHeld.team_id) == team_id, here)
    default = select(literal(DEFAULT), none, none, none, col(RoleDefault.role), never)
    return union_all(ids, held, default.where(col(RoleDefault.team_id) == team_id))
