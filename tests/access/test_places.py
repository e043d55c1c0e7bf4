"""Where something is needed is told by the button or the form that asks for it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.access import places
from bot.errors import NotUnderstood
from bot.slack.call import Call
from bot.store import people, projects
from bot.store.database import Database
from tests.factories import ANA, NOON, PROJECT, TEAM, actor, rows, set_up
from tests.fake_slack import FakeSlack

STAGING = "a0000000-0000-4000-8000-000000000002"
GONE = "This project is no longer there."


def call(**given: Any) -> Call:
    """Return what Ana typed or pressed."""

    async def answer(**_: Any) -> None:
        """Take the ack."""

    return Call("action", "it", TEAM, ANA, {}, FakeSlack(), answer, **given)


@pytest.fixture
def database(small_store: Database) -> Database:
    """Two projects, of which Ana has chosen the first."""
    set_up(small_store)
    set_up(small_store, project_id=STAGING, name="staging")
    with small_store.transaction() as session:
        people.choose_project(session, TEAM, ANA, PROJECT)
    return small_store


def found(database: Database, place: places.Find, **given: Any) -> str | None:
    project = rows(database, lambda session: place(session, actor(), call(**given)))
    return project.id if project is not None else None


ASKED: list[tuple[str, places.Find, dict[str, str], str | None]] = [
    ("the workspace", places.workspace, {"value": STAGING}, None),
    ("the chosen one, whatever was typed", places.chosen, {"text": "staging"}, PROJECT),
    ("the one that was typed", places.named, {"text": "staging"}, STAGING),
    ("the one whose button was pressed", places.named, {"value": STAGING}, STAGING),
    ("the chosen one, where none was named", places.named, {}, PROJECT),
    ("the one under whose list a button stands", places.of_page, {"value": f"2:{STAGING}:words"}, STAGING),
    ("the chosen one, under a list of none", places.of_page, {"value": "2::words"}, PROJECT),
    ("the one of a form, not the chosen one", places.with_id(lambda one: one.value, GONE), {"value": STAGING}, STAGING),
]


@pytest.mark.parametrize(("place", "given", "expected"), [row[1:] for row in ASKED], ids=[row[0] for row in ASKED])
def test_the_project_is_the_one_that_is_meant(
    database: Database, place: places.Find, given: dict[str, str], expected: str | None
) -> None:
    assert found(database, place, **given) == expected


@pytest.mark.parametrize("carried", [STAGING, "staging", "stag", ""])
def test_a_form_of_a_project_that_is_gone_means_no_other_one(database: Database, carried: str) -> None:
    with database.transaction() as session:
        projects.deleted(session, STAGING, NOON)
    with pytest.raises(NotUnderstood, match=GONE):
        found(database, places.with_id(lambda one: one.value, GONE), value=carried)


def test_whom_a_project_lowers_it_lowers_after_the_provider_lists_it_no_more(database: Database) -> None:
    place = places.of_row(lambda _session, _actor, one: one.value)
    with database.transaction() as session:
        projects.deleted(session, STAGING, NOON)
    assert found(database, place, value=STAGING) == STAGING
    assert found(database, place, value="") is None
