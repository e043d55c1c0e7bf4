"""Thirty days of digests: three processes killed at random, two changes of clocks, an outage; each day told once.

200 subscriptions in 30 time zones. What must hold is counted in the store and at the emulated Slack: every provider day
that was over is told once to every subscription, no digest is missing, and none stands twice but those whose post was
unclear, which say so.
"""

from __future__ import annotations

import asyncio
import copy
import random
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import col, select

from bot.digests.schedule import Rhythm, days_to_tell, first_day, latest_due, moment, next_due
from bot.digests.subscribing import rhythm_of
from bot.store import digest_runs, digests
from bot.store.collections import Collection
from bot.store.digest_runs import DigestDay, DigestRun
from bot.store.digests import Subscription
from playground.slack.state import Channel
from tests.scenarios.people import YUKI, Json, words_of
from tests.soak.conftest import Tell
from tests.soak.stage import FreshDatabase, Stage, stage

pytestmark = pytest.mark.soak

DAYS = 30
SUBSCRIPTIONS = 200
PROCESSES = 3
CHANNELS = 20
STEP_SECONDS = 1.2  # for one movement of the clock: a worker sweeps each second
KILLED_EVERY = 6  # movements
AT_REST_SECONDS = 120.0
COLLECTED_SECONDS = 240.0
COMPLETED_SECONDS = 600.0  # some 1,900 messages are edited: 235 s on two cores that do nothing else
BEGIN = datetime(2027, 3, 8, 3, tzinfo=UTC)  # the USA change their clocks within a week of it, Europe within three more
OUTAGE = (timedelta(days=9), timedelta(days=11))  # of the provider
DOWN_AT, DOWN_FOR = timedelta(days=18), timedelta(days=2, hours=7)  # of every process
ZONES = (
    "UTC", "Europe/London", "Europe/Berlin", "Europe/Athens", "Europe/Kyiv", "Africa/Cairo", "Africa/Lagos",
    "Asia/Beirut", "Asia/Tehran", "Asia/Dubai", "Asia/Karachi", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Dhaka",
    "Asia/Bangkok", "Asia/Shanghai", "Asia/Tokyo", "Australia/Adelaide", "Australia/Lord_Howe", "Pacific/Auckland",
    "Pacific/Chatham", "Pacific/Kiritimati", "Pacific/Honolulu", "America/Anchorage", "America/Los_Angeles",
    "America/Denver", "America/Chicago", "America/New_York", "America/Havana", "America/Sao_Paulo",
)  # fmt: skip
WEEKDAYS = (tuple(range(7)), tuple(range(5)), (0, 2, 4), (0,))


async def test_every_day_is_told_once(fresh_postgres: FreshDatabase, tell: Tell) -> None:
    chance = random.Random(4)
    async with stage(fresh_postgres, begin=BEGIN) as here:
        crew = [here, *[copy.copy(here) for _ in range(PROCESSES - 1)]]
        for other in crew[1:]:
            other.bot = None
            await other.start_bot()
        await here.until(lambda: _all_collected(here), COLLECTED_SECONDS)
        _subscribe(here, chance)
        kills = await _month(here, crew, chance, BEGIN)
        await here.until(lambda: _all_complete(here), COMPLETED_SECONDS)
        end = here.clock.now()
        await here.until(lambda: _at_rest(here, end), AT_REST_SECONDS)
        await asyncio.gather(*(one.stop_bot() for one in crew))
        told, shown = _in_the_store(here, end), _at_slack(here)
        tell(f"{DAYS} days to {end:%d %b %Y}, {PROCESSES} processes, {kills} kills: {told}; {shown}")


def _subscribe(here: Stage, chance: random.Random) -> None:
    workspace, now = here.slack.state.workspace, here.clock.now()
    bot = workspace.app.bot_user_id
    for number in range(CHANNELS):
        place = Channel(f"C0SOAK{number:05}", f"soak-{number}", "channel", [YUKI, bot], "", creator=YUKI)
        workspace.channels[place.id] = place
    with here.store.transaction() as session:
        session.add_all(_subscription(number, chance, now) for number in range(SUBSCRIPTIONS))


def _subscription(number: int, chance: random.Random, now: datetime) -> Subscription:
    rhythm = Rhythm(frozenset(chance.choice(WEEKDAYS)), chance.randrange(24), ZONES[number % len(ZONES)])
    return Subscription(
        team_id="T0NORTHWIND",
        owner=YUKI,
        channel=f"C0SOAK{number % CHANNELS:05}",
        weekdays=sorted(rhythm.weekdays),
        hour=rhythm.hour,
        tz=rhythm.tz,
        sections=["rows"],
        from_day=first_day(rhythm, now),
        due_at=next_due(rhythm, now),
        created_at=now,
    )


async def _month(here: Stage, crew: list[Stage], chance: random.Random, begin: datetime) -> int:
    """Let the days pass in uneven movements; return how many processes were killed."""
    kills, movements, out, down = 0, 0, False, False
    starting: set[asyncio.Task[None]] = set()
    while (passed := here.clock.now() - begin) < timedelta(days=DAYS):
        if out != (OUTAGE[0] <= passed < OUTAGE[1]):
            out = not out
            _break(here) if out else here.deepgram.faults.clear()
        if not down and passed >= DOWN_AT:
            down = True
            await asyncio.gather(*starting)
            kills += await _all_down(here, crew)
        here.clock.advance(timedelta(minutes=chance.randrange(30, 540)))
        movements += 1
        if movements % KILLED_EVERY == 0:
            await _spoil(here, chance)
            one = chance.choice(crew)
            starting = {task for task in starting if not task.done()}
            if not starting:
                kills += 1
                await one.kill_bot()
                starting.add(asyncio.create_task(one.start_bot()))
        await asyncio.sleep(STEP_SECONDS)
    await asyncio.gather(*starting)
    return kills


