"""In which project requests are looked for: the one that is named, that of the key, or the chosen one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.errors import FormError, NotUnderstood
from bot.slack.call import Call
from bot.slack.router import Routes
from bot.slack.routes import Route
from bot.store.database import Database
from bot.store.projects import Project
from bot.usage.requests import form_options
from bot.usage.requests.listeners import RequestListeners
from bot.usage.requests.question import Asked, RecordsQuestion
from tests.doors import exports_of
from tests.factories import ANA, NOON, PROJECT, TEAM, actor, add, key, person, rows, set_up, with_shelf
from tests.fake_slack import FakeSlack
from tests.usage.conftest import Ground

SECOND = PROJECT[:-1] + "2"
LISTED = RecordsQuestion(project=SECOND, start=NOON, end=NOON)


@pytest.fixture
def known(ground: Ground) -> Database:
    """Several projects, of which Ana has chosen one; two of them have a key."""
    set_up(ground.database)
    add(ground.database, Project(id=SECOND, name="staging", read_at=NOON), key(1), key(2, project_id=SECOND))
    with ground.database.transaction() as session:
        session.merge(person(ANA, project_id=PROJECT))
    return ground.database


@pytest.fixture
def door(known: Database, ground: Ground) -> Routes:
    """What `/usage requests` answers to."""
    return RequestListeners(known, ground.reading, exports_of(known, FakeSlack())).routes()


def call(text: str = "", value: str = "", metadata: str = "", form: Any = None) -> Call:
    async def answer(**_: Any) -> None:
        return

    view = {"id": "V1", "type": "modal", "private_metadata": metadata}
    return Call("action", "it", TEAM, ANA, {}, FakeSlack(), answer, text=text, value=value, view=view, form=form)


def place(known: Database, route: object, asked: Call) -> str | None:
    """Return the id of the project in which a route is judged; None is the workspace."""
    assert isinstance(route, Route)
    found = rows(known, lambda session: route.project(session, actor(ANA), asked))
    return found.id if found is not None else None


@pytest.mark.parametrize(
    ("typed", "judged_in"),
    [("", PROJECT), ("failed", PROJECT), ("failed project:staging", SECOND), ("key:00000002", SECOND)],
)
def test_words_are_judged_where_they_look(known: Database, door: Routes, typed: str, judged_in: str) -> None:
    assert place(known, door.commands[0].listener, call(typed)) == judged_in


def test_the_form_opens_where_no_project_is_chosen(known: Database, door: Routes) -> None:
    with known.transaction() as session:
        session.merge(person(ANA, project_id=None))
    assert place(known, door.actions["usage.requests"], call()) is None
    with pytest.raises(NotUnderstood, match="not chosen a project yet"):
        place(known, door.actions["usage.requests"], call("failed"))


def test_a_key_that_nobody_knows_is_said(known: Database, door: Routes) -> None:
    with pytest.raises(FormError, match="knows no key ffff"):
        place(known, door.commands[0].listener, call("key:ffff"))


@pytest.mark.parametrize("name", ["turn", "change", "export"])
def test_a_list_is_judged_in_the_project_that_its_window_carries(known: Database, door: Routes, name: str) -> None:
    pressed = call(value="2:", metadata=LISTED.model_dump_json())
    assert place(known, door.actions[f"usage.requests.{name}"], pressed) == SECOND
    with pytest.raises(NotUnderstood, match="another version of Keydesk"):
        place(known, door.actions[f"usage.requests.{name}"], call(value="2:"))


@pytest.mark.parametrize("name", ["show", "again"])
def test_one_request_is_judged_in_the_project_that_its_button_names(known: Database, door: Routes, name: str) -> None:
    assert place(known, door.actions[f"usage.requests.{name}"], call(value=f"{SECOND}:a request")) == SECOND
    with pytest.raises(NotUnderstood, match="There is no project"):
        place(known, door.actions[f"usage.requests.{name}"], call(value="nowhere:a request"))


def test_the_form_is_judged_in_the_project_that_was_chosen_in_it(known: Database, door: Routes) -> None:
    assert place(known, door.views["usage.requests"], call(form=Asked(project=SECOND))) == SECOND
    with pytest.raises(NotUnderstood, match="There is no project"):
        place(known, door.views["usage.requests"], call(form=Asked(project="gone")))


def test_a_project_can_be_chosen_whichever_is_and_keys_belong_to_the_chosen_one(known: Database, door: Routes) -> None:
    pressed = replace(call(), state={"project": {"project": {"selected_option": {"value": SECOND}}}})
    judged = {name: place(known, route, pressed) for name, route in door.options.items()}
    assert judged == {
        "usage.requests.project": None,
        "usage.requests.key": SECOND,
        "usage.requests.customer": SECOND,
    }


def test_the_form_offers_the_projects_whose_requests_can_be_read(tmp_path: Path) -> None:
    database = with_shelf(tmp_path)
    assert rows(database, lambda s: form_options.projects_like(s, actor(ANA), "", "")) == [(PROJECT, "production")]
    database.close()
