"""Mirrors: when each list was last read from the provider, and what went wrong if it could not be."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, Session, SQLModel

from bot.store.columns import UTCDateTime
from bot.store.upsert import insert_into

PROJECTS = "projects"


class Mirror(SQLModel, table=True):
    """The freshness of one list: "projects", or "keys:", "members:" or "invites:" and a project's id."""

    __tablename__ = "mirrors"

    name: str = Field(primary_key=True)
    read_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    problem: str | None = None
    left_out: int = Field(default=0, sa_column_kwargs={"server_default": "0"})  # entries that could not be read


def of_keys(project_id: str) -> str:
    """Return the name of a project's list of keys."""
    return f"keys:{project_id}"


def of_members(project_id: str) -> str:
    """Return the name of a project's list of members."""
    return f"members:{project_id}"


def of_invites(project_id: str) -> str:
    """Return the name of a project's list of invitations."""
    return f"invites:{project_id}"


def get(session: Session, name: str) -> Mirror:
    """Return the freshness of a list; one never read has no time."""
    return session.get(Mirror, name) or Mirror(name=name)


def succeeded(session: Session, name: str, now: datetime, left_out: int = 0) -> None:
    """Note that the list was read, and how many of its entries could not be."""
    _put(session, name, {"read_at": now, "problem": None, "left_out": left_out})


def failed(session: Session, name: str, problem: str) -> None:
    """Note that the list could not be read; its last good time stays."""
    _put(session, name, {"problem": problem})


def _put(session: Session, name: str, said: dict[str, object]) -> None:
    row = insert_into(session, Mirror).values(name=name, **said)
    session.execute(row.on_conflict_do_update(index_elements=["name"], set_=said))
