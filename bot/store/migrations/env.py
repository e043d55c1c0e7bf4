"""Alembic's entry: one history for SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

from bot.store import tables
from bot.store.columns import UTCDateTime


def include_object(item: Any, name: str | None, kind: str, reflected: bool, compare_to: Any) -> bool:  # noqa: ARG001 Alembic's signature
    """Leave the durable engine's own tables, which share the database, out of comparisons."""
    return not (kind == "table" and reflected and name not in tables.NAMES)


def render_item(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """Write our column types into a new migration as plain SQLAlchemy, so that old ones never import moving code."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, AutoString):
        return "sa.String()"
    return False


def run() -> None:
    """Run the migrations on the connection that the caller put into the configuration."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=SQLModel.metadata,
        render_as_batch=True,
        include_object=include_object,
        render_item=render_item,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
