"""Insert, whatever another process inserts at the same moment."""

from __future__ import annotations

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session, SQLModel


def insert_into(session: Session, table: type[SQLModel]) -> SqliteInsert | PostgresqlInsert:
    """Return this database's own INSERT, which knows ``on_conflict_do_nothing`` and ``on_conflict_do_update``."""
    return insert_for(session.get_bind().dialect.name, SQLModel.metadata.tables[str(table.__tablename__)])


def insert_for(dialect: str, table: Table) -> SqliteInsert | PostgresqlInsert:
    """Return the same by the dialect's name, for a statement that is made once and kept."""
    return sqlite_insert(table) if dialect == "sqlite" else postgresql_insert(table)
