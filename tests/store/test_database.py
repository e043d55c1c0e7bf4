"""A transaction is kept or undone whole; sessions that only read take no lock; addresses name their driver."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from bot.store.database import Database, normalised
from bot.store.requests import Request
from tests.clocks import machine_seconds
from tests.factories import add, request


@pytest.mark.parametrize(
    ("given", "driver"),
    [
        ("postgres://u:p@h/d", "postgresql+psycopg"),
        ("postgresql://u:p@h/d", "postgresql+psycopg"),
        ("postgresql+psycopg://u:p@h/d", "postgresql+psycopg"),
        ("sqlite:////tmp/a.db", "sqlite"),
    ],
)
def test_an_address_names_its_driver(given: str, driver: str) -> None:
    assert normalised(given).drivername == driver


def test_a_password_is_not_in_the_repr() -> None:
    assert "hunter2" not in repr(normalised("postgres://keydesk:hunter2@h/d"))


def test_what_raises_is_undone_whole(store: Database) -> None:
    def fail() -> None:
        with store.transaction() as session:
            session.add(request(id="rq1"))
            session.flush()
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError):
        fail()
    with store.reading() as session:
        assert session.get(Request, "rq1") is None


async def test_many_writes_at_once_all_happen(store: Database) -> None:
    def write(session: Session) -> None:
        session.add(request())

    await asyncio.gather(*(store.write(write) for _ in range(30)))
    assert await store.read(lambda session: session.connection().scalar(text("SELECT count(*) FROM requests"))) == 30


def test_a_reading_sees_one_moment(store: Database) -> None:
    def note(session: Session) -> object:
        return session.connection().scalar(text("SELECT note FROM requests"))

    add(store, request(id="rq1", note="before"))
    with store.reading() as session:
        assert note(session) == "before"
        with store.transaction() as writing:
            writing.execute(text("UPDATE requests SET note = 'after'"))
        assert note(session) == "before"
    with store.reading() as session:
        assert note(session) == "after"


async def test_reading_waits_for_no_writer(store: Database) -> None:
    add(store, request(id="rq1"))
    with store.transaction() as writing:
        writing.execute(text("UPDATE requests SET note = 'half way'"))
        found = await asyncio.wait_for(store.read(lambda session: session.get(Request, "rq1")), 5)
    assert found is not None
    assert found.note is None


def test_sqlite_forgets_deleted_bytes_and_keeps_references(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/new/folder/keydesk.db")
    assert not (tmp_path / "new").exists()
    database.make_file()
    assert (tmp_path / "new/folder/keydesk.db").stat().st_mode & 0o777 == 0o600
    with database.engine.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "secure_delete", "foreign_keys")
        }
    database.close()
    assert pragmas == {"journal_mode": "wal", "secure_delete": 1, "foreign_keys": 1}


def test_a_database_that_answers_says_so(store: Database) -> None:
    assert store.answers()


def test_sqlite_of_any_age_knows_the_time_as_the_engine_asks_for_it(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/keydesk.db")

    with database.reading() as session:
        told = session.connection().scalar(text("SELECT unixepoch('subsec')"))

    database.close()
    assert told == pytest.approx(machine_seconds(), abs=60)


def test_an_error_of_the_database_does_not_quote_what_people_typed(store: Database) -> None:
    add(store, request(id="rq1"))
    with pytest.raises(IntegrityError) as refusal:
        add(store, request(id="rq1", requester="canary"))
    assert "canary" not in str(refusal.value)
