"""What is compared says with which days, and tells no percentage that misleads."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.usage.figures.drawing import change
from bot.usage.figures.service import Overview
from bot.usage.figures.sums import Part
from bot.usage.figures.views import answer as drawn
from bot.usage.figures.views import overview
from tests.factories import NOON
from tests.gallery_usage import answer

WAITS = "waits for one arithmetic in spending/"


@pytest.mark.xfail(strict=True, reason=f"row 30: {WAITS}")
def test_against_before_names_the_days_that_it_means() -> None:
    told = Part("", {"dollars": Decimal(4)}, {"dollars": Decimal(51)})
    text = str(overview(Overview((("day", told), ("week", told)), answer("production", 7, "day"), NOON))[1])
    assert "against before" not in text
    assert "22 Feb" in text


@pytest.mark.xfail(strict=True, reason=f"row 30: {WAITS}")
@pytest.mark.parametrize(("before", "now"), [("0.0042", "44.54"), ("0.01", "106.06")])
def test_no_percentage_is_told_of_next_to_nothing(before: str, now: str) -> None:
    assert "%" not in change("dollars", Part("", {"dollars": Decimal(now)}, {"dollars": Decimal(before)}))


@pytest.mark.xfail(strict=True, reason=f"row 30: {WAITS}")
def test_one_table_has_one_definition_of_a_customer() -> None:
    """Dollars go by the key's customer and all else by tags: two definitions, so only one of them stands there."""
    seen = answer("Banana", 3, "customer")
    assert seen.question.by == "customer"
    text = str(drawn(replace(seen, only=(("customer", "Banana"),))))
    assert not ("Dollars go by each key's customer" in text and "Hours" in text)


@pytest.mark.xfail(strict=True, reason=f"row 29: {WAITS}")
def test_the_changes_of_the_rows_come_to_the_change_of_the_total() -> None:
    from bot.usage.figures.sums import split

    now = {name: {"dollars": Decimal("1.004")} for name in "abc"}
    page = split(now, {"dollars": Decimal("3.012")}, measure="dollars", by_day=False, number=1)
    page = page.against({name: {"dollars": Decimal("0.335")} for name in "abc"}, {"dollars": Decimal("1.005")})
    moved = [change("dollars", part) for part in (*page.rows, page.total)]
    *rows, total = [Decimal(text.partition(" ")[0].replace("$", "").lstrip("±")) for text in moved]
    assert sum(rows, Decimal()) == total
