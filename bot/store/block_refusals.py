"""Types of block that a workspace refused, so that every process knows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Field, Session, SQLModel, col, select

from bot.store.columns import UTCDateTime
from bot.store.conditional import delete
from bot.store.upsert import insert_into


class BlockRefusal(SQLModel, table=True):
    """The last time that a workspace refused a type of block."""

    __tablename__ = "block_refusals"

    team_id: str = Field(primary_key=True)
    block_type: str = Field(primary_key=True)
    refused_at: datetime = Field(sa_type=UTCDateTime)


def note(session: Session, team_id: str, block_type: str, now: datetime) -> None:
    """Note that a type was refused."""
    row = insert_into(session, BlockRefusal).values(team_id=team_id, block_type=block_type, refused_at=now)
    session.execute(
        row.on_conflict_do_update(index_elements=["team_id", "block_type"], set_={"refused_at": now}),
    )


def since(session: Session, team_id: str, after: datetime) -> Sequence[BlockRefusal]:
    """Return what this workspace refused after a moment, by type."""
    found = select(BlockRefusal).where(BlockRefusal.team_id == team_id, col(BlockRefusal.refused_at) > after)
    return session.exec(found.order_by(col(BlockRefusal.block_type))).all()


def forget(session: Session, team_id: str, block_type: str) -> None:
    """Forget a type that is taken again."""
    delete(session, BlockRefusal, col(BlockRefusal.team_id) == team_id, col(BlockRefusal.block_type) == block_type)
