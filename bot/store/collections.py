"""Collections: for each project, when its figures are to be read next and what went wrong the last time."""

from __future__ import annotations

from collections.abc import Collection as Some
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, ColumnElement, func
from sqlmodel import Field, Session, SQLModel, col, select

from bot.store.columns import Day, Exact, UTCDateTime, no_dict
from bot.store.conditional import change
from bot.store.projects import Project
from bot.store.upsert import insert_into

WAITED_ROUNDS = 2  # one is missed by whoever was switched off, or whose clock was moved
WAITING = "Keydesk has not come to read them: its worker stands still, or the provider lets it rest."


class Collection(SQLModel, table=True):
    """The reading of one project's figures. ``first_day`` is the oldest day that is wanted at all.

    ``reread_at`` is when whole months were last read (`bot.store.recollection`). Since the last success ``failures``
    were counted, and ``missed_rounds`` in which nobody came to read it; ``problem`` may stay beside a success that left
    something out. ``balance`` in dollars is read once a day from projects that spend. ``splits`` is kept for
    `bot.store.splits`.
    """

    __tablename__ = "collections"

    project_id: str = Field(primary_key=True)
    first_day: date = Field(sa_type=Day)
    due_at: datetime = Field(sa_type=UTCDateTime, index=True)
    read_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    reread_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    failures: int = 0
    missed_rounds: int = 0
    problem: str | None = None
    balance: Decimal | None = Field(default=None, sa_type=Exact)
    balance_read_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    splits: dict[str, Any] = Field(default_factory=no_dict, sa_type=JSON)


def get(session: Session, project_id: str) -> Collection | None:
    """Return the reading of a project, or None if none was planned yet."""
    return session.get(Collection, project_id)


def plan(session: Session, first_day: date, due_at: datetime, providers: Some[str] | None = None) -> None:
    """Plan the first reading of every project that has none, of these ``providers``, or of all."""
    planned = select(Collection.project_id)
    new = select(Project.id).where(col(Project.gone_at).is_(None), col(Project.id).not_in(planned))
    if providers is not None:
        new = new.where(col(Project.provider).in_(providers))
    for project_id in session.exec(new).all():
        ensure(session, project_id, first_day, due_at)


def ensure(session: Session, project_id: str, first_day: date, due_at: datetime) -> None:
    """Plan a project's first reading, unless it is planned."""
    row = insert_into(session, Collection).values(
        project_id=project_id, first_day=first_day, due_at=due_at, failures=0, missed_rounds=0, splits={}
    )
    session.execute(row.on_conflict_do_nothing())


def miss(session: Session, before: datetime) -> None:
    """Note that a round came and nobody had read what was due before the one ahead of it."""
    change(session, Collection, col(Collection.due_at) < before, missed_rounds=col(Collection.missed_rounds) + 1)


def take(session: Session, now: datetime, again_at: datetime) -> str | None:
    """Return a project whose reading is due, and put it off to ``again_at``; two at once never get the same one."""
    due = select(Collection.project_id).where(col(Collection.due_at) <= now, _live())
    found = session.exec(due.order_by(col(Collection.due_at)).limit(1).with_for_update(skip_locked=True)).first()
    if found is not None:
        put_off(session, found, again_at)
    return found


def next_due(session: Session) -> datetime | None:
    """Return when the next reading is due, or None if none is planned."""
    return session.exec(select(func.min(Collection.due_at)).where(_live())).one()


def lock(session: Session, project_id: str) -> Collection:
    """Return the row and hold it until the transaction ends: figures of one project are written one after the other."""
    return session.exec(select(Collection).where(col(Collection.project_id) == project_id).with_for_update()).one()


def succeeded(session: Session, project_id: str, now: datetime, problem: str | None) -> None:
    """Note that the figures were read; ``problem`` is what the provider did not tell."""
    _change(session, project_id, read_at=now, failures=0, missed_rounds=0, problem=problem)


def note_reread(session: Session, project_id: str, now: datetime) -> None:
    """Note that whole months were read."""
    _change(session, project_id, reread_at=now)


def failed(session: Session, project_id: str, problem: str, due_at: datetime) -> None:
    """Note that they could not be read."""
    _change(session, project_id, problem=problem, due_at=due_at, failures=col(Collection.failures) + 1)


def put_off(session: Session, project_id: str, due_at: datetime) -> None:
    """Let the reading wait until then; nothing went wrong with it."""
    _change(session, project_id, due_at=due_at)


def problems(session: Session, project_ids: Some[str]) -> list[tuple[str, str]]:
    """Return what is wrong with the last reading of these projects, as (project, text)."""
    found = select(Collection).where(col(Collection.problem).is_not(None)).order_by(col(Collection.project_id))
    return [(row.project_id, row.problem or "") for row in session.exec(found) if row.project_id in project_ids]


def failing(session: Session, before: datetime) -> list[tuple[str, str]]:
    """Return the projects that were not read since then and should have been, as (project, what went wrong last).

    Where nothing went wrong with them, they have waited for their turn all this time.
    """
    late = col(Collection.read_at).is_(None) | (col(Collection.read_at) < before)
    wrong = (col(Collection.failures) > 0) | (col(Collection.missed_rounds) >= WAITED_ROUNDS)
    found = select(Collection).where(late, wrong, _live()).order_by(col(Collection.project_id))
    return [(row.project_id, row.problem if row.problem and row.failures else WAITING) for row in session.exec(found)]


def note_balance(session: Session, project_id: str, balance: Decimal, now: datetime) -> None:
    """Note the dollars that are left in a project."""
    _change(session, project_id, balance=balance, balance_read_at=now)


def balances(session: Session, since: datetime) -> dict[str, Decimal]:
    """Return the dollars that were left in each project, of those whose balance was read since then."""
    found = select(Collection).where(col(Collection.balance_read_at) >= since, _live())
    return {row.project_id: row.balance for row in session.exec(found) if row.balance is not None}


def to_come(session: Session, since: datetime) -> set[str]:
    """Return the projects that were not read since then although nothing went wrong: their reading is on its way."""
    late = col(Collection.read_at).is_(None) | (col(Collection.read_at) < since)
    return set(session.exec(select(Collection.project_id).where(col(Collection.failures) == 0, late, _live())))


def _live() -> ColumnElement[bool]:
    return col(Collection.project_id).in_(select(Project.id).where(col(Project.gone_at).is_(None)))


def _change(session: Session, project_id: str, **values: object) -> None:
    change(session, Collection, col(Collection.project_id) == project_id, **values)
