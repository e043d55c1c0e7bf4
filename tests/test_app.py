"""The composition root: every room's jobs and doors are there, and a frozen Keydesk changes nothing."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from sqlmodel import col, select

from bot.app import App, build, of_one_workspace, unconnected
from bot.config import Settings
from bot.errors import NoWorkspace, ProviderError
from bot.slack.web import SlackError, read_identity
from bot.store import people, projects, scheduled_jobs
from bot.store.database import Database
from bot.store.keys import Key
from bot.store.requests import Request
from bot.store.scheduled_jobs import ScheduledJob
from tests.clocks import beginning
from tests.emulated import emulated
from tests.factories import PROJECT, key, request, small_database
from tests.inline import InlineEngine


def _inline(database: Database, clock: object) -> InlineEngine:
    return InlineEngine(database.transaction, scheduled_jobs, clock)  # type: ignore[arg-type] # any clock


@pytest.fixture
async def settings(tmp_path: Path) -> AsyncIterator[Settings]:
    database = small_database(tmp_path)
    database.close()
    async with emulated() as (slack, deepgram):
        yield Settings(
            _env_file=None,
            slack_bot_token="xoxb-of-the-test",
            slack_api_url=f"{slack.state.address}/api/",
            deepgram_api_key=deepgram.credentials["admin"],
            deepgram_api_url=deepgram.url,
            database_url=str(database.url),
            keydesk_owners="U0AMARA0001,U0LIWEI0002",
            keydesk_clock_url=f"{slack.state.address}/clock",
        )


async def started(settings: Settings, *, frozen: bool) -> App:
    app = await build(settings, _inline, frozen=frozen)
    await app.start()
    await app.engine.drain()
    return app


async def test_a_start_reads_the_providers_projects(settings: Settings) -> None:
    app = await started(settings, frozen=False)
    with app.database.reading() as session:
        assert projects.search(session, limit=1)[1] == 9
    await app.close()


async def test_a_start_goes_by_the_clock_that_is_served_from_its_first_moment(settings: Settings) -> None:
    app = await build(settings, _inline)
    await app.start()
    with app.database.reading() as session:
        first = session.exec(select(col(ScheduledJob.due_at)).order_by(col(ScheduledJob.due_at))).first()
    assert first is not None
    assert abs(first - beginning()) < timedelta(minutes=5)
    await app.close()


@pytest.mark.parametrize("named", [None, "", "E0NORTHWIND"])
def test_an_installation_in_a_whole_organisation_that_names_no_workspace_is_refused(named: str | None) -> None:
    identity = read_identity({"team_id": named, "user_id": "U1", "is_enterprise_install": True}, "")
    with pytest.raises(NoWorkspace, match="install the app in that workspace itself"):
        of_one_workspace(identity)


async def test_whoever_decides_is_known_before_anybody_can_ask(settings: Settings) -> None:
    app = await build(settings, _inline)
    await app.start()
    with app.database.reading() as session:
        assert people.able(session, app.identity.team_id, settings.keydesk_owners) == set(settings.keydesk_owners)
    await app.close()


async def test_a_frozen_keydesk_makes_ends_and_expires_nothing(settings: Settings) -> None:
    app = await started(settings, frozen=True)
    with app.database.transaction() as session:
        session.add_all([request(id="rq1"), key(1, id="ky1")])
        for kind, ref in (("desk.expire", "rq1"), ("keys.end_due", "ky1")):
            scheduled_jobs.put(session, job_id=f"{kind}:{ref}", kind=kind, ref=ref, key="", due_at=app.clock.now())
    await app.engine.drain()
    with app.database.reading() as session:
        assert session.get_one(Request, "rq1").state == "waiting"
        assert session.get_one(Key, "ky1").state == "live"
    with pytest.raises(ProviderError, match="frozen"):
        await app.providers.delete_key(PROJECT, PROJECT)
    await app.close()


async def test_a_bad_token_is_refused_at_the_start(settings: Settings) -> None:
    wrong = settings.model_copy(update={"slack_bot_token": type(settings.slack_bot_token)("xoxb-wrong")})
    with pytest.raises(SlackError, match="invalid_auth"):
        await build(wrong, _inline)


async def test_a_start_waits_for_a_slack_that_is_busy(settings: Settings) -> None:
    busy = {"method": "auth.test", "kind": "ratelimited", "seconds": 1}
    async with aiohttp.ClientSession(settings.slack_api_url.removesuffix("/api/")) as page:
        assert (await page.post("/faults", json=busy)).ok
    app = await build(settings, _inline)
    assert app.identity.team_id == "T0NORTHWIND"
    await app.close()


def test_every_job_that_a_room_asks_for_has_a_function() -> None:
    folder = Path(__file__).parents[1] / "bot"
    asked = {
        kind
        for path in folder.rglob("*.py")
        for kind in re.findall(r'Job\(\s*"([a-z_.]+)"', path.read_text(encoding="utf-8"))
    }
    assert asked
    assert asked <= set(unconnected().jobs())
