"""One database, SQLite or PostgreSQL: sync sessions, run in a thread pool of our own."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable, Hashable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.orm import ORMExecuteState, SessionTransaction, sessionmaker
from sqlmodel import Session

T = TypeVar("T")

READ_ONLY = "keydesk_read_only"
REMEMBERS = "keydesk_remembers"
POOL: dict[str, Any] = {"pool_size": 10, "max_overflow": 20}
# A reading sees one moment, whatever is written meanwhile. SQLite's own transactions do that by themselves.
ONE_MOMENT: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
QUIET: dict[str, Any] = {"hide_parameters": True}  # an error's text would quote what people typed, into the log


def once(session: Session, key: Hashable, read: Callable[[], T]) -> T:
    """Return what ``read`` returns, read once in a session by its key, as long as the session changes nothing.

    A session of `Database` forgets everything that it read so with whatever it writes or locks: what comes after is
    read anew. Another session is never told what one has read.
    """
    if REMEMBERS not in session.info:
        return read()
    if session.new or session.dirty or session.deleted:
        session.flush()
    known: dict[Hashable, T] = session.info.setdefault(once, {})
    if key not in known:
        known[key] = read()
    return known[key]


def with_the_commit(session: Session, row: T, write: Callable[[Session, list[T]], None]) -> None:
    """Let ``write`` write this row together with its like, just before the session commits.

    It is written at once within a savepoint, which may be taken back alone, and in a session that is no `Database`'s.
    """
    if REMEMBERS in session.info and not session.in_nested_transaction():
        session.info.setdefault(with_the_commit, {}).setdefault(write, []).append(row)
    else:
        write(session, [row])


def write_what_waits(session: Session) -> None:
    """Write now what waits for the commit."""
    for write, rows in session.info.pop(with_the_commit, {}).items():
        write(session, rows)


def _write_with_the_commit(session: Session) -> None:
    if not session.in_nested_transaction():  # a savepoint's release is not the commit
        write_what_waits(session)


def _forget(session: Session, *_: object) -> None:
    session.info.pop(once, None)


def _forget_what_is_taken_back(session: Session, taken_back: SessionTransaction) -> None:
    _forget(session)
    if not taken_back.nested and not session.in_nested_transaction():
        session.info.pop(with_the_commit, None)


def _forget_if_more_than_read(executed: ORMExecuteState) -> None:
    """Forget what was read before whatever may change rows, or waits for others who do."""
    if not executed.is_select or getattr(executed.statement, "_for_update_arg", None) is not None:
        executed.session.info.pop(once, None)


class Database:
    """Transactions over one database.

    ``transaction`` and ``reading`` are for code that already runs in a thread; ``write`` and ``read`` take the work to
    the pool and are what async code awaits. The work gets a `Session`; rows that it returns are no longer bound to it.
    ``info`` is what each of them carries along (`Session.info`), such as the vendors of the projects in it.
    """

    def __init__(self, url: str, *, threads: int = 8, info: Mapping[str, object] | None = None) -> None:
        self.url = normalised(url)
        self.engine = _engine(self.url)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="store")
        self.info: dict[str, object] = {REMEMBERS: True, **(info or {})}
        kept: dict[str, Any] = {"expire_on_commit": False, "info": self.info}
        self._reading = sessionmaker(class_=Session, **kept)
        self._writing = sessionmaker(self.engine, class_=Session, **kept)
        event.listen(self._writing, "before_commit", _write_with_the_commit)
        event.listen(self._writing, "after_flush", _forget)
        event.listen(self._writing, "after_soft_rollback", _forget_what_is_taken_back)
        event.listen(self._writing, "do_orm_execute", _forget_if_more_than_read)

    @property
    def is_sqlite(self) -> bool:
        """Whether one file on this machine holds everything."""
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Give a session whose changes are committed together, or not at all."""
        with self._writing.begin() as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session that only reads, all of it as it was at one moment, and takes no write lock."""
        options = {READ_ONLY: True, **({} if self.is_sqlite else ONE_MOMENT)}
        with (
            self.engine.connect().execution_options(**options) as connection,
            self._reading(bind=connection) as session,
        ):
            yield session

    async def write(self, work: Callable[[Session], T]) -> T:
        """Run ``work`` in one transaction, in the pool."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._in, self.transaction, work)

    async def read(self, work: Callable[[Session], T]) -> T:
        """Run ``work`` on a reading session, in the pool."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._in, self.reading, work)

    @staticmethod
    def _in(scope: Callable[[], Any], work: Callable[[Session], T]) -> T:
        with scope() as session:
            return work(session)

    @property
    def file(self) -> Path | None:
        """The SQLite file, or None where there is none."""
        named = self.url.database if self.is_sqlite else None
        return Path(named) if named and named != ":memory:" else None

    def make_file(self) -> None:
        """Make the SQLite file and its folder, for their owner's eyes only: it holds who wanted what."""
        if self.file is not None and not self.file.exists():
            self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.file.touch(mode=0o600)

    def answers(self) -> bool:
        """Tell whether the database answers; raises what SQLAlchemy raises when it does not."""
        with self.engine.connect() as connection:
            return bool(connection.execute(text("SELECT 1")).scalar() == 1)

    def close(self) -> None:
        """Wait for running work and close every connection."""
        self._pool.shutdown(wait=True)
        self.engine.dispose()


def normalised(url: str) -> URL:
    """Return the address with its driver named (``postgres://`` and ``postgresql://`` mean psycopg 3)."""
    if url.startswith("postgres://"):
        url = "postgresql://" + url.removeprefix("postgres://")
    parsed = make_url(url)
    if parsed.drivername == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    return parsed


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        engine = create_engine(url, pool_pre_ping=True, **POOL, **QUIET)
        event.listen(engine, "connect", _prepare_postgresql)
        return engine
    in_file = bool(url.database) and url.database != ":memory:"
    waits = {"check_same_thread": False, "timeout": 30}
    engine = create_engine(url, connect_args=waits, **(POOL if in_file else {}), **QUIET)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_postgresql(connection: Any, _: Any) -> None:
    # The default supposes turning disks: it reads eleven million facts one after the other to add up a few of them.
    connection.autocommit = True
    connection.execute("SET random_page_cost = 1.1")
    connection.autocommit = False


def _prepare_sqlite(connection: Any, _: Any) -> None:
    # The driver's own BEGIN comes too late to protect a read-then-write; ours is sent by _begin_sqlite.
    connection.isolation_level = None
    # SQLite's own lower() knows ASCII only: a search for “почта” would miss “Почта”.
    connection.create_function("lower", 1, _lower, deterministic=True)
    # On Python 3.12 and later DBOS asks for unixepoch('subsec'), to which SQLite before 3.42 answers NULL.
    if sqlite3.sqlite_version_info < (3, 42):
        connection.create_function("unixepoch", 1, _unixepoch)
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "busy_timeout=30000",
        "foreign_keys=ON",
        "secure_delete=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _lower(text: str | None) -> str | None:
    return text.lower() if text is not None else None


def _unixepoch(_precision: str) -> float:
    return round(time.time(), 3)


def _begin_sqlite(connection: Connection) -> None:
    read_only = connection.get_execution_options().get(READ_ONLY, False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
