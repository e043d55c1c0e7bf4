"""Requests: what people asked for, where each stands, and the only way it moves.

waiting ─┬─ approved ─┬─ creating ─┬─ delivered ── ended
         ├─ denied    ├─ lapsed    ├─ approved (showing failed: its owner may press again)
         ├─ cancelled ├─ cancelled └─ failed (the provider refused for good)
         ├─ expired   └─ running ──┬─ done
         └─ failed (void)          ├─ approved (certainly not done, and worth another try)
                                   └─ failed

A key goes through “creating”, because its owner makes it; Keydesk itself carries out all else, through “running”.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, and_, func, or_, update
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Field, Session, SQLModel, col, select

from bot.store import projects
from bot.store.columns import UTCDateTime, one_of
from bot.store.conditional import changed
from bot.store.projects import Project, ProjectSettings

MOVES: dict[str, frozenset[str]] = {
    "waiting": frozenset({"approved", "denied", "cancelled", "expired", "failed"}),
    "approved": frozenset({"creating", "running", "lapsed", "cancelled"}),
    "creating": frozenset({"delivered", "approved", "failed"}),
    "running": frozenset({"done", "approved", "failed"}),
    "delivered": frozenset({"ended"}),
    "done": frozenset(),
    "denied": frozenset(),
    "cancelled": frozenset(),
    "expired": frozenset(),
    "lapsed": frozenset(),
    "failed": frozenset(),
    "ended": frozenset(),
}
OPEN = ("waiting", "approved", "creating", "running")


class Request(SQLModel, table=True):
    """An operation that was held, with its description as the approver saw it.

    ``version`` grows with every change that a card would show. ``attempt`` counts the presses, or
    the jobs, that claimed it. ``view_id`` is the form it came from, so that a form counts once.
    """

    __tablename__ = "requests"
    __table_args__ = (one_of("state", MOVES),)

    id: str = Field(primary_key=True, default_factory=lambda: "rq" + secrets.token_hex(8))
    team_id: str
    requester: str = Field(index=True)
    kind: str
    operation: dict[str, Any] = Field(sa_type=JSON)
    description: dict[str, Any] = Field(sa_type=JSON)
    project_id: str = Field(index=True)
    state: str = Field(default="waiting", index=True)
    attempt: int = 0
    version: int = 1
    view_id: str | None = Field(default=None, unique=True)
    created_at: datetime = Field(sa_type=UTCDateTime)
    expires_at: datetime = Field(sa_type=UTCDateTime)
    decided_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    open_until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    reminded_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    note: str | None = None


def get(session: Session, request_id: str) -> Request | None:
    """Return the request, or None."""
    return session.get(Request, request_id)


def with_project(session: Session, request_id: str) -> Request | None:
    """Return the request, or None; its project and the settings there are read with it and remembered."""
    wanted = select(Request, Project, ProjectSettings).where(col(Request.id) == request_id)
    wanted = wanted.outerjoin(Project, col(Project.id) == col(Request.project_id))
    there = col(ProjectSettings.project_id) == col(Request.project_id)
    found = session.exec(wanted.outerjoin(ProjectSettings, there)).first()
    if found is None:
        return None
    request, project, settings = found
    projects.remember(session, request.project_id, project, settings)
    return request


def locked(session: Session, request_id: str) -> Request | None:
    """Return the request and keep others from moving it until this transaction ends (SQLite has one writer anyway)."""
    wanted = select(Request).where(col(Request.id) == request_id).with_for_update()
    return session.exec(wanted.execution_options(populate_existing=True)).first()


def by_view(session: Session, view_id: str) -> Request | None:
    """Return the request that this form made, or None."""
    return session.exec(select(Request).where(col(Request.view_id) == view_id)).first()


def move(session: Session, request: Request, to: str, **values: Any) -> bool:
    """Move the request from the state and attempt it was read in; True for the one caller who did it.

    Where it was read in this session, it says then how it stands.

    Raises:
        ValueError: the state machine above has no such move.
    """
    if to not in MOVES[request.state]:
        raise ValueError(f"no move from {request.state} to {to}")
    attempt = request.attempt + (to in ("creating", "running"))
    version = session.execute(
        update(Request)
        .where(
            col(Request.id) == request.id,
            col(Request.state) == request.state,
            col(Request.attempt) == request.attempt,
        )
        .values(state=to, attempt=attempt, version=Request.version + 1, **values)
        .returning(col(Request.version))
        .execution_options(synchronize_session=False)
    ).scalar()
    if version is not None and request in session:
        for name, value in {"state": to, "attempt": attempt, "version": version, **values}.items():
            set_committed_value(request, name, value)
    return version is not None


def remind(session: Session, request: Request, now: datetime) -> bool:
    """Note that the approvers are being reminded; True unless somebody did so since ``request`` was read."""
    return changed(
        session,
        Request,
        col(Request.id) == request.id,
        col(Request.state) == "waiting",
        col(Request.reminded_at).is_not_distinct_from(request.reminded_at),
        reminded_at=now,
    )


def open_count(session: Session, team_id: str, user_ids: Collection[str]) -> int:
    """Return how many requests of one person, by every id of theirs, are still open."""
    found = select(func.count()).where(
        col(Request.team_id) == team_id, col(Request.requester).in_(user_ids), col(Request.state).in_(OPEN)
    )
    return session.exec(found).one()


def asked_since(
    session: Session, team_id: str, user_ids: Collection[str], since: datetime, *, most: int
) -> list[datetime]:
    """Return when one person, by every id of theirs, asked since then, the newest first, at most so many times."""
    mine = (col(Request.team_id) == team_id, col(Request.requester).in_(user_ids), col(Request.created_at) > since)
    return list(
        session.exec(select(Request.created_at).where(*mine).order_by(col(Request.created_at).desc()).limit(most))
    )


def overdue(session: Session, now: datetime) -> list[Request]:
    """Return requests that time should have ended: waiting past their expiry, or approved past their opening time.

    They come in the same order to every replica: two that end them at once would else wait for each other.
    """
    late = or_(
        and_(col(Request.state) == "waiting", col(Request.expires_at) <= now),
        and_(col(Request.state) == "approved", col(Request.open_until) <= now),
    )
    return list(session.exec(select(Request).where(late).order_by(col(Request.id))))


def waiting_ids(session: Session, team_id: str) -> list[tuple[str, str, str, str]]:
    """Return (id, project id, requester, kind) of every request that waits for a decision, oldest first."""
    found = select(col(Request.id), col(Request.project_id), col(Request.requester), col(Request.kind))
    found = found.where(col(Request.team_id) == team_id, col(Request.state) == "waiting")
    listed = session.exec(found.order_by(col(Request.created_at)))
    return [(id_, project_id, by, kind) for id_, project_id, by, kind in listed]


def waiting(session: Session, team_id: str, kinds: Collection[str]) -> list[Request]:
    """Return every request of these kinds that waits for a decision, oldest first."""
    found = select(Request).where(col(Request.team_id) == team_id, col(Request.state) == "waiting")
    return list(session.exec(found.where(col(Request.kind).in_(kinds)).order_by(col(Request.created_at))))


def touch_waiting(session: Session, team_id: str, project_id: str | None = None) -> list[tuple[str, int]]:
    """Count those of a project, or all, that wait for a decision as changed; return (id, new version) of each."""
    wanted = update(Request).where(col(Request.team_id) == team_id, col(Request.state) == "waiting")
    if project_id is not None:
        wanted = wanted.where(col(Request.project_id) == project_id)
    touched = wanted.values(version=Request.version + 1).returning(col(Request.id), col(Request.version))
    rows = session.execute(touched.execution_options(synchronize_session=False))
    return [(id_, version) for id_, version in rows]


def waiting_count(session: Session, team_id: str, project_id: str) -> int:
    """Return how many requests of this project wait for a decision."""
    found = select(func.count()).where(
        col(Request.team_id) == team_id, col(Request.project_id) == project_id, col(Request.state) == "waiting"
    )
    return session.exec(found).one()


def withdrawable(session: Session, project_id: str) -> list[Request]:
    """Return the requests of a project that nobody has begun to carry out."""
    found = select(Request).where(
        col(Request.project_id) == project_id, col(Request.state).in_(("waiting", "approved"))
    )
    return list(session.exec(found.order_by(col(Request.created_at))))


def open_of(session: Session, team_id: str, user_id: str, *, limit: int) -> list[Request]:
    """Return this person's requests that are still open, newest first."""
    mine = select(Request).where(
        col(Request.team_id) == team_id, col(Request.requester) == user_id, col(Request.state).in_(OPEN)
    )
    return list(session.exec(mine.order_by(col(Request.created_at).desc(), col(Request.id)).limit(limit)))
