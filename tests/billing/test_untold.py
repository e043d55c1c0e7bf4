"""A month of a project that Deepgram tells no prices of: no confident nothing, and not closed unseen."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pypdf import PdfReader

from bot.billing import closing, month_files, month_views, pdf
from bot.billing.operations import CloseMonth
from bot.billing.printing import printed
from bot.errors import NotUnderstood
from bot.slack.files import csv_bytes
from bot.store import collected
from bot.store.collected import CollectedDay
from bot.store.database import Database
from bot.store.prices import Price
from tests.billing.test_month import APPLE_KEY, DAY, NOW, line, read, settle, spent, store  # noqa: F401 a fixture
from tests.factories import OWNER, PROJECT, actor, entries

NO_PRICES = "The provider tells no prices for production"


def untold(database: Database, price: Price, told: str | None, day: date = DAY) -> None:
    """Let something have been used on a day whose dollars are not told, or not all of them."""
    total = None if told is None else Decimal(told)
    stands: dict[str, Any] = {"read_at": NOW, "same_since": NOW, "closed": True, "settled": True, "price": price.value}
    with database.transaction() as session:
        collected.put(session, [CollectedDay(project_id=PROJECT, day=day, spend_total=total, **stands)])


def close(database: Database, seen: str = "") -> str:
    with database.transaction() as session:
        wish = closing.as_asked(session, CloseMonth(month="2026-10", untold_seen=seen), actor(OWNER), NOW)
        return closing.close(session, wish, actor(OWNER), NOW)


@pytest.mark.parametrize(("price", "told"), [(Price.UNTOLD, None), (Price.ZERO, "0")])
def test_a_month_without_one_dollar_says_so_everywhere(store: Database, price: Price, told: str | None) -> None:  # noqa: F811 a fixture
    untold(store, price, told)
    settle(store, "2026-10")
    statement = read(store, "2026-10")
    assert (statement.missing, statement.is_untold) == ((), True)
    seen = printed(statement)
    page = str(month_views.month_page(seen, 1, may_close=True))
    assert NO_PRICES in page
    assert "Sum: –" in page
    assert "To bill: –" in page
    assert "$0.00" not in page
    table = list(csv.DictReader(io.StringIO(csv_bytes(month_files.HEADER, month_files.rows(seen)).decode("utf-8-sig"))))
    assert [(row["Kind"], row["Cost USD"], row["To bill USD"]) for row in table] == [
        ("not told", "", ""),
        ("sum", "", ""),
    ]
    assert NO_PRICES in table[0]["Customer"]
    text = "\n".join(each.extract_text() for each in PdfReader(io.BytesIO(pdf.render(seen, NOW))).pages)
    assert NO_PRICES in text
    assert "0.00" not in text


def test_such_a_month_is_closed_only_by_whoever_has_seen_that(store: Database) -> None:  # noqa: F811 a fixture
    untold(store, Price.UNTOLD, None)
    settle(store, "2026-10")
    with pytest.raises(NotUnderstood, match=r"is not closed unseen\. The provider tells no prices for production"):
        close(store)
    seen = read(store, "2026-10").warnings_id
    untold(store, Price.UNTOLD, None, DAY.replace(day=6))
    spent(store, DAY, {line(APPLE_KEY.provider_key_id): "10"})  # priced after all, and another day is not
    with pytest.raises(NotUnderstood, match="1 day of production"):
        close(store, seen)
    statement = read(store, "2026-10")
    button = str(month_views.month_page(printed(statement), 1, may_close=True))
    assert f"2026-10:{statement.warnings_id}" in button
    assert "Close it so?" in button
    close(store, statement.warnings_id)
    closed = read(store, "2026-10")
    assert closed.untold == statement.untold
    assert "1 day of production" in entries(store, "2026-10")[0].detail["untold"]
    assert "as far as the provider tells prices" in str(month_views.month_page(printed(closed), 1, may_close=False))


def test_a_price_that_is_told_after_the_month_was_closed_is_a_correction(store: Database) -> None:  # noqa: F811 a fixture
    untold(store, Price.UNTOLD, None)
    settle(store, "2026-10")
    close(store, read(store, "2026-10").warnings_id)
    spent(store, DAY, {line(APPLE_KEY.provider_key_id): "10"})
    (part,) = read(store, "2026-11").adjustments
    assert (part.of_month, part.cost) == ("2026-10", Decimal(10))


def test_the_known_part_of_a_month_is_summed_and_what_it_lacks_is_said(store: Database) -> None:  # noqa: F811 a fixture
    spent(store, DAY, {line(APPLE_KEY.provider_key_id): "10"})
    untold(store, Price.PARTLY, "2.5", DAY.replace(day=6))
    untold(store, Price.UNTOLD, None, DAY.replace(day=7))
    untold(store, Price.ZERO, "0", DAY.replace(day=8))
    settle(store, "2026-10")
    statement = read(store, "2026-10")
    assert statement.total == statement.cost == Decimal("12.5")
    assert statement.untold == (
        "The provider tells no price, or only a part, for 2 days of production: sums are without that.",
    )
    assert not printed(statement).is_whole
