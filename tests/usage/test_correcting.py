"""What the provider tells of a day later: corrections, other owners, and what it would not tell before."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from bot.errors import ScopeMissing
from bot.providers.usage import Usage
from bot.store import collections, facts
from bot.store.facts import Which
from bot.store.recollection import before_closing, to_recollect
from tests.usage.world import NOW, P1, TODAY, World, ago


async def hours(world: World, number: int) -> None:
    """Let hours pass, with a reading in each."""
    for _ in range(number):
        await world.pass_by(hours=1)


async def days(world: World, number: int) -> None:
    """Let days pass, with two readings in each."""
    for _ in range(2 * number):
        await world.pass_by(hours=12)


def by_tags(world: World, day: date) -> dict[str | None, Decimal]:
    with world.database.reading() as session:
        return {row.tags: row.dollars for row in facts.spend_by(session, Which(day, day), "tags")}


async def test_what_is_corrected_after_a_day_was_settled_is_read_before_its_month_is_closed(world: World) -> None:
    world.provider.spend(P1, ago(1), "5")
    await world.plan(P1)
    await days(world, 4)
    assert world.day(ago(1)).settled
    world.provider.spend(P1, ago(1), "105")
    await days(world, 5)
    assert world.day(ago(1)).spend_total == 5
    await days(world, 7)
    assert world.day(ago(1)).spend_total == world.by_key(ago(1), ago(1))["k1"] == 105
    world.provider.spend(P1, ago(1), "106")
    await days(world, 6)
    assert world.day(ago(1)).spend_total == 106
    await hours(world, 1)
    assert min(call[3] for call in world.provider.calls) > date(2026, 12, 3)  # settled again until the fifth


async def test_who_spent_is_read_once_more_when_a_day_settles(world: World) -> None:
    world.provider.spend(P1, TODAY, "5", tags=("apple",))
    await world.plan(P1)
    world.provider.spent[P1, TODAY].clear()
    world.provider.spend(P1, TODAY, "5", tags=("banana",))
    await hours(world, 2)
    assert by_tags(world, TODAY) == {'["apple"]': Decimal(5)}
    await days(world, 4)
    assert world.day(TODAY).settled
    assert by_tags(world, TODAY) == {'["banana"]': Decimal(5)}


async def test_usage_that_might_not_be_read_for_long_is_read_once_it_may_be(world: World) -> None:
    async def refused(*_: object, **__: object) -> Usage:
        raise ScopeMissing("Keydesk's key lacks usage:read.", scope="usage:read")

    for number in range(12):
        world.provider.spend(P1, ago(number), "2")
    world.provider.usage_breakdown = refused  # type: ignore[method-assign] # another provider's answer
    await world.plan(P1)
    await days(world, 12)
    del world.provider.usage_breakdown  # the right was given
    await hours(world, 2)
    with world.database.reading() as session:
        used = facts.usage_by(session, Which(ago(11), TODAY), "total", by_day=True)
        row = collections.get(session, P1)
    assert [row.figures.requests for row in used] == [2] * 12
    assert row is not None
    assert row.problem is None
    await hours(world, 1)
    assert min(call[3] for call in world.provider.calls) > TODAY


@pytest.mark.parametrize(
    ("before", "now", "first"),
    [
        ("2026-11-20", "2026-12-04", None),
        ("2026-11-20", "2026-12-05", "2026-10-01"),
        ("2026-12-05", "2026-12-10", None),
        ("2026-12-05", "2026-12-11", "2026-10-01"),
        ("2026-12-11", "2027-01-04", None),
        ("2026-12-11", "2027-01-05", "2026-11-01"),
        ("2026-10-20", "2027-01-20", "2026-09-01"),  # nobody was there on the fifth of November
    ],
)
def test_two_months_are_read_again_twice_a_month(before: str, now: str, first: str | None) -> None:
    def noon(text: str) -> datetime:
        return datetime.combine(date.fromisoformat(text), NOW.timetz())

    assert to_recollect(noon(before), noon(now)) == (date.fromisoformat(first) if first else None)


def test_a_month_is_read_for_the_last_time_before_it_is_closed_on_the_eleventh() -> None:
    assert f"{before_closing(date(2026, 12, 31)):%Y-%m-%d %H:%M %Z}" == "2027-01-11 00:00 UTC"
