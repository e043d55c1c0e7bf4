"""Projects as people see them, and the mirror that feeds them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from bot.access.project_names import the_project
from bot.errors import NotUnderstood, ProviderError
from bot.projects import service
from bot.projects.operations import NAME_LONGEST
from bot.providers.deepgram.client import Deepgram
from bot.store import mirrors, people, projects
from bot.store.database import Database
from playground.deepgram.server import DeepgramEmulator
from tests.factories import (
    ANA,
    NOON,
    OWNER,
    PROJECT,
    TEAM,
    Bench,
    actor,
    add,
    bench,
    key,
    request,
    set_up,
)


@pytest.fixture
async def made(small_store: Database, emulator: DeepgramEmulator) -> AsyncIterator[Bench]:
    set_up(small_store)
    client = Deepgram(SecretStr(emulator.credentials["admin"]), emulator.url)
    yield await bench(small_store, client)
    await client.aclose()


async def test_the_mirror_reads_every_project_and_starts_to_read_their_keys(
    made: Bench, emulator: DeepgramEmulator
) -> None:
    await made.projects.keep_fresh("all", NOON)
    await made.engine.drain()
    with made.database.reading() as session:
        found, total = projects.search(session, limit=20)
        assert total == len(emulator.state.projects)
        assert all(mirrors.get(session, mirrors.of_keys(project.id)).read_at for project in found)
        assert projects.get(session, PROJECT) is None


async def test_several_who_find_the_same_new_projects_all_come_through(
    store: Database, emulator: DeepgramEmulator
) -> None:
    async with contextlib.aclosing(Deepgram(SecretStr(emulator.credentials["admin"]), emulator.url)) as client:
        made = await bench(store, client)
        await asyncio.gather(*(made.projects.refresh(NOON) for _ in range(8)))
    with store.reading() as session:
        assert projects.search(session, limit=1)[1] == len(emulator.state.projects)


async def test_trouble_keeps_what_was_read_and_is_told(made: Bench, emulator: DeepgramEmulator) -> None:
    emulator.faults.add("401", "GET", "/v1/projects$", times=9)
    with pytest.raises(ProviderError):
        await made.projects.refresh(NOON)
    await made.projects.keep_fresh("all", NOON)
    with made.database.reading() as session:
        assert projects.get(session, PROJECT) is not None
        assert "the last try failed" in service.freshness(session)


async def test_a_name_of_any_length_is_borne(made: Bench, emulator: DeepgramEmulator) -> None:
    next(iter(emulator.state.projects.values())).name = "x" * 5000
    await made.projects.refresh(NOON)
    with made.database.reading() as session:
        assert max(len(project.name) for project in projects.search(session, limit=20)[0]) <= NAME_LONGEST


def test_an_overview_counts_what_is_there(made: Bench) -> None:
    add(made.database, key(1), key(2, state="ended"), request(), request(state="denied"))
    with made.database.reading() as session:
        project = the_project(session, actor(ANA), "production")
        seen = service.overview(session, made.desk, actor(ANA), project)
        owned = service.overview(session, made.desk, actor(OWNER), project)
    assert (seen.live_keys, seen.waiting, seen.approvers) == (1, 1, "@li and @raj")
    assert (seen.may_change, owned.may_change) == (False, True)


def test_without_approvers_the_owners_are_named(made: Bench) -> None:
    set_up(made.database, approvers=[])
    with made.database.reading() as session:
        project = the_project(session, actor(ANA), PROJECT)
        assert service.overview(session, made.desk, actor(ANA), project).approvers.startswith(
            "@olu and @sam (the owners"
        )


def test_projects_are_paged_and_turning_past_the_end_shows_the_last_page(made: Bench) -> None:
    for number in range(24):
        set_up(made.database, project_id=f"p{number:02}", name=f"customer {number:02}")
    with made.database.transaction() as session:
        people.choose_project(session, TEAM, ANA, "p03")
        first = service.page(session, actor(ANA), "customer", 1, 10)
        last = service.page(session, actor(ANA), "customer", 99, 10)
        nothing = service.page(session, actor(ANA), "no such", 7, 10)
    assert (first.total, first.pages, [row.project_id for row in first.rows if row.chosen]) == (24, 3, ["p03"])
    assert (last.number, len(last.rows)) == (3, 4)
    assert (nothing.number, nothing.pages, nothing.rows) == (1, 1, ())


@pytest.mark.parametrize(
    ("wanted", "words"),
    [("", "not chosen a project"), ("no such", "There is no project no such"), ("s", "projects match s. Type more")],
)
def test_a_project_must_be_named_clearly(made: Bench, wanted: str, words: str) -> None:
    set_up(made.database, project_id="p1", name="staging")
    set_up(made.database, project_id="p2", name="summaries")
    with made.database.reading() as session, pytest.raises(NotUnderstood, match=words):
        the_project(session, actor(ANA), wanted)
