"""Insert, whatever another process inserts at the same moment."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session, SQLModel


def insert_into(session: Session, table: type[SQLModel]) -> SqliteInsert | PostgresqlInsert:
    """Return this database's own INSERT, which knows ``on_conflict_do_nothing`` and ``on_conflict_do_update``."""
    sqlite = session.get_bind().dialect.name == "sqlite"
    return sqlite_insert(table) if sqlite else postgresql_insert(table)
