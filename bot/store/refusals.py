"""Refusals: who was refused what lately, and how often since the record last said so.

The record itself is only added to; what is counted here goes into it once the hour is over.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlmodel import Field, Session, SQLModel, UniqueConstraint, col, select

from bot.store.columns import UTCDateTime
from bot.store.conditional import changed
from bot.store.upsert import insert_into

WINDOW = timedelta(hours=1)


class Refusal(SQLModel, table=True):
    """One person who was refused one thing for one reason; ``further`` counts since the first time, until ``ends_at``.

    ``name`` is what they wanted, by the name of the policy's table; ``project_id`` "" is the workspace.
    """

    __tablename__ = "refusals"
    __table_args__ = (UniqueConstraint("team_id", "user_id", "name", "project_id", "why"),)

    id: str = Field(primary_key=True, default_factory=lambda: "rf" + secrets.token_hex(8))
    team_id: str
    user_id: str
    name: str
    project_id: str
    why: str
    further: int = 0
    ends_at: datetime = Field(sa_type=UTCDateTime)


def first_of_its_hour(session: Session, refusal: Refusal) -> bool:
    """Keep this refusal if it is the first of its kind in this hour; count it and return False if it is not."""
    row = refusal.model_dump()
    kind = ["team_id", "user_id", "name", "project_id", "why"]
    keep = (
        insert_into(session, Refusal).values(row).on_conflict_do_nothing(index_elements=kind).returning(col(Refusal.id))
    )
    same = [getattr(Refusal, name) == row[name] for name in kind]
    while True:  # its hour may end between the two
        if session.execute(keep).first() is not None:
            return True
        if changed(session, Refusal, *same, further=col(Refusal.further) + 1):
            return False


def take(session: Session, refusal_id: str) -> Refusal | None:
    """Return what was counted, and count anew from now on; None if that was done already."""
    one = select(Refusal).where(col(Refusal.id) == refusal_id).with_for_update()
    found = session.exec(one).first()
    if found is not None:
        session.delete(found)
    return found
