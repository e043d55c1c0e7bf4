"""Acting after the commit."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine
from sqlmodel import Session

from bot.engine.commit import after_commit


@pytest.fixture
def session() -> Session:
    engine = create_engine("sqlite://")
    return Session(engine)


def test_a_savepoint_is_not_the_commit(session: Session) -> None:
    done: list[str] = []
    with session.begin():
        with session.begin_nested():
            after_commit(session, lambda: done.append("acted"))
        assert done == []
    assert done == ["acted"]


def test_a_savepoint_that_rolls_back_drops_what_waits(session: Session) -> None:
    done: list[str] = []
    with session.begin():
        savepoint = session.begin_nested()
        after_commit(session, lambda: done.append("acted"))
        savepoint.rollback()
    assert done == []


def test_each_transaction_of_a_session_acts_for_itself(session: Session) -> None:
    done: list[int] = []
    for number in (1, 2):
        with session.begin():
            after_commit(session, lambda number=number: done.append(number))  # type: ignore[misc] # mypy: default
    assert done == [1, 2]
