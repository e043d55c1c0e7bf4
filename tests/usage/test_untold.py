"""What `/usage` says of a project that Deepgram tells no prices of, or does not split as asked."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot.slack.words import fallback_text
from bot.store import collected, collections, fact_rows, splits
from bot.store.collected import CollectedDay, end_of
from bot.store.database import Database
from bot.store.fact_rows import DayFacts, Figures, SpendOf, UsageOf
from bot.store.prices import Price
from bot.store.splits import NotSplit, Splits
from bot.store.tag_sets import NO_TAGS
from bot.usage.figures import views
from bot.usage.figures.parser import read_words
from bot.usage.figures.question import Question
from bot.usage.splits import DOLLARS
from tests.factories import NOON, OWNER, PROJECT, actor
from tests.usage.test_figures import TODAY, database, reading  # noqa: F401 a fixture


def used(store: Database, day: date, price: Price, told: str | None, rows: str = "0") -> None:
    """Let 96 hours have been used on a day, with what is told of their price."""
    spend = {SpendOf("", "", NO_TAGS, "hosted"): Decimal(rows)} if Decimal(rows) else {}
    usage = {UsageOf("total", ""): Figures(hours=Decimal(96), requests=12)}
    total = None if told is None else Decimal(told)
    row = CollectedDay(project_id=PROJECT, day=day, spend_total=total, read_at=NOON, same_since=end_of(day))
    row.closed, row.price, row.spend_rows = True, price.value, Decimal(rows)
    with store.transaction() as session:
        fact_rows.replace(session, PROJECT, {day: DayFacts(spend, usage)})
        collected.put(session, [row])


@pytest.mark.parametrize(("price", "told"), [(Price.UNTOLD, None), (Price.ZERO, "0")])
async def test_hours_are_told_and_dollars_are_not_nothing(database: Database, price: Price, told: str | None) -> None:  # noqa: F811 a fixture
    for back in range(15):
        used(database, TODAY - timedelta(days=back), price, told)
    asking = reading(database)
    seen = await asking.answer(actor(OWNER), read_words("week in production"))
    assert ("dollars" in seen.split.total.now, seen.split.total.now["hours"]) == (False, Decimal(7 * 96))
    shown = fallback_text(views.answer(seen))
    assert "*The provider tells no dollars* · The last 7 days" in shown
    assert "The provider tells no prices for production" in shown
    overview = fallback_text(views.overview(await asking.overview(actor(OWNER), Question(by="day", project=PROJECT))))
    assert "*The last day*\n–" in overview
    assert "$0.00" not in shown + overview
    found, rows = await asking.every(actor(OWNER), read_words("week in production"))
    assert {row[2] for row in views.file_rows(found, rows)} == {None}


async def test_the_known_sum_stands_with_what_it_is_without(database: Database) -> None:  # noqa: F811 a fixture
    for back in range(1, 15):
        used(database, TODAY - timedelta(days=back), Price.TOLD, "2", "2")
    used(database, TODAY - timedelta(days=3), Price.UNTOLD, None)
    shown = fallback_text(views.answer(await reading(database).answer(actor(OWNER), read_words("week in production"))))
    assert "*$12.00* as far as prices are told" in shown
    assert "for 1 day of production: sums are without that" in shown
    assert "against" not in shown  # a part compares with no whole


@pytest.mark.parametrize("back", [3, 10])
async def test_what_nobody_tells_is_not_nothing_now_nor_before(database: Database, back: int) -> None:  # noqa: F811 a fixture
    for each in range(1, 15):
        used(database, TODAY - timedelta(days=each), Price.TOLD, "2", "2")
    asking, question = reading(database), read_words("week by line item in production")
    assert (await asking.answer(actor(OWNER), question)).known.before
    used(database, TODAY - timedelta(days=back), Price.UNTOLD, None)
    seen = await asking.answer(actor(OWNER), question)
    assert not seen.known.before
    assert {row.before for row in seen.split.rows} == {None}
    week = next(part for name, _, part in (await asking.overview(actor(OWNER), question)).periods if name == "week")
    assert week.before is None


async def test_what_is_not_split_by_key_is_nobodys_and_says_why(database: Database) -> None:  # noqa: F811 a fixture
    used(database, TODAY - timedelta(days=1), Price.TOLD, "5", "5")
    found = Splits(untold={f"{DOLLARS}accessor": NotSplit("Deepgram refused it.", NOON)})
    with database.transaction() as session:
        collections.ensure(session, PROJECT, TODAY, NOON)
        splits.note(session, PROJECT, found)
    shown = fallback_text(
        views.answer(await reading(database).answer(actor(OWNER), read_words("day by key in production")))
    )
    assert "Without a key" not in shown
    assert "not told by key, so it stands as “Not split by the provider”. Deepgram refused it." in shown
