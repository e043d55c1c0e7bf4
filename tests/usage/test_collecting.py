"""Collection: what is read when, what is kept, and what happens when the provider does not behave."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pydantic import SecretStr

from bot.engine.port import Job
from bot.errors import RateLimited, ScopeMissing, Unavailable
from bot.providers.billing import Billing
from bot.providers.deepgram.client import Deepgram
from bot.providers.records import RequestFilter, RequestPage
from bot.store import collections, facts, leases, projects, schema
from bot.store.columns import FIRST_PROVIDER
from bot.store.database import Database
from bot.store.facts import Which
from bot.usage.collecting import UsageCollection
from bot.usage.jobs import NOT_UNDERSTOOD, UsageJobs, next_round
from bot.usage.leases import LEASES
from bot.usage.settling import is_settled
from playground.deepgram.server import DeepgramEmulator
from tests.clocks import SetClock, machine_now
from tests.usage.provider import Provider
from tests.usage.world import NOW, P1, P2, P3, TODAY, Replica, World, ago

MIDNIGHT = NOW.replace(hour=0)
YESTERDAYS_FAILED = RequestFilter(MIDNIGHT - timedelta(days=1), MIDNIGHT - timedelta(seconds=1), status="failed")


async def test_days_settle_and_are_not_asked_for_again(world: World) -> None:
    for number in range(12):
        world.provider.spend(P1, ago(number), "1.25")
    await world.plan(P1, P2)
    # One call a grouping for all of the days, and one for the failed requests of each that is over and not settled.
    assert world.provider.calls_of(P1) == {"billing": 2, "usage": 8, "requests": 9}
    assert world.provider.calls_of(P2) == {"billing": 1, "usage": 1}  # nothing spent, nothing to split
    assert world.by_key(ago(11), TODAY) == {"k1": Decimal(15)}

    await world.pass_by(hours=1)
    assert world.provider.calls_of(P1) == {"billing": 1, "usage": 1}  # totals that did not move are not split again
    assert {start for _, _, _, start, _ in world.provider.calls} == {ago(9)}  # ten days old: settled

    await world.pass_by(hours=24)
    await world.pass_by(hours=1)
    assert {start for _, _, _, start, _ in world.provider.calls} == {ago(1)}  # the others' readings agreed
    assert world.day(ago(2)).settled
    assert not world.day(ago(1)).settled


async def test_late_corrections_replace_a_day(world: World) -> None:
    world.provider.spend(P1, ago(1), "3", "k1")
    world.provider.spend(P1, TODAY, "1", "k1")
    await world.plan(P1)
    world.provider.spend(P1, ago(1), "2.5", "k2", ("customer:birch",))
    world.provider.spend(P1, TODAY, "4", "k1")
    await world.pass_by(hours=1)
    assert {call[3:] for call in world.provider.calls if call[2]} == {(ago(1), TODAY)}  # split only what moved
    assert world.by_key(ago(11), ago(1)) == {"k1": Decimal(3), "k2": Decimal("2.5")}
    assert world.day(ago(1)).spend_total == Decimal("5.5")


async def test_what_the_provider_does_not_split_stays_a_difference(world: World) -> None:
    world.provider.unsplit = Decimal("0.75")
    world.provider.spend(P1, ago(1), "3")
    await world.plan(P1)
    with world.database.reading() as session:
        (total,) = facts.totals_by(session, Which(ago(11), TODAY))
    assert (total.total, total.rows, total.total - total.rows) == (Decimal("3.75"), Decimal(3), Decimal("0.75"))


async def test_one_projects_trouble_is_noted_and_the_others_go_on(world: World) -> None:
    world.provider.trouble = {P1: Unavailable("Deepgram had trouble."), P2: RuntimeError("garbage")}
    world.provider.spend(P3, ago(1), "2")
    await world.plan(P1, P2, P3)
    with world.database.reading() as session:
        found = facts.coverage(session, Which(ago(11), TODAY), [FIRST_PROVIDER])
    assert found.read == 12
    assert dict(found.problems) == {P1: "Deepgram had trouble.", P2: NOT_UNDERSTOOD}
    assert world.by_key(ago(11), TODAY) == {"k1": Decimal(2)}
    world.provider.trouble.clear()
    await world.pass_by(minutes=3)
    assert {call[0] for call in world.provider.calls} == {P1, P2}
    with world.database.reading() as session:
        assert facts.coverage(session, Which(ago(11), TODAY), [FIRST_PROVIDER]).problems == ()


NONSENSE: dict[str, Any] = {
    "other periods": {"results": [{"dollars": 1, "grouping": {"start": f"{TODAY}"}}], "resolution": {"units": "month"}},
    "cannot be one": {"results": [{"dollars": "lots", "grouping": {"start": f"{TODAY}"}}]},
    "without its day": {"results": [{"dollars": 1, "grouping": {"start": "yesterday"}}]},
    "without the results": {"error": "none"},
}


@pytest.mark.parametrize("words", NONSENSE)
async def test_figures_that_cannot_be_leave_what_is_known(world: World, words: str) -> None:
    world.provider.spend(P1, ago(1), "3")
    await world.plan(P1)
    world.provider.nonsense = NONSENSE[words]
    await world.pass_by(hours=1)
    assert world.by_key(ago(11), TODAY) == {"k1": Decimal(3)}
    with world.database.reading() as session:
        ((_, problem),) = facts.coverage(session, Which(ago(11), TODAY), [FIRST_PROVIDER]).problems
    assert words in problem


async def test_failed_requests_are_counted_once_a_day_is_over_and_again_when_it_moves(world: World) -> None:
    for number, failed in ((2, 5000), (1, 36), (0, 4)):
        world.provider.spend(P1, ago(number), "6000")
        world.provider.failed[P1, ago(number)] = failed
    await world.plan(P1)
    assert [world.day(ago(number)).failed_requests for number in (3, 2, 1, 0)] == [0, None, 36, None]
    assert world.day(ago(2)).failed_problem == "5,000 or more"
    await world.pass_by(hours=1)
    assert "requests" not in world.provider.calls_of(P1)
    world.provider.failed[P1, ago(1)] = 37
    world.provider.spend(P1, ago(1), "6001")
    await world.pass_by(hours=1)
    assert world.provider.calls_of(P1)["requests"] == 1
    assert world.day(ago(1)).failed_requests == 37


async def test_failed_requests_that_cannot_be_counted_cost_no_dollars_and_are_counted_later(world: World) -> None:
    async def refused(*_: object, **__: object) -> RequestPage:
        raise Unavailable("Deepgram had trouble.")

    answers = world.provider.request_page
    world.provider.spend(P1, ago(1), "3")
    world.provider.request_page = refused  # type: ignore[method-assign] # another provider's answer
    await world.plan(P1)
    assert (world.day(ago(1)).spend_total, world.day(ago(1)).failed_requests) == (Decimal(3), None)
    world.provider.request_page = answers  # type: ignore[method-assign] # its own again
    await world.pass_by(hours=1)
    assert world.day(ago(1)).failed_requests == 0


async def test_without_the_right_to_read_billing_hours_are_known_and_dollars_are_not(world: World) -> None:
    async def refused(*_: object, **__: object) -> Billing:
        raise ScopeMissing("Keydesk's key lacks billing:read.", scope="billing:read")

    world.provider.spend(P1, ago(1), "3")
    world.provider.billing_breakdown = refused  # type: ignore[method-assign] # another provider's answer
    await world.plan(P1)
    assert world.day(ago(1)).spend_total is None
    with world.database.reading() as session:
        (used,) = facts.usage_by(session, Which(ago(11), TODAY), "accessor")
        assert (used.value, used.figures.hours, used.figures.agent_hours) == ("k1", Decimal(3), None)
        assert facts.coverage(session, Which(ago(11), TODAY), [FIRST_PROVIDER]).problems == (
            (P1, "Keydesk's key lacks billing:read."),
        )
        assert [total.told for total in facts.totals_by(session, Which(ago(11), TODAY), "project")] == [None]
    del world.provider.billing_breakdown  # the right was given
    await world.pass_by(days=10)
    await world.pass_by(hours=1)
    assert world.day(ago(1)).spend_total == 3
    assert world.by_key(ago(11), TODAY) == {"k1": Decimal(3)}


async def test_being_told_to_slow_down_lets_every_lease_rest_for_that_long(world: World) -> None:
    world.provider.trouble = {each: RateLimited("Slow down.", retry_after=600) for each in (P1, P2, P3)}
    await world.plan(P1, P2, P3)
    assert len(world.provider.calls) == 1
    await world.pass_by(minutes=9)
    assert world.provider.calls == []
    with world.database.transaction() as session:  # another lease was told a shorter time
        leases.rest(session, LEASES, world.clock.now() + timedelta(seconds=9))
    world.provider.trouble.clear()
    await world.pass_by(seconds=30)
    assert world.provider.calls == []
    await world.pass_by(minutes=2)
    assert {call[0] for call in world.provider.calls} == {P1, P2, P3}


async def test_today_is_read_now_for_who_asks_now(world: World) -> None:
    world.provider.spend(P1, ago(5), "2")
    await world.collection.refresh(P1, NOW)  # never read before: everything is
    assert world.by_key(ago(11), TODAY) == {"k1": Decimal(2)}
    await world.plan(P1)
    world.provider.calls.clear()
    world.provider.spend(P1, TODAY, "1")
    world.clock.move(timedelta(minutes=5))
    await world.collection.refresh(P1, world.clock.now())
    assert world.by_key(TODAY, TODAY) == {"k1": Decimal(1)}
    assert {call[3:] for call in world.provider.calls} == {(TODAY, TODAY)}
    await world.collection.refresh(P1, NOW)  # began earlier, ended later: it does not undo the newer reading
    assert world.day(TODAY).read_at == world.clock.now()


async def test_a_lease_of_a_dead_process_is_free_again_when_its_lease_ends(world: World) -> None:
    machine = machine_now()
    with world.database.transaction() as session:
        for lease in LEASES:
            assert leases.hold(session, lease, "dead", machine, machine + timedelta(seconds=90))
            assert not leases.hold(session, lease, "other", machine, machine + timedelta(seconds=90))
    await world.plan(P1)
    await world.pass_by(seconds=80)
    assert world.provider.calls == []
    with world.database.transaction() as session:
        assert leases.hold(
            session, LEASES[0], "living", machine + timedelta(seconds=91), machine + timedelta(minutes=3)
        )
        leases.free(session, LEASES[0], "living")
    await world.pass_by(minutes=5)
    assert world.provider.calls_of(P1)["billing"] == 1


async def test_all_replicas_together_make_no_more_calls_at_once_than_there_are_leases(postgres_url: str) -> None:
    database, provider, clock = Database(postgres_url), Provider(), SetClock(NOW)
    schema.upgrade(database)
    provider.delay = 0.01
    ids = [f"{number:08}-0000-4000-8000-000000000000" for number in range(16)]
    for project_id in ids:
        provider.spend(project_id, ago(1), "1")
    with database.transaction() as session:
        projects.mirror(session, [(project_id, project_id) for project_id in ids], NOW)
        collections.plan(session, ago(11), NOW)
    replicas = [Replica(database, provider, clock) for _ in range(3)]
    turns = [replica.jobs.collect(lease, NOW) for replica in replicas for lease in LEASES]
    await asyncio.gather(*turns)
    database.close()
    assert provider.most_at_once == len(LEASES)
    assert all(provider.calls_of(project_id) == {"billing": 2, "usage": 8, "requests": 1} for project_id in ids)


async def test_rows_and_totals_are_the_emulated_providers(world: World) -> None:
    emulator = DeepgramEmulator(world.clock.now)
    await emulator.start()
    deepgram = Deepgram(SecretStr(emulator.credentials["admin"]), emulator.url)
    collection = UsageCollection(world.database, deepgram, history_days=7)
    project_id = next(each.project_id for each in emulator.state.projects.values() if each.name == "production")
    await collection.collect(project_id, NOW)
    await collection.count_failures(project_id)
    told = await deepgram.billing_breakdown(project_id, start=ago(6), end=TODAY)
    failed = {record.request_id async for record in deepgram.requests(project_id, YESTERDAYS_FAILED)}
    await deepgram.aclose()
    await emulator.stop()
    which = Which(ago(6), TODAY, (project_id,))
    assert world.day(ago(1), project_id).failed_requests == len(failed) > 0
    with world.database.reading() as session:
        assert facts.total_spend(session, which) == told.dollars
        assert sum(row.dollars for row in facts.spend_by(session, which, "key", "tags")) == told.dollars
        for dimension in ("accessor", "models", "method", "tags", "feature_set", "endpoint", "deployment"):
            rows = facts.usage_by(session, which, dimension)
            (total,) = facts.usage_by(session, which, "total")
            assert sum(row.figures.requests or 0 for row in rows) == total.figures.requests


def test_a_day_is_final_when_two_late_readings_agree_or_when_it_is_old() -> None:
    assert not is_settled(ago(2), NOW - timedelta(days=1), NOW)
    assert not is_settled(ago(3), NOW - timedelta(hours=19), NOW)
    assert is_settled(ago(3), NOW - timedelta(hours=20), NOW)
    assert not is_settled(ago(9), NOW, NOW)
    assert is_settled(ago(10), NOW, NOW)


def test_rounds_begin_at_half_past() -> None:
    assert next_round(NOW) == NOW.replace(minute=30)
    assert next_round(NOW.replace(minute=30)) == NOW.replace(hour=13, minute=30)


async def test_who_waits_for_figures_hears_once_nothing_more_is_to_be_read(world: World) -> None:
    told: list[int] = []

    async def tell(_ref: str, _now: datetime) -> None:
        told.append(len(world.provider.calls))

    world.jobs = UsageJobs(world.database, world.engine, world.clock, world.collection, [Job("told", "all")])
    jobs = {"usage.plan": world.jobs.plan, "usage.collect": world.jobs.collect, "told": tell}
    listed = [(project_id, project_id[:8]) for project_id in (P1, P2, P3)]
    await world.database.write(lambda session: projects.mirror(session, listed, NOW))
    await world.engine.start(jobs)
    await world.jobs.plan("all", NOW)
    await world.pass_by(minutes=2)
    assert told
    assert told[-1] == len(world.provider.calls)
    told.clear()
    await world.pass_by(minutes=1)
    assert told == []
