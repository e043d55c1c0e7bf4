"""What a session reads once is remembered until it writes or locks anything; what can wait is written at its end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

import bot
from bench.statements import counting
from bot.store import deliveries, people, projects, scheduled_jobs
from bot.store.database import Database, once
from bot.store.people import Person
from bot.store.projects import Project
from tests.factories import NOON, TEAM, add, person


def read(session: Session) -> int:
    """Count how often it was read in this session."""
    session.info["reads"] = session.info.get("reads", 0) + 1
    count: int = session.info["reads"]
    return count


def again(session: Session) -> int:
    return once(session, "here", lambda: read(session))


def adds(session: Session) -> None:
    session.add(Project(id="p1", name="one", read_at=NOON))


def changes(session: Session) -> None:
    people.choose_project(session, TEAM, "U1", "p9")


def takes_away(session: Session) -> None:
    session.delete(session.get_one(Person, (TEAM, "U1")))


def updates(session: Session) -> None:
    session.execute(update(Person).where(col(Person.user_id) == "U1").values(name="other"))


def inserts(session: Session) -> None:
    scheduled_jobs.put(session, job_id="a", kind="b", ref="c", key="", due_at=NOON)


def notes_a_delivery(session: Session) -> None:
    deliveries.first(session, "one", NOON)


def says_it_in_sql(session: Session) -> None:
    session.execute(text("DELETE FROM people"))


def locks(session: Session) -> None:
    people.locked(session, TEAM, "U1")


def locks_settings(session: Session) -> None:
    projects.settings(session, "p1", to_change=True)


def takes_a_savepoint_back(session: Session) -> None:
    session.begin_nested().rollback()


CHANGES = (
    adds,
    changes,
    takes_away,
    updates,
    notes_a_delivery,
    says_it_in_sql,
    locks,
    locks_settings,
    takes_a_savepoint_back,
)


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_read_is_forgotten_with_whatever_changes_or_locks_rows(
    store: Database, change: Callable[[Session], None]
) -> None:
    add(store, person("U1"))
    with store.transaction() as session:
        assert (again(session), again(session)) == (1, 1)
        change(session)
        assert (again(session), again(session)) == (2, 2)


def test_who_only_reads_on_reads_once(store: Database) -> None:
    for opened in (store.transaction, store.reading):
        with opened() as session:
            first = again(session)
            session.exec(select(Person)).all()
            session.get(Project, "p1")
            assert (first, again(session)) == (1, 1)


def test_no_session_is_told_what_another_has_read(store: Database) -> None:
    with store.transaction() as one, store.reading() as other:
        assert again(one) == 1
        other.info["reads"] = 5
        assert again(other) == 6


def test_a_session_of_nobody_remembers_nothing(store: Database) -> None:
    with Session(store.engine) as session:
        assert (again(session), again(session)) == (1, 2)


def test_jobs_are_written_together_with_the_commit(store: Database) -> None:
    with counting(store.engine) as counted, store.transaction() as session:
        for name in ("a", "b", "a"):
            scheduled_jobs.put(session, job_id=name, kind="k", ref=name, key="", due_at=NOON)
        assert counted.number == 0
    assert (counted.number, written(store)) == (1, ["a", "b"])


def test_what_waits_for_the_commit_goes_with_what_is_taken_back(store: Database) -> None:
    with store.transaction() as session:
        inserts(session)
        session.rollback()
    assert written(store) == []


def test_a_job_of_a_savepoint_is_taken_back_with_it_and_no_other(store: Database) -> None:
    with store.transaction() as session:
        scheduled_jobs.put(session, job_id="outer", kind="k", ref="r", key="", due_at=NOON)
        savepoint = session.begin_nested()
        scheduled_jobs.put(session, job_id="inner", kind="k", ref="r", key="", due_at=NOON)
        savepoint.rollback()
    assert written(store) == ["outer"]


def test_a_savepoint_whose_rows_are_refused_takes_no_other_job_with_it(store: Database) -> None:
    add(store, person("U1"))
    with store.transaction() as session:
        scheduled_jobs.put(session, job_id="outer", kind="k", ref="r", key="", due_at=NOON)
        with pytest.raises(IntegrityError), session.begin_nested():
            session.add(person("U1"))
    assert written(store) == ["outer"]


def test_a_savepoint_that_is_released_is_not_the_commit(store: Database) -> None:
    with store.transaction() as session:
        scheduled_jobs.put(session, job_id="outer", kind="k", ref="r", key="", due_at=NOON)
        around = session.begin_nested()
        with session.begin_nested():
            session.add(person("U1"))
        around.rollback()
    assert written(store) == ["outer"]


def test_a_job_that_waits_for_the_commit_can_be_called_off_and_taken(store: Database) -> None:
    with store.transaction() as session:
        inserts(session)
        scheduled_jobs.done(session, "a")
        scheduled_jobs.put(session, job_id="b", kind="k", ref="r", key="", due_at=NOON)
        assert [row.job_id for row in scheduled_jobs.take(session, NOON, 9, ["k"])] == ["b"]
    assert written(store) == []


def written(store: Database) -> list[str]:
    with store.reading() as session:
        return list(
            session.exec(select(scheduled_jobs.ScheduledJob.job_id).order_by(col(scheduled_jobs.ScheduledJob.job_id)))
        )


def test_nobody_reaches_past_a_session_which_would_not_notice() -> None:
    modules = [path for path in Path(bot.__file__).parent.rglob("*.py") if "migrations" not in path.parts]
    assert [str(path) for path in modules if "session.connection(" in path.read_text()] == []
