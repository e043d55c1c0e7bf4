"""Members: the local mirror of who belongs to each of the provider's projects."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import JSON, ColumnElement, String, cast, func, or_
from sqlmodel import Field, Session, SQLModel, col, select

from bot.store.columns import UTCDateTime, no_list
from bot.store.conditional import change, delete
from bot.store.upsert import insert_into


class Member(SQLModel, table=True):
    """A member of one project as the provider last listed it: a person or a service account."""

    __tablename__ = "members"

    project_id: str = Field(primary_key=True)
    member_id: str = Field(primary_key=True)
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    scopes: list[str] = Field(default_factory=no_list, sa_type=JSON)
    read_at: datetime = Field(sa_type=UTCDateTime)

    @property
    def name(self) -> str:
        """The whole name, empty where the provider tells none."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def label(self) -> str:
        """What people call this member: the name, else the address, else the id."""
        return self.name or self.email or self.member_id


ORDER = (
    func.lower(col(Member.first_name)),
    func.lower(col(Member.last_name)),
    col(Member.email),
    col(Member.member_id),
)


def get(session: Session, project_id: str, member_id: str) -> Member | None:
    """Return the member if the mirror knows them."""
    return session.get(Member, (project_id, member_id))


def of_project(session: Session, project_id: str) -> list[Member]:
    """Return every member of a project, by name."""
    return list(session.exec(select(Member).where(col(Member.project_id) == project_id).order_by(*ORDER)))


def search(
    session: Session, project_id: str, words: str = "", *, limit: int, offset: int = 0
) -> tuple[list[Member], int]:
    """Return a page of members whose name, address or scopes hold every one of the ``words``, and how many do."""
    wanted = [col(Member.project_id) == project_id, *(_holds(word) for word in words.lower().split())]
    total = session.exec(select(func.count()).select_from(Member).where(*wanted)).one()
    return list(session.exec(select(Member).where(*wanted).order_by(*ORDER).limit(limit).offset(offset))), total


def mirror(session: Session, project_id: str, listed: Iterable[Member], now: datetime) -> None:
    """Make the mirror of a project equal to the provider's list; two processes may do so at once."""
    values = [member.model_dump() | {"project_id": project_id, "read_at": now} for member in listed]
    still = [value["member_id"] for value in values]
    insert = insert_into(session, Member)
    said = {name: insert.excluded[name] for name in Member.model_fields if name not in ("project_id", "member_id")}
    if values:
        session.execute(insert.on_conflict_do_update(index_elements=["project_id", "member_id"], set_=said), values)
    gone = (col(Member.project_id) == project_id, col(Member.member_id).not_in(still))
    delete(session, Member, *gone)


def remove(session: Session, project_id: str, member_id: str) -> None:
    """Forget a member who is no more."""
    one = (col(Member.project_id) == project_id, col(Member.member_id) == member_id)
    delete(session, Member, *one)


def rescope(session: Session, project_id: str, member_id: str, scope: str) -> None:
    """Note that a member has this scope now, in place of what they had."""
    one = (col(Member.project_id) == project_id, col(Member.member_id) == member_id)
    change(session, Member, *one, scopes=[scope])


def _holds(word: str) -> ColumnElement[bool]:
    told = (col(Member.first_name), col(Member.last_name), col(Member.email), cast(col(Member.scopes), String))
    return or_(*(func.lower(each).contains(word, autoescape=True) for each in told))
