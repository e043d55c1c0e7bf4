"""What holds for every engine, on every database."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from structlog.testing import capture_logs

from bot.engine.port import Job
from bot.store import scheduled_jobs
from tests.engine.world import World


class Undone(Exception):
    """The transaction shall not be."""


async def test_a_job_starts_when_its_transaction_has_committed_and_leaves_nothing_behind(world: World) -> None:
    await world.start()
    with world.database.transaction() as session:
        world.engine.enqueue(session, Job("note", "R1"), world.clock.now())
        before_commit = world.ran.total()
    await world.engine.drain()
    assert (before_commit, world.ran["R1"], world.waiting()) == (0, 1, {})


async def test_a_rolled_back_transaction_starts_nothing(world: World) -> None:
    await world.start()
    with pytest.raises(Undone):
        _enqueue_and_raise(world)
    with world.database.transaction() as session:
        world.engine.enqueue(session, Job("note", "R2"), world.clock.now())
    await world.engine.drain()
    assert (dict(world.ran), world.waiting()) == ({"R2": 1}, {})


def _enqueue_and_raise(world: World) -> None:
    with world.database.transaction() as session:
        world.engine.enqueue(session, Job("note", "R1"), world.clock.now())
        raise Undone


async def test_later_follows_the_business_clock(world: World) -> None:
    await world.start()
    await world.later("note", "R1", timedelta(days=1))
    await world.engine.drain()
    assert not world.ran
    world.clock.move(timedelta(days=1))
    await world.until(lambda: world.ran["R1"] == 1)
    assert world.waiting() == {}


async def test_a_job_that_raises_is_tried_again_after_its_back_off(world: World) -> None:
    async def fail_once(ref: str, _now: datetime) -> None:
        world.ran[ref] += 1
        if world.ran[ref] == 1:
            raise ConnectionError("provider away")

    await world.start({"fail_once": fail_once})
    with capture_logs() as logs:
        await world.enqueue("fail_once", "R1")
        await world.engine.drain()
    assert world.waiting() == {"fail_once:R1:": (world.clock.now() + timedelta(seconds=2), 1)}
    logged = next(entry for entry in logs if entry["event"] == "engine.failed")
    assert (logged["kind"], logged["ref"], logged["error"]) == ("fail_once", "R1", "ConnectionError")
    world.clock.move(timedelta(seconds=2))
    await world.until(lambda: world.ran["R1"] == 2)
    await world.engine.drain()
    assert world.waiting() == {}


async def test_after_the_last_attempt_the_engine_gives_up_loudly(world: World) -> None:
    async def fail(ref: str, _now: datetime) -> None:
        world.ran[ref] += 1
        raise ConnectionError("provider away")

    await world.start({"fail": fail})
    with capture_logs() as logs:
        with world.database.transaction() as session:
            now = world.clock.now()
            scheduled_jobs.put(session, job_id="fail:R1:", kind="fail", ref="R1", key="", due_at=now, attempt=23)
        await world.until(lambda: any(entry["event"] == "engine.gave_up" for entry in logs))
    (told,) = [entry for entry in logs if entry["event"] == "engine.gave_up"]
    assert (told["log_level"], world.ran["R1"]) == ("error", 1)
    assert world.waiting() == {}


async def test_a_kind_that_only_a_newer_process_knows_is_put_back(world: World) -> None:
    await world.start()
    await world.enqueue("from_the_future", "R1")
    await world.engine.drain()
    assert world.waiting() == {"from_the_future:R1:": (world.clock.now() + timedelta(seconds=5), 0)}


async def test_the_next_occurrence_waits_on_whatever_becomes_of_this_one(world: World) -> None:
    async def daily(ref: str, now: datetime) -> None:
        world.ran[ref] += 1
        with world.database.transaction() as session:
            world.engine.later(session, Job("daily", ref), now + timedelta(days=1))
        if world.ran[ref] == 1:
            raise ConnectionError("provider away")

    await world.start({"daily": daily})
    await world.enqueue("daily", "C1")
    await world.engine.drain()
    world.clock.move(timedelta(seconds=2))
    await world.until(lambda: world.ran["C1"] == 2)
    await world.engine.drain()
    assert world.waiting() == {"daily:C1:": (world.clock.now() + timedelta(days=1), 0)}


async def test_a_job_asked_for_later_again_changes_its_time(world: World) -> None:
    await world.later("note", "R1", timedelta(days=1))
    await world.later("note", "R1", timedelta(days=2))
    assert world.waiting() == {"note:R1:": (world.clock.now() + timedelta(days=2), 0)}


async def test_a_job_asked_for_again_after_it_ended_runs_again(world: World) -> None:
    await world.start()
    for _ in range(2):  # the clock stands still: only the engine can tell the two apart
        await world.enqueue("note", "R1")
        await world.engine.drain()
    assert world.ran["R1"] == 2
