"""Statements compiled once for all tests.

SQLAlchemy keeps what it has compiled with the engine, and every test opens a database of its own: the same statements
would be compiled anew for each, which takes longer than running them. In production one engine serves for weeks.
"""

from __future__ import annotations

from sqlalchemy import Connection, Dialect, Engine, event
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

MOST = 3000  # statements


def keep() -> None:
    """Let every engine of this process look first among what was compiled for others of its kind.

    A compiled statement is found by the engine's dialect; one of a kind stands for all, for they are made alike here.
    """
    compiled = LRUCache[object, object](MOST)

    def use(connection: Connection) -> None:
        connection.execution_options(compiled_cache=compiled)

    for kind in (SQLiteDialect_pysqlite, PGDialect_psycopg):
        kind.__eq__ = _is_alike  # type: ignore[method-assign,assignment] # also for what mappers keep by themselves
        kind.__hash__ = _by_kind  # type: ignore[method-assign,assignment] # as above
    event.listen(Engine, "engine_connect", use)


def _is_alike(one: Dialect, other: object) -> bool:
    return type(one) is type(other)


def _by_kind(one: Dialect) -> int:
    return hash(type(one))
