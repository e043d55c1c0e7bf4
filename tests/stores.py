"""Databases with Keydesk's schema: migrated once for all tests, as migrating takes longer than most of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlmodel import SQLModel

from bot.providers.deepgram.vendor import DEEPGRAM
from bot.providers.port import Vendor
from bot.store import schema
from bot.store.database import Database
from bot.vendors import Vendors


def over(url: str, *more: Vendor) -> Database:
    """Return a database as the app opens it: its sessions know the vendors of projects, Deepgram and ``more``."""
    return Database(url, info=Vendors((DEEPGRAM, *more)).info)


def opened(url: str, *more: Vendor) -> Database:
    """Open an empty database, and bring it to the newest schema: a new SQLite file is a copy of one that has it."""
    database = over(url, *more)
    if database.file is None or database.file.exists():
        schema.upgrade(database)
    else:
        database.make_file()
        database.file.write_bytes(_migrated_sqlite())
    return database


def empty(database: Database) -> None:
    """Take every row out of a PostgreSQL, and let its numbers begin anew (TRUNCATE would take fifty times as long)."""
    with database.engine.begin() as connection:
        connection.exec_driver_sql(_emptying())


@cache
def _emptying() -> str:
    tables = [str(table.delete()) for table in reversed(SQLModel.metadata.sorted_tables)]
    return "; ".join([*tables, "SELECT setval(oid, 1, false) FROM pg_class WHERE relkind = 'S'"])


@cache
def _migrated_sqlite() -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "keydesk.db"
        database = Database(f"sqlite:///{file}")
        schema.upgrade(database)
        database.close()
        return file.read_bytes()