def _break(here: Stage) -> None:
    for kind in ("503", "truncated"):
        here.deepgram.faults.add(kind, "GET", "(billing|usage)/breakdown", times=60)
    here.deepgram.faults.add("503", "GET", "(billing|usage)/breakdown", times=None)


async def _all_down(here: Stage, crew: list[Stage]) -> int:
    for one in crew:
        await one.kill_bot()
    here.clock.advance(DOWN_FOR)
    for one in crew:
        await one.start_bot()
    return len(crew)


async def _spoil(here: Stage, chance: random.Random) -> None:
    """Let one of the next posts go wrong: with the message there, without it, or refused for a while."""
    kind = chance.choice(("timeout_after", "http_500", "ratelimited"))
    async with here.client.post("/faults", json={"method": "chat.postMessage", "kind": kind, "seconds": 2}) as answer:
        assert answer.ok


# --- counting ---


def _expected(subscription: Subscription, end: datetime) -> list[date]:
    """Return the days that its digests up to ``end`` had to tell."""
    due = moment(rhythm_of(subscription), latest_due(rhythm_of(subscription), end))
    return list(days_to_tell(subscription.from_day, (), due))


def _at_rest(here: Stage, end: datetime) -> bool:
    """Tell whether every digest that is due was planned, and every run has its outcome."""
    open_runs = here.read(
        lambda session: session.exec(select(DigestRun.id).where(col(DigestRun.state).in_(digest_runs.OPEN))).first()
    )
    due = here.read(lambda session: digests.due(session, end, 1))
    if open_runs is not None:  # some wait a moment for whoever died
        here.clock.advance(timedelta(seconds=20))
    return open_runs is None and not due


def _all_collected(here: Stage) -> bool:
    """Tell whether the figures of every project were read; the leases of a killed process end after two minutes."""
    here.clock.advance(timedelta(seconds=1))  # slowly: a reading that lasts ten minutes of this clock is begun again
    read = here.read(lambda session: [found.read_at for found in session.exec(select(Collection))])
    return bool(read) and None not in read


def _all_complete(here: Stage) -> bool:
    """Tell whether every message that lacked something was brought up to date."""
    here.clock.advance(timedelta(seconds=10))
    lacking = select(DigestRun.id).where(
        col(DigestRun.state).in_(digest_runs.STANDING),
        col(DigestRun.complete).is_(False),
        col(DigestRun.completed_at).is_(None),
    )
    return here.read(lambda session: session.exec(lacking).first()) is None


def _in_the_store(here: Stage, end: datetime) -> str:
    subscriptions = here.read(lambda session: list(session.exec(select(Subscription))))
    days = here.read(lambda session: list(session.exec(select(DigestDay).order_by(col(DigestDay.day)))))
    runs = here.read(lambda session: list(session.exec(select(DigestRun))))
    told: dict[str, list[date]] = defaultdict(list)
    for day in days:
        told[day.subscription_id].append(day.day)
    for subscription in subscriptions:
        assert subscription.state == "active", subscription.problem
        mine, expected = told[subscription.id], _expected(subscription, end)
        assert len(mine) == len(set(mine)), "a day was told twice"
        assert mine[: len(expected)] == expected, "a day was not told"
        # A sweep that came late may have told a day more than the moment of its digest asked for.
        assert mine == list(days_to_tell(subscription.from_day, (), end + timedelta(days=1)))[: len(mine)]
    dates = Counter((run.subscription_id, run.local_date) for run in runs)
    assert set(dates.values()) == {1}
    late = sum(count > 1 for count in Counter(day.run_id for day in days).values())
    return (
        f"in the store {len(days)} (subscription, day) pairs, each once, by {len(runs)} digests, {late} of several days"
    )


def _at_slack(here: Stage) -> str:
    runs = here.read(lambda session: {run.id: run for run in session.exec(select(DigestRun))})
    copies: dict[str, list[Json]] = defaultdict(list)
    for place in here.slack.state.workspace.channels.values():
        for message in place.messages.values():
            for ref in _runs_in(message.blocks or []):
                copies[ref].append({"blocks": message.blocks})
    states = Counter(run.state for run in runs.values())
    doubled = updated = 0
    for ref, run in runs.items():
        there = copies[ref]
        marked = sum("may appear twice" in words_of(each) for each in there)
        updated += sum("Updated: " in words_of(each) for each in there)
        match run.state:
            case "posted":
                assert (len(there), marked) == (1, 0), (run, len(there))
            case "posted_again":
                assert 1 <= len(there) <= 2, (run, len(there))
                assert marked == 1
            case "unclear_again":
                assert len(there) <= 2
                assert marked <= 1
            case "silent":
                assert there == []
            case _:
                raise AssertionError(run)
        doubled += len(there) > 1
    missing = sum(not copies[ref] for ref, run in runs.items() if run.state in digest_runs.STANDING)
    assert missing == 0
    assert set(copies) <= set(runs)
    assert updated == sum(run.completed_at is not None for run in runs.values())
    outcomes = ", ".join(f"{number} {state}" for state, number in sorted(states.items()))
    return (
        f"at Slack none missing, {doubled} twice, all of them unclear and marked ({outcomes}), "
        f"{updated} brought up to date"
    )


def _runs_in(blocks: list[Json]) -> list[str]:
    """Return the run that a digest's buttons name."""
    elements = [element for block in blocks for element in block.get("elements", [])]
    return [element["value"] for element in elements if element.get("action_id") == "digests.details"]
