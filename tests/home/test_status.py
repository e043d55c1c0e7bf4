"""How Keydesk is doing: each part is looked at, for five seconds at most, and a broken one does not hide the rest."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.home.status import Status, permissions
from bot.providers.values import Credential
from bot.slack.web import SlackError
from bot.store import heartbeats
from bot.store.database import Database
from tests.clocks import machine_now
from tests.fake_slack import FakeSlack


@pytest.fixture
def database(small_store: Database) -> Database:
    return small_store


def beat(database: Database, ago: timedelta) -> None:
    with database.transaction() as session:
        heartbeats.beat(session, "p1", "worker", machine_now() - ago)


async def test_a_healthy_keydesk_says_so_and_asks_slack_rarely(database: Database) -> None:
    slack = FakeSlack()
    status = Status(database, slack)
    beat(database, timedelta(seconds=1))
    for _ in range(3):
        assert all(ok for _, ok, _ in await status.ready())
    assert slack.calls["auth.test"] == 1


@pytest.mark.parametrize(("ago", "well"), [(timedelta(seconds=14), True), (timedelta(seconds=16), False)])
async def test_a_silent_worker_is_noticed(database: Database, ago: timedelta, well: bool) -> None:
    status = Status(database, FakeSlack())
    assert not (await status.worker()).ok
    beat(database, ago)
    assert (await status.worker()).ok == well


@pytest.mark.parametrize("problem", [SlackError("auth.test", "token_revoked"), RuntimeError("xoxb-canary")])
async def test_a_broken_part_is_named_and_the_rest_is_looked_at(database: Database, problem: Exception) -> None:
    slack = FakeSlack()
    slack.refuses["auth.test"] = problem
    checks = {check.name: check for check in await Status(database, slack).checks()}
    assert not checks["slack"].ok
    assert "canary" not in checks["slack"].text
    assert checks["database"].ok
    assert checks["migrations"].ok


@pytest.mark.parametrize(("role", "cannot"), [("owner", 0), ("admin", 2), ("member", 2), (None, 1)])
def test_each_role_has_words_for_what_it_cannot_do(role: Any, cannot: int) -> None:
    assert len(permissions(Credential(role=role))) == cannot
