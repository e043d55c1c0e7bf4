"""However many processes plan at one moment, the store lets each provider day and each local date be told once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from bot.digests.jobs import DigestJobs
from bot.store import digest_runs, scheduled_jobs
from bot.store.database import Database
from bot.store.digest_runs import DigestDay, DigestRun
from tests.clocks import SetClock, machine_now
from tests.digests.books import DAY, FRIDAY_NINE, THURSDAY, subscription
from tests.factories import add
from tests.inline import InlineEngine


async def test_planners_at_one_moment_make_one_run(store: Database) -> None:
    add(store, *(subscription(id=f"dg{number}") for number in range(10)))
    clock = SetClock(FRIDAY_NINE)
    jobs = DigestJobs(store, InlineEngine(store.transaction, scheduled_jobs, clock))
    for _ in range(3):
        await asyncio.gather(*(jobs.sweep(f"process {number}", clock.now()) for number in range(4)))
        clock.move(DAY)
    with store.reading() as session:
        runs = Counter((run.subscription_id, run.local_date) for run in session.exec(select(DigestRun)))
        days = Counter((day.subscription_id, day.day) for day in session.exec(select(DigestDay)))
    expected = {(f"dg{number}", FRIDAY_NINE.date() + day * DAY): 1 for number in range(10) for day in range(3)}
    assert runs == expected
    assert days == {(subscription_id, date - DAY): 1 for subscription_id, date in expected}


def test_a_day_that_was_told_and_a_date_that_had_its_digest_are_refused(store: Database) -> None:
    add(store, subscription(id="dg1"))

    def planned(local: int, day: int) -> str | None:
        with store.transaction() as session:
            return digest_runs.plan(session, "dg1", THURSDAY + local * DAY, [THURSDAY + day * DAY], FRIDAY_NINE)

    assert planned(1, 0) is not None
    assert planned(1, 1) is None
    with pytest.raises(IntegrityError):
        planned(2, 0)
    assert planned(2, 1) is not None


def test_one_of_many_may_post_and_one_may_repeat(store: Database) -> None:
    add(store, subscription(id="dg1"))
    now = machine_now()

    def run(work: Callable[[Session], object]) -> object:
        with store.transaction() as session:
            return work(session)

    run_id = str(run(lambda session: digest_runs.plan(session, "dg1", THURSDAY, [THURSDAY], FRIDAY_NINE)))

    def claims(at: datetime) -> list[object]:
        return [run(lambda session: digest_runs.claim(session, run_id, at)) for _ in range(3)]

    def look(at: datetime) -> None:
        run(lambda session: digest_runs.give_up_claims(session, run_id, at - timedelta(seconds=20)))

    assert claims(now) == ["posting", None, None]
    look(now + timedelta(seconds=19))
    assert claims(now) == [None, None, None]
    look(now + timedelta(seconds=21))
    assert claims(now + timedelta(seconds=21)) == ["repeating", None, None]
    look(now + timedelta(seconds=60))
    assert claims(now) == [None, None, None]
    assert run(lambda session: session.get_one(DigestRun, run_id).state) == "unclear_again"


def test_no_state_is_left_but_by_its_moves(store: Database) -> None:
    add(store, subscription(id="dg1"))
    with store.transaction() as session:
        run_id = digest_runs.plan(session, "dg1", THURSDAY, [THURSDAY], FRIDAY_NINE)
    with pytest.raises(ValueError, match="no move"), Session(store.engine) as session:
        digest_runs.move(session, run_id or "", "posted", "planned")


def test_a_run_that_was_given_up_leaves_free_what_nobody_can_have_read(store: Database) -> None:
    add(store, subscription(id="dg1"))
    with store.transaction() as session:
        planned, unclear = (
            digest_runs.plan(session, "dg1", THURSDAY + number * DAY, [THURSDAY + number * DAY], FRIDAY_NINE) or ""
            for number in range(2)
        )
        digest_runs.claim(session, unclear, FRIDAY_NINE)
        digest_runs.move(session, unclear, "posting", "unclear")
    with store.transaction() as session:
        scheduled_jobs.put(session, job_id="waits", kind="digests.post", ref=unclear, key="again", due_at=FRIDAY_NINE)
    with store.transaction() as session:
        assert digest_runs.abandoned(session, FRIDAY_NINE, 9, job="digests.post") == [planned]
        for run_id in (planned, unclear):
            digest_runs.give_up(session, run_id, "It is archived.")
        assert digest_runs.days_taken(session, "dg1") == {THURSDAY + DAY}
        assert digest_runs.abandoned(session, FRIDAY_NINE, 9, job="digests.post") == []


async def test_a_round_that_fails_comes_again(small_store: Database) -> None:
    add(small_store, subscription(weekdays=[]))
    engine = InlineEngine(small_store.transaction, scheduled_jobs, SetClock(FRIDAY_NINE))
    with pytest.raises(ValueError, match="a rhythm needs a weekday"):
        await DigestJobs(small_store, engine).sweep("all", FRIDAY_NINE)
    with small_store.reading() as session:
        assert [row.kind for row in session.exec(select(scheduled_jobs.ScheduledJob))] == ["digests.sweep"]
