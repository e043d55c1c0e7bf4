"""Rounds: when projects are read, what lets the leases rest, and what is heard when nobody comes."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import col, select

from bot.errors import RateLimited, Unavailable
from bot.providers.billing import Billing
from bot.providers.records import RequestPage
from bot.store import collections, leases
from bot.store.collections import Collection
from bot.store.scheduled_jobs import ScheduledJob
from bot.usage.leases import LEASES
from tests.usage.world import NOW, P1, P2, TODAY, World, ago

TWELVE_HOURS = timedelta(hours=12)


def collection(world: World, project_id: str = P1) -> Collection:
    with world.database.reading() as session:
        found = collections.get(session, project_id)
    assert found is not None
    return found


def failing(world: World) -> list[tuple[str, str]]:
    with world.database.reading() as session:
        return collections.failing(session, world.clock.now() - TWELVE_HOURS)


async def test_a_reading_in_whose_midst_the_clock_moved_is_soon_made_again(world: World) -> None:
    async def slow(*args: object, **days: object) -> Billing:
        world.clock.move(timedelta(days=1))
        world.provider.billing_breakdown = answer  # type: ignore[method-assign] # once
        return await answer(*args, **days)  # type: ignore[arg-type] # as they came

    answer = world.provider.billing_breakdown
    world.provider.spend(P1, TODAY, "5")
    await world.plan(P1)
    world.provider.billing_breakdown = slow  # type: ignore[method-assign] # a slower one
    await world.pass_by(hours=1)
    await world.pass_by(seconds=1)
    assert world.day(TODAY).closed


async def test_a_lease_of_a_version_that_had_more_ends(world: World) -> None:
    await world.plan(P1)
    world.provider.calls.clear()
    world.clock.move(timedelta(hours=1))
    await world.jobs.collect("usage.collect 4", world.clock.now())
    assert (world.provider.calls, collection(world).due_at) == ([], NOW.replace(minute=30))
    with world.database.reading() as session:
        assert not session.exec(select(ScheduledJob).where(col(ScheduledJob.ref) == "usage.collect 4")).all()


async def test_a_429_from_the_records_of_requests_undoes_no_reading(world: World) -> None:
    async def refused(*_: object, **__: object) -> RequestPage:
        raise RateLimited("Slow down.", retry_after=600)

    world.provider.spend(P1, ago(1), "3")
    world.provider.request_page = refused  # type: ignore[method-assign] # another provider's answer
    await world.plan(P1)
    assert (collection(world).failures, collection(world).problem) == (0, None)
    assert collection(world).due_at == NOW.replace(minute=30)
    with world.database.reading() as session:
        assert leases.resting_until(session, LEASES) == world.clock.now() + timedelta(minutes=10)


async def test_who_asks_now_lets_everybody_rest_and_rests_with_them(world: World) -> None:
    await world.plan(P1)
    world.provider.trouble = {P1: RateLimited("Slow down.", retry_after=3600)}
    with pytest.raises(RateLimited):
        await world.collection.refresh(P1, world.clock.now())
    world.provider.trouble.clear()
    await world.pass_by(minutes=40)
    with pytest.raises(Unavailable, match="nothing is read until 13:02 UTC"):
        await world.collection.refresh(P1, world.clock.now())
    assert world.provider.calls == []
    await world.pass_by(minutes=21)
    await world.collection.refresh(P1, world.clock.now())
    assert world.provider.calls_of(P1)["billing"] == 2  # the lease's, and this one


async def test_who_asks_at_the_same_time_is_answered_by_one_reading(world: World) -> None:
    world.provider.spend(P1, ago(5), "2")
    await asyncio.gather(*(world.collection.refresh(P1, NOW) for _ in range(5)))
    assert world.provider.calls_of(P1) == {"billing": 2, "usage": 8}
    assert collection(world).read_at == NOW
    await world.collection.refresh(P1, NOW)  # the history is known now
    assert world.provider.calls_of(P1) == {"billing": 3, "usage": 9}


async def test_projects_that_nobody_comes_to_read_are_heard_of(world: World) -> None:
    await world.plan(P1, P2)
    with world.database.transaction() as session:
        leases.rest(session, LEASES, NOW + timedelta(days=9))
    for _ in range(12):
        await world.pass_by(hours=1)
    assert failing(world) == []
    await world.pass_by(hours=1)
    assert failing(world) == [(P1, collections.WAITING), (P2, collections.WAITING)]


async def test_a_clock_that_moves_on_is_no_alarm(world: World) -> None:
    await world.plan(P1)
    world.clock.move(timedelta(days=3))
    await world.jobs.plan("all", world.clock.now())  # before the leases have come to read anything
    assert failing(world) == []
    await world.pass_by(seconds=1)
    assert collection(world).missed_rounds == 0


async def test_a_reading_that_takes_long_is_begun_by_nobody_else(world: World) -> None:
    async def slow(*args: object, **days: object) -> Billing:
        now = world.clock.now()
        with world.database.transaction() as session:
            taken.append(collections.take(session, now, now))
        world.clock.move(timedelta(minutes=8))
        return await answer(*args, **days)  # type: ignore[arg-type] # as they came

    answer, taken = world.provider.billing_breakdown, list[str | None]()
    world.provider.spend(P1, ago(1), "3")
    world.provider.billing_breakdown = slow  # type: ignore[method-assign] # a slower one
    await world.plan(P1)
    assert taken == [None, None]
    world.clock.move(timedelta(hours=1))
    await world.engine.drain()
    assert taken == [None] * 3
