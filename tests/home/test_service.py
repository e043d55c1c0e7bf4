"""App Home reads what one person sees, at a cost that does not grow with what waits for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import event

from bot.home import service
from bot.providers.deepgram.client import Deepgram
from bot.store.database import Database
from tests.factories import (
    ANA,
    EVE,
    LI,
    NOON,
    OWNER,
    RAJ,
    SECOND_OWNER,
    Bench,
    actor,
    add,
    bench,
    request,
    set_up,
    small_database,
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = small_database(tmp_path)
    set_up(opened)
    set_up(opened, project_id="p2", name="staging", approvers=())
    yield opened
    opened.close()


@pytest.fixture
async def made(database: Database) -> Bench:
    return await bench(database, Deepgram(SecretStr("none")))


def page(made: Bench, user_id: str) -> service.Home:
    with made.database.reading() as session:
        return service.read(session, made.desk, actor(user_id), NOON)


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield statements
    event.remove(database.engine, "before_cursor_execute", note)


async def test_a_thousand_waiting_requests_cost_no_more_than_ten(made: Bench) -> None:
    def ask(first: int, last: int) -> None:
        add(made.database, *(request(requester=(ANA, EVE)[n % 2]) for n in range(first, last)))

    ask(0, 10)
    with counted(made.database) as few:
        assert page(made, RAJ).waiting_total == 10
    ask(10, 1000)
    with counted(made.database) as many:
        seen = page(made, RAJ)
    assert (seen.waiting_total, len(seen.waiting)) == (1000, service.MOST_WAITING)
    assert len(many) == len(few)


async def test_each_sees_what_they_may_decide_and_never_their_own(made: Bench) -> None:
    add(
        made.database,
        request(requester=ANA),
        request(requester=RAJ),
        request(requester=OWNER, project_id="p2"),
        request(requester=ANA, state="denied"),
    )
    totals = {user_id: page(made, user_id).waiting_total for user_id in (RAJ, LI, OWNER, SECOND_OWNER, ANA)}
    assert totals == {RAJ: 1, LI: 2, OWNER: 0, SECOND_OWNER: 1, ANA: 0}


async def test_open_requests_are_counted_whatever_was_asked_before_and_since(made: Bench) -> None:
    closed = [request(state="denied", created_at=NOON + timedelta(seconds=n)) for n in range(300)]
    add(made.database, *closed, *(request() for _ in range(12)))
    seen = page(made, ANA)
    assert (seen.mine_total, len(seen.mine)) == (12, service.MOST_MINE)


async def test_the_oldest_that_wait_come_first(made: Bench) -> None:
    add(made.database, *(request(id=f"rq{n:02}", created_at=NOON - timedelta(seconds=n)) for n in range(15)))
    assert [card.request_id for card in page(made, RAJ).waiting] == [f"rq{n:02}" for n in range(14, 4, -1)]
