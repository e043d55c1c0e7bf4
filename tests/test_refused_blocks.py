"""What one process learns of refused blocks, all know; for a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.home import refused
from bot.refused_blocks import RefusedBlocks
from bot.store.database import Database
from tests.clocks import SetClock
from tests.factories import NOON, TEAM, small_database

LATER = timedelta(hours=24)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = small_database(tmp_path)
    yield made
    made.close()


async def test_what_one_process_learns_another_knows_for_a_day(database: Database) -> None:
    clock = SetClock(NOON)
    await RefusedBlocks(database, TEAM, clock).note("table")

    other = RefusedBlocks(database, TEAM, clock)
    assert await other.known() == {"table"}
    assert await RefusedBlocks(database, "T-ELSEWHERE", clock).known() == frozenset()

    clock.move(LATER)
    assert await other.known() == frozenset()


async def test_a_refusal_is_noted_again_and_counts_from_then(database: Database) -> None:
    clock = SetClock(NOON)
    known = RefusedBlocks(database, TEAM, clock)
    await known.note("table")
    clock.move(LATER)
    await known.note("table")

    assert await RefusedBlocks(database, TEAM, clock).known() == {"table"}


async def test_a_message_does_not_wait_for_a_database_that_is_away(tmp_path: Path) -> None:
    away = Database(f"sqlite:///{tmp_path}/nothing-in-it.db")
    known = RefusedBlocks(away, TEAM, SetClock(NOON))

    await known.note("table")

    assert await known.known() == {"table"}
    away.close()


async def test_the_status_says_what_is_refused_and_until_when(database: Database) -> None:
    assert "takes tables and charts" in (await refused.look(database, TEAM, NOON)).text
    await RefusedBlocks(database, TEAM, SetClock(NOON)).note("table")

    check = await refused.look(database, TEAM, NOON)

    assert check.ok
    assert "Slack refuses table in this workspace, so they are shown as text until" in check.text
    assert "doctor --check-blocks" in check.text
