"""What was tried often enough and still owes somebody a word is kept, and done once that is possible again."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.store import scheduled_jobs
from tests.engine.world import World

LAST_QUICK_TRY = 5
MINUTE = timedelta(minutes=1)


class Away(Exception):
    """Slack does not answer now."""

    final = False


class Never(Exception):
    """It will not work on any day."""

    final = True


async def failing(world: World, error: type[Exception], *refs: str) -> list[bool]:
    """Let jobs fail for the last time; the list that is returned says whether they still fail."""
    away = [True]

    async def tell(ref: str, _now: datetime) -> None:
        world.ran[ref] += 1
        if away[0]:
            raise error

    await world.start({"tell": tell})
    with world.database.transaction() as session:
        for ref in refs:
            now = world.clock.now()
            scheduled_jobs.put(
                session, job_id=f"tell:{ref}:", kind="tell", ref=ref, key="", due_at=now, attempt=LAST_QUICK_TRY
            )
    await world.until(lambda: world.ran.total() == len(refs))
    await world.engine.drain()
    return away


def release(world: World) -> int:
    """Do what comes round each minute."""
    world.clock.move(MINUTE)
    with world.database.transaction() as session:
        now = world.clock.now()
        return scheduled_jobs.release_owed(session, now, quiet_since=now - MINUTE)


def owed(world: World) -> int:
    with world.database.reading() as session:
        return scheduled_jobs.owed(session)[0]


async def test_one_is_tried_while_nothing_works_and_all_are_done_after_it_works_again(world: World) -> None:
    away = await failing(world, Away, "R1", "R2", "R3")
    await world.until(lambda: owed(world) == 3)
    tried = 3
    for _ in range(4):
        assert release(world) == 1
        tried += 1
        await world.until(lambda: world.ran.total() == tried)  # noqa: B023 it is waited for in this round
        await world.until(lambda: owed(world) == 3)
    assert max(world.ran.values()) - min(world.ran.values()) <= 1  # each in its turn
    away[0] = False
    assert release(world) == 1
    await world.until(lambda: owed(world) == 2)
    assert release(world) == 2
    await world.until(lambda: world.ran.total() == tried + 3)
    assert world.waiting() == {}


async def test_what_will_never_work_is_not_kept(world: World) -> None:
    await failing(world, Never, "R1")
    assert owed(world) == 0


async def test_the_same_is_owed_once(world: World) -> None:
    await failing(world, Away, "R1")
    with world.database.transaction() as session:
        now = world.clock.now()
        scheduled_jobs.put(
            session, job_id="tell:R1:again", kind="tell", ref="R1", key="", due_at=now, attempt=LAST_QUICK_TRY
        )
    await world.until(lambda: world.ran["R1"] == 2)
    await world.engine.drain()
    assert owed(world) == 1


def test_nobody_is_owed_a_word_at_first(world: World) -> None:
    with world.database.reading() as session:
        assert scheduled_jobs.owed(session) == (0, None)
    assert release(world) == 0


@pytest.mark.parametrize("hours", [20, 63])
async def test_it_is_kept_however_long_that_takes(world: World, hours: int) -> None:
    away = await failing(world, Away, "R1")
    await world.until(lambda: owed(world) == 1)
    world.clock.move(timedelta(hours=hours))
    away[0] = False
    assert release(world) == 1
    await world.until(lambda: world.ran["R1"] == 2)
    assert owed(world) == 0
