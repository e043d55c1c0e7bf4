"""Prices that are not told: a value of its own from the report to the store, and never zero."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.providers.billing import Billing
from bot.providers.deepgram.billing import spending_of
from bot.store import facts
from bot.store.facts import DayTotal, Which
from bot.store.prices import Price, Untold
from bot.usage.figures.sums import split
from bot.usage.reading import Dollars, ReportPeriod, spend_rows, spend_totals
from playground.deepgram.telling import Prices, Telling
from tests.usage.world import P1, TODAY, World, ago

DAY = date(2026, 11, 20)
AMOUNTS = some.one_of(
    some.none(),
    some.just("lots"),
    some.just(Decimal("1e300")),
    some.integers(0, 10**9).map(lambda n: Decimal(n).scaleb(-6)),
)
LINES = some.lists(some.tuples(some.sampled_from(["", "k1", "k2", "k3"]), some.sampled_from([[], ["acme"]]), AMOUNTS))


def total(world: World) -> DayTotal:
    with world.database.reading() as session:
        return facts.totals_by(session, Which(ago(11), TODAY))[0]


@pytest.mark.parametrize(
    ("prices", "price", "untold"),
    [
        ("null", Price.UNTOLD, Untold(unpriced=1)),
        ("absent", Price.UNTOLD, Untold(unpriced=1)),
        ("no rows", Price.UNTOLD, Untold(unpriced=1)),
        ("zero", Price.ZERO, Untold(zero=1)),
    ],
)
async def test_usage_without_a_price_is_no_usage_for_nothing(
    world: World, prices: Prices, price: Price, untold: Untold
) -> None:
    world.provider.telling = Telling(prices=prices)
    world.provider.spend(P1, ago(2), "96", "k1")
    await world.plan(P1)
    assert (world.day(ago(2)).price, total(world).untold, total(world).told) == (price, untold, None)
    assert world.day(ago(3)).price == Price.TOLD  # nothing was used then, so nothing cost anything
    with world.database.reading() as session:
        (used,) = facts.usage_by(session, Which(ago(11), TODAY), "accessor")
    assert (used.value, used.figures.hours, used.figures.requests) == ("k1", Decimal(96), 96)
    await world.pass_by(hours=1)
    assert world.provider.calls_of(P1) == {"billing": 1, "usage": 1}  # what is not told does not move


async def test_dollars_that_were_told_before_stay_and_are_a_part(world: World) -> None:
    world.provider.spend(P1, ago(1), "3")
    await world.plan(P1)
    world.provider.telling = Telling(prices="null")
    world.provider.spend(P1, ago(1), "5")
    await world.pass_by(hours=1)
    assert (world.day(ago(1)).spend_total, world.day(ago(1)).price) == (Decimal(3), Price.PARTLY)
    assert world.by_key(ago(11), TODAY) == {"k1": Decimal(3)}
    assert (total(world).told, total(world).untold) == (Decimal(3), Untold(partly=1))


async def test_a_day_that_is_priced_after_all_is_told(world: World) -> None:
    world.provider.telling = Telling(prices="no rows")
    world.provider.spend(P1, ago(1), "3")
    await world.plan(P1)
    world.provider.telling = Telling()
    await world.pass_by(hours=1)
    assert (world.day(ago(1)).spend_total, world.day(ago(1)).price) == (Decimal(3), Price.TOLD)
    assert world.by_key(ago(11), TODAY) == {"k1": Decimal(3)}


@pytest.mark.parametrize(
    ("found", "used", "expected"),
    [
        (Dollars(), False, (Decimal(), Price.TOLD)),
        (Dollars(), True, (None, Price.UNTOLD)),
        (Dollars(Decimal(), told=1), True, (Decimal(), Price.ZERO)),
        (Dollars(Decimal(), told=1), False, (Decimal(), Price.TOLD)),
        (Dollars(Decimal(2), told=1), True, (Decimal(2), Price.TOLD)),
        (Dollars(Decimal(2), told=1, untold=1), True, (Decimal(2), Price.PARTLY)),
        (Dollars(untold=1), True, (None, Price.UNTOLD)),
        (Dollars(untold=1), False, (Decimal(), Price.TOLD)),
        (Dollars(untold=1, odd=1), False, (None, Price.UNTOLD)),
    ],
)
def test_what_a_report_tells_of_a_day(
    found: Dollars,
    used: bool,
    expected: tuple[Decimal | None, Price],
) -> None:
    assert found.price(used=used) == expected


def test_days_of_nothing_are_said_only_beside_a_sum_of_nothing() -> None:
    untold = Untold(zero=3)
    assert not untold.beside(Decimal(5))
    assert untold.beside(Decimal()).days == 3


def told_by(rows: list[dict[str, Any]]) -> Billing:
    return Billing(results=tuple(map(spending_of, rows)))


@given(LINES, some.integers(0, 10**8).map(lambda n: Decimal(n).scaleb(-6)))
def test_rows_others_untagged_and_the_difference_come_to_the_total_whatever_is_not_told(
    lines: list[tuple[str, list[str], Any]], beyond: Decimal
) -> None:
    rows = [
        {"dollars": amount, "grouping": {"start": f"{DAY}", "accessor": key, "tags": tags}}
        for key, tags, amount in lines
    ]
    ungrouped = [{"dollars": row["dollars"], "grouping": {"start": f"{DAY}"}} for row in rows]
    period = ReportPeriod(DAY, DAY)
    told = spend_totals(told_by([*ungrouped, {"dollars": str(beyond), "grouping": {"start": f"{DAY}"}}]), period)
    parts = spend_rows(told_by(rows), period)
    found = told.days[DAY]
    amount, price = found.price(used=True)
    by_key: dict[str, dict[str, Decimal]] = {}
    for line, dollars in parts.days.get(DAY, {}).items():
        before = by_key.get(line.key_id, {}).get("dollars", Decimal())
        by_key[line.key_id] = {"dollars": before + dollars}
    page = split(by_key, {"dollars": found.sum}, measure="dollars", by_day=False, number=1)
    assert sum((part.now.get("dollars", Decimal()) for part in page.everything), Decimal()) == amount == found.sum
    assert page.difference.now.get("dollars", Decimal()) == beyond
    not_told = [row for row in rows if row["dollars"] in {None, "lots", Decimal("1e300")}]
    assert (found.untold, found.told) == (len(not_told), len(rows) + 1 - len(not_told))
    assert (price is Price.PARTLY) == bool(not_told)
