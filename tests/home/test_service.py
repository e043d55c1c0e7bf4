"""App Home reads what one person sees, at a cost that does not grow with what waits for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import event

from bot.app import unconnected
from bot.home import service, views
from bot.home.listeners import HomeListeners
from bot.home.status import Status
from bot.policy import Role
from bot.providers.deepgram.client import Deepgram
from bot.slack.router import join
from bot.slack.web import SlackError
from bot.store import people
from bot.store.database import Database
from bot.store.roles import RoleHeld
from tests.declared import LEAST, QUICK
from tests.factories import (
    ANA,
    EVE,
    LI,
    NOON,
    OWNER,
    PROJECT,
    RAJ,
    SECOND_OWNER,
    TEAM,
    Bench,
    actor,
    add,
    bench,
    key,
    request,
    set_up,
)
from tests.fake_slack import FakeSlack
from tests.forms import people_unreadable


@pytest.fixture
def database(small_store: Database) -> Database:
    set_up(small_store)
    set_up(small_store, project_id="p2", name="staging", approvers=())
    return small_store


@pytest.fixture
async def made(database: Database) -> Bench:
    return await bench(database, Deepgram(SecretStr("none")))


def page(made: Bench, user_id: str) -> service.Home:
    with made.database.reading() as session:
        return service.read(session, made.desk, actor(user_id), NOON, QUICK)


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


async def test_a_key_that_is_being_ended_is_not_offered_to_be_ended(made: Bench) -> None:
    add(made.database, key(1, id="ky1", owner=ANA), key(2, id="ky2", owner=ANA, state="ending"))
    drawn = str(views.home(page(made, ANA)))
    assert ("end:ky1" in drawn, "end:ky2" in drawn, "show:ky2" in drawn) == (True, False, True)


def quick(made: Bench, user_id: str) -> list[str]:
    return [each.label for each in page(made, user_id).quick]


async def test_quick_actions_follow_the_role_and_the_project_that_may_lower_it(made: Bench) -> None:
    assert quick(made, OWNER)[0] == "Request a key"
    assert {"Roles", "Accounts"} <= set(quick(made, OWNER))
    assert "Request a key" in quick(made, ANA)
    assert not {"Roles", "Accounts"} & set(quick(made, ANA))
    with made.database.transaction() as session:
        session.add(
            RoleHeld(
                team_id=TEAM,
                project_id=PROJECT,
                holder_kind="person",
                holder=ANA,
                role="reader",
                set_by=OWNER,
                set_at=NOON,
            )
        )
        people.choose_project(session, TEAM, ANA, PROJECT)
    assert "Request a key" not in quick(made, ANA)
    assert "Projects" in quick(made, ANA)
    assert (page(made, ANA).role, page(made, ANA).project) == (Role.READER, "production")


def test_every_button_of_the_page_is_answered() -> None:
    answered = join(unconnected().routes).listeners["action"]
    unanswered = {each.action for each in QUICK} - answered.keys()
    assert unanswered == set()
    assert {each.name for each in QUICK} <= LEAST.keys()


async def test_only_an_open_page_is_drawn_again_and_a_stumble_of_slack_stops_nobody(database: Database) -> None:
    slack = FakeSlack()
    made = await bench(database, Deepgram(SecretStr("none")))
    status = Status(database, slack)
    home = HomeListeners(
        made.desk, database, people_unreadable(database), made.clock, slack, status, Deepgram(SecretStr("none")), QUICK
    )
    await home.refreshed(ANA, NOON)
    assert slack.homes == []
    with database.transaction() as session:
        people.saw_home(session, TEAM, ANA, NOON - timedelta(hours=7))
        people.saw_home(session, TEAM, EVE, NOON - timedelta(hours=9))
    for user_id in (ANA, EVE, "UNKNOWN"):
        await home.refreshed(user_id, NOON)
    assert slack.homes == [ANA]
    slack.refuses["views.publish"] = SlackError("views.publish", "internal_error")
    await home.refreshed(ANA, NOON)
    assert slack.homes == [ANA]
