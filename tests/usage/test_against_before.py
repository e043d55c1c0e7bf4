"""What is compared says with which days, and tells no percentage that misleads."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.usage.figures.drawing import BEFORE_ALONE, change, moved_by
from bot.usage.figures.service import Overview
from bot.usage.figures.sums import Part, split
from bot.usage.figures.views import answer as drawn
from bot.usage.figures.views import file_rows, overview
from tests.factories import NOON
from tests.gallery_usage import answer


def test_against_before_names_the_days_that_it_means() -> None:
    told = Part("", {"dollars": Decimal(4)}, {"dollars": Decimal(51)})
    seen = answer("production", 7, "day")
    text = str(overview(Overview((("week", seen.place.days, told),), seen, NOON))[1])
    assert "against before" not in text
    assert "22 Feb" in text


@pytest.mark.parametrize(("before", "now"), [("0.0042", "44.54"), ("0.01", "106.06")])
def test_no_percentage_is_told_of_next_to_nothing(before: str, now: str) -> None:
    part = Part("", {"dollars": Decimal(now)}, {"dollars": Decimal(before)})
    assert "%" not in change("dollars", part, moved_by("dollars", part))


def test_one_table_has_one_definition_of_a_customer() -> None:
    """Dollars go by the key's customer and all else by tags: two definitions, so only one of them stands there."""
    seen = answer("Banana", 3, "customer")
    assert seen.question.by == "customer"
    blocks = drawn(replace(seen, only=(("customer", "Banana"),)))
    table = next(block for block in blocks if block["type"] == "table")
    assert "Dollars go by each key's customer" in str(blocks)
    assert "Hours" not in str(table)


def test_what_was_in_the_period_before_alone_is_a_row_of_the_table_and_of_the_file() -> None:
    seen = answer("production", 7, "project")
    now, total = {"a": {"dollars": Decimal(5)}}, {"dollars": Decimal(5)}
    page = split(now, total, measure="dollars", by_day=False, number=1)
    page = page.against({"a": {"dollars": Decimal(1)}}, {"dollars": Decimal(3)})
    told = replace(seen, split=page, names={"a": "a"})
    table = next(block for block in drawn(told) if block["type"] == "table")
    rows = [[cell["text"] for cell in row[:3]] for row in table["rows"][1:]]
    assert rows == [["a", "$5.00", "+$4.00"], [BEFORE_ALONE, "$0.00", "-$2.00"], ["Total", "$5.00", "+$2.00"]]
    file = [(row[0], row[2], row[-1]) for row in file_rows(told, [("a", page.rows[0])])]
    assert file == [("a", 5, 1), (BEFORE_ALONE, 0, 2), ("Total", 5, 3)]


def test_the_changes_of_the_rows_come_to_the_change_of_the_total() -> None:
    now = {name: {"dollars": Decimal("1.004")} for name in "abc"}
    page = split(now, {"dollars": Decimal("3.012")}, measure="dollars", by_day=False, number=1)
    page = page.against({name: {"dollars": Decimal("0.335")} for name in "abc"}, {"dollars": Decimal("1.005")})
    *rows, other, difference = (moved or Decimal() for moved in page.moved("dollars"))
    assert other == difference == 0
    assert sum(rows, Decimal()) == moved_by("dollars", page.total)
