"""What only the durable engine does."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from bot.engine.attempt import Attempt, Attempts
from bot.engine.carrier import DbosEngine
from bot.engine.port import Job, JobFunction
from bot.engine.workflows import Workflows, migrate
from bot.store import heartbeats, scheduled_jobs
from bot.store.database import Database
from tests.clocks import PATIENCE, SetClock, machine_now
from tests.engine.world import World, create_tables, durable

CANARY = "canary-7f3a"


@pytest.fixture
async def world(database: Database) -> AsyncIterator[World]:
    clock = SetClock(datetime(2026, 11, 20, 9, tzinfo=UTC))
    async with World(database, clock, durable(database, clock, capacity=4)) as made:
        yield made


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """SQLite suffices where the contract already covers both."""
    return sqlite_url


async def test_stopping_waits_for_what_runs_and_interrupts_it_after_the_grace(world: World) -> None:
    async def work(ref: str, _now: datetime) -> None:
        world.ran[f"{ref} begun"] += 1
        await asyncio.sleep(0.2 if ref == "short" else 60)
        world.ran[ref] += 1

    await world.start({"work": work})
    await world.enqueue("work", "short")
    await world.enqueue("work", "long")
    while world.ran.total() < 2:  # noqa: ASYNC110 - an event per job would say no more
        await asyncio.sleep(0.01)
    await world.engine.stop(grace=0.5)
    assert world.ran["short"] == 1
    assert world.waiting() == {"work:long:": (world.clock.now() + timedelta(seconds=2), 1)}
    with world.database.transaction() as session:
        assert heartbeats.last(session) is None
    assert await asyncio.to_thread(lambda: True)  # the loop's own threads are none of the engine's business


async def test_an_interrupted_job_has_time_to_write_its_row_however_short_the_grace(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(ref: str, _now: datetime) -> None:
        world.ran[ref] += 1
        await asyncio.sleep(60)

    written = Attempts.failed

    def written_late(attempts: Attempts, attempt: Attempt, error: Exception) -> None:
        time.sleep(1.0)
        written(attempts, attempt, error)

    monkeypatch.setattr(Attempts, "failed", written_late)
    await world.start({"work": work})
    await world.enqueue("work", "long")
    while world.ran.total() < 1:  # noqa: ASYNC110 - an event per job would say no more
        await asyncio.sleep(0.01)
    await world.engine.stop(grace=0.0)
    assert world.waiting() == {"work:long:": (world.clock.now() + timedelta(seconds=2), 1)}


class SlowSet(set[Future[Exception | None]]):
    """What runs, where a job has long begun before it is listed."""

    def add(self, running: Future[Exception | None]) -> None:
        time.sleep(0.3)
        super().add(running)


async def test_a_job_is_interrupted_even_if_it_has_only_just_begun(world: World) -> None:
    async def work(ref: str, _now: datetime) -> None:
        world.ran[ref] += 1
        await asyncio.sleep(60)

    await world.start({"work": work})
    assert isinstance(world.engine, DbosEngine)
    world.engine._running = SlowSet()  # noqa: SLF001 - the moment between beginning and listing, made long
    await world.enqueue("work", "long")
    while world.ran.total() < 1:  # noqa: ASYNC110 - an event per job would say no more
        await asyncio.sleep(0)
    await world.engine.stop(grace=0.0)
    assert world.waiting() == {"work:long:": (world.clock.now() + timedelta(seconds=2), 1)}


async def test_what_would_begin_after_the_interruption_waits_for_another_process(world: World) -> None:
    begun, interrupted = threading.Event(), threading.Event()

    async def work(ref: str, _now: datetime) -> None:
        world.ran[ref] += 1

    def begin_late(attempts: Attempts, attempt: Attempt) -> JobFunction | None:
        begun.set()
        interrupted.wait(PATIENCE)
        return begin(attempts, attempt)

    begin = Attempts.begin
    await world.start({"work": work})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Attempts, "begin", begin_late)
        await world.enqueue("work", "late")
        await asyncio.to_thread(begun.wait, PATIENCE)
        stopping = asyncio.create_task(world.engine.stop(grace=0.0))
        await asyncio.sleep(0.2)
        interrupted.set()
        await stopping
    assert world.ran.total() == 0
    assert world.waiting() == {"work:late:": (world.clock.now() + timedelta(seconds=2), 1)}


class SlowList(dict[Future[None], str]):
    """A list into which something comes long after it was begun, as on a machine that is busy."""

    def __setitem__(self, started: Future[None], kind: str) -> None:
        time.sleep(0.3)
        super().__setitem__(started, kind)


async def test_what_somebody_waits_for_comes_before_older_work_that_nobody_waits_for(database: Database) -> None:
    clock = SetClock(datetime(2026, 11, 20, 9, tzinfo=UTC))
    order: list[str] = []
    ended = asyncio.Event()

    async def read_again(ref: str, _now: datetime) -> None:
        order.append(ref)
        await asyncio.wait_for(ended.wait(), PATIENCE)  # slow lists fill every place that they are given

    async def end_key(ref: str, _now: datetime) -> None:
        order.append(ref)
        ended.set()

    async with World(database, clock, durable(database, clock, capacity=16)) as world:
        with database.transaction() as session:
            for number in range(20):
                job_id, at = f"mirror:{number}:", clock.now() - timedelta(days=30)
                scheduled_jobs.put(session, job_id=job_id, kind="mirror", ref=f"list {number}", key="", due_at=at)
        await world.start({"mirror": read_again, "end": end_key}, {"mirror"})
        while len(order) < 2:  # noqa: ASYNC110 - an event per job would say no more
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.5)  # several sweeps: the other lists wait
        assert len(order) == 2
        await world.later("end", "the key", timedelta())
        await world.until(lambda: len(order) == 21)
        assert order[2] == "the key"


async def test_of_two_that_are_due_the_one_somebody_waits_for_begins_first(database: Database) -> None:
    clock = SetClock(datetime(2026, 11, 20, 9, tzinfo=UTC))
    order: list[str] = []

    async def noted(ref: str, _now: datetime) -> None:
        order.append(ref)

    async with World(database, clock, durable(database, clock, capacity=1)) as world:
        await world.later("mirror", "the list", timedelta(days=-30))
        await world.later("end", "the key", timedelta())
        await world.start({"mirror": noted, "end": noted}, {"mirror"})
        await world.until(lambda: len(order) == 2)
        assert order == ["the key", "the list"]


async def test_whoever_drains_waits_for_what_has_only_just_begun(world: World) -> None:
    async def fail(ref: str, _now: datetime) -> None:
        world.ran[ref] += 1
        raise ConnectionError("provider away")

    await world.start({"fail": fail})
    assert isinstance(world.engine, DbosEngine)
    world.engine._started = SlowList()  # noqa: SLF001 - the moment between beginning and listing, made long
    with world.database.transaction() as session:  # so that a sweep begins it, in a thread of its own
        now = world.clock.now()
        scheduled_jobs.put(session, job_id="fail:R1:", kind="fail", ref="R1", key="", due_at=now)
    while world.ran.total() < 1:  # noqa: ASYNC110 - an event per job would say no more
        await asyncio.sleep(0)
    await world.engine.drain()
    assert world.waiting() == {"fail:R1:": (now + timedelta(seconds=2), 1)}


async def test_no_word_of_an_error_is_stored(world: World, tmp_path: Path) -> None:
    async def fail(_ref: str, _now: datetime) -> None:
        raise ConnectionError(CANARY)

    await world.start({"fail": fail})
    await world.enqueue("fail", "R1")
    await world.engine.drain()
    await world.engine.stop()
    stored = _bytes_of(tmp_path)
    assert b"fail:R1:" in stored
    assert CANARY.encode() not in stored


def _bytes_of(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.glob("keydesk.db*"))


async def test_more_jobs_than_fit_at_once_all_run(world: World) -> None:
    await world.start()
    refs = [f"R{number}" for number in range(20)]
    await asyncio.gather(*(world.enqueue("note", ref) for ref in refs))
    await world.engine.drain()
    world.clock.move(timedelta(seconds=5))  # what did not fit waits as a scheduled job
    await world.until(lambda: len(world.ran) == 20)
    assert set(world.ran.values()) == {1}


async def test_a_running_engine_gives_signs_of_life(world: World) -> None:
    engine = world.engine
    assert isinstance(engine, DbosEngine)
    await world.start()
    with world.database.transaction() as session:
        assert heartbeats.silent(session, machine_now() + timedelta(days=1)) == [engine.executor_id]


async def test_a_process_has_one_engine(world: World, database: Database) -> None:
    await world.start()
    with pytest.raises(RuntimeError, match="already"):
        Workflows(database.engine, "E2", lambda _attempt: "done").launch()
    await world.enqueue("note", "R1")
    await world.engine.drain()
    assert world.ran["R1"] == 1


def test_the_record_of_old_attempts_is_forgotten(database: Database) -> None:
    workflows = Workflows(database.engine, "E1", lambda _attempt: "done")
    workflows.launch()
    try:
        workflows.run(Attempt(Job("note", "R1")))
        assert (workflows.forget(timedelta(hours=1)), workflows.forget(timedelta())) == (0, 1)
    finally:
        workflows.destroy()


async def test_a_role_that_may_not_create_tables_suffices_once_they_are_there(postgres_url: str) -> None:
    owner = Database(postgres_url)
    create_tables(owner)
    migrate(owner.engine)
    with owner.engine.begin() as connection:
        for statement in (
            "DROP ROLE IF EXISTS keydesk_worker",
            "CREATE ROLE keydesk_worker LOGIN PASSWORD 'worker'",
            "GRANT USAGE ON SCHEMA public, dbos TO keydesk_worker",
            "GRANT ALL ON ALL TABLES IN SCHEMA public, dbos TO keydesk_worker",
            "GRANT ALL ON ALL SEQUENCES IN SCHEMA dbos TO keydesk_worker",
            "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA dbos TO keydesk_worker",
        ):
            connection.execute(text(statement))
    url = make_url(postgres_url).set(username="keydesk_worker", password="worker")
    database = Database(url.render_as_string(hide_password=False))
    clock = SetClock(datetime(2026, 11, 20, 9, tzinfo=UTC))
    async with World(database, clock, durable(database, clock)) as world:
        await world.start()
        await world.enqueue("note", "R1")
        await world.engine.drain()
        assert world.ran["R1"] == 1
    database.close()
    with owner.engine.begin() as connection:
        connection.execute(text("DROP OWNED BY keydesk_worker"))
        connection.execute(text("DROP ROLE keydesk_worker"))
    owner.close()
