"""What a project's provider has nothing of is refused where it is asked for, and no button leads there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from bot.errors import NotOffered
from bot.keys import form_data
from bot.projects import service, views
from bot.providers.deepgram.client import Deepgram
from bot.store.database import Database
from bot.store.projects import Project
from bot.store.record import Entry
from bot.store.requests import Request
from tests.factories import (
    ANA,
    NOON,
    ON_SHELF,
    PROJECT,
    Bench,
    actor,
    bench,
    create_key,
    rows,
    with_shelf,
)

NO_KEYS = "Shelf offers Keydesk no keys. Use Shelf's console."
KEY_BUTTONS = {"Request a key", "List its keys"}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    """A project at Deepgram, and one at a provider that offers projects only."""
    database = with_shelf(tmp_path)
    yield database
    database.close()


@pytest.fixture
async def there(store: Database, deepgram: Deepgram) -> Bench:
    """A desk over both."""
    return await bench(store, deepgram)


async def test_a_key_is_not_asked_for_where_there_are_none_and_nothing_is_written(there: Bench) -> None:
    with pytest.raises(NotOffered, match=NO_KEYS):
        await there.desk.submit(create_key(project_id=ON_SHELF, customer=None), actor(ANA))
    assert rows(there.database, lambda session: session.exec(select(Request)).all()) == []
    assert rows(there.database, lambda session: session.exec(select(Entry)).all()) == []


async def test_a_key_is_asked_for_where_there_are_some(there: Bench) -> None:
    assert (await there.held(create_key(customer=None))).project_id == PROJECT


async def test_the_form_of_a_key_says_at_once_that_there_are_none(there: Bench, store: Database) -> None:
    def problem(name: str) -> str:
        problem: str = rows(store, lambda s: form_data.form(s, there.desk, actor(ANA), name, NOON).problem)
        return problem

    assert (problem("boxes"), problem("production")) == (NO_KEYS, "")


def test_the_form_of_a_key_offers_the_projects_that_have_keys(store: Database) -> None:
    assert rows(store, lambda s: form_data.projects_like(s, "")) == [(PROJECT, "production", "")]


@pytest.mark.parametrize(("project_id", "drawn"), [(ON_SHELF, set()), (PROJECT, KEY_BUTTONS)])
async def test_a_project_shows_buttons_of_keys_where_there_are_keys(
    there: Bench, store: Database, project_id: str, drawn: set[str]
) -> None:
    with store.reading() as session:
        project = session.get_one(Project, project_id)
        shown = str(views.overview(service.overview(session, there.desk, actor(ANA), project)))
    assert {name for name in KEY_BUTTONS if name in shown} == drawn
