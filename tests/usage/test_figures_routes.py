"""What a question takes, and where: for one's own figures or anybody's, in one project or in all of them."""

from __future__ import annotations

from typing import Any

import pytest

from bot.slack.call import Call
from bot.slack.router import Routes
from bot.slack.routes import Route
from bot.store.database import Database
from bot.store.projects import Project
from bot.usage.figures.listeners import FiguresListeners
from tests.doors import exports_of
from tests.factories import ANA, NOON, PROJECT, TEAM, actor, add, person, rows, set_up
from tests.fake_slack import FakeSlack
from tests.usage.test_figures import SECOND, reading

OWN = f"week by key project:all person:{ANA}"


@pytest.fixture
def known(small_store: Database) -> Database:
    """Two projects, of which Ana has chosen one."""
    set_up(small_store)
    add(small_store, Project(id=SECOND, name="staging", read_at=NOON))
    with small_store.transaction() as session:
        session.merge(person(ANA, project_id=PROJECT))
    return small_store


@pytest.fixture
def door(known: Database) -> Routes:
    """What `/usage` answers to."""
    return FiguresListeners(reading(known).reading, exports_of(known, FakeSlack())).routes()


def call(text: str = "", value: str = "", carried: str = "") -> Call:
    async def answer(**_: Any) -> None:
        return

    payload = {"actions": [{"block_id": carried}]}
    return Call("action", "it", TEAM, ANA, payload, FakeSlack(), answer, text=text, value=value)


def place(known: Database, route: object, asked: Call) -> str | None:
    """Return the id of the project in which a route is judged; None is the workspace."""
    assert isinstance(route, Route)
    found = rows(known, lambda session: route.project(session, actor(ANA), asked))
    return found.id if found is not None else None


@pytest.mark.parametrize(
    ("action", "value", "carried", "needs"),
    [
        ("export", OWN, "", "usage.mine"),
        ("export", "week by key", "", "usage.figures"),
        ("turn", f"2:{OWN}", "", "usage.mine"),
        ("by", "day", OWN, "usage.mine"),
        ("by", "day", "week person:UELSE0001", "usage.figures"),
        ("period", "month", "week", "usage.figures"),
    ],
)
def test_a_button_takes_what_its_question_takes(
    door: Routes, action: str, value: str, carried: str, needs: str
) -> None:
    route = door.actions[f"usage.figures.{action}"]
    assert isinstance(route, Route)
    assert callable(route.needs)
    assert route.needs(actor(ANA), call(value=value, carried=carried)) == needs


@pytest.mark.parametrize(
    ("action", "value", "carried", "judged_in"),
    [
        ("export", "week by key", "", PROJECT),  # the chosen one
        ("export", "week by key in staging", "", SECOND),
        ("export", "week by key in all", "", None),
        ("export", OWN, "", None),
        ("by", "project", "week by key", None),
        ("by", "key", "week by project", PROJECT),
        ("closer", SECOND, "week by project in all", SECOND),
    ],
)
def test_a_button_is_judged_in_the_project_that_its_question_names(
    known: Database, door: Routes, action: str, value: str, carried: str, judged_in: str | None
) -> None:
    pressed = call(value=value, carried=carried)
    assert place(known, door.actions[f"usage.figures.{action}"], pressed) == judged_in


def test_what_is_typed_is_judged_where_it_is_asked(known: Database, door: Routes) -> None:
    usage, mine = (command.listener for command in door.commands)
    assert place(known, usage, call()) == PROJECT
    assert place(known, usage, call("week in staging")) == SECOND
    assert place(known, mine, call("week")) is None
    assert place(known, mine, call("week in staging")) == SECOND
