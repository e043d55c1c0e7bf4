"""What is compared says with which days, and tells no percentage that misleads."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.usage.figures.drawing import BEFORE_ALONE, change, moved_by
from bot.usage.figures.service import Overview
from bot.usage.figures.sums import Part, Split, split
from bot.usage.figures.views import answer as drawn
from bot.usage.figures.views import file_header, file_rows, overview
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


def changes(page: Split) -> list[tuple[str, str, str]]:
    """Return the table of a page as people read it: name, amount, change."""
    seen = replace(answer("production", 7, "key"), split=page, names={row.value: row.value for row in page.rows})
    table = next(block for block in drawn(seen) if block["type"] == "table")
    return [tuple(cell["text"] for cell in row[:3]) for row in table["rows"][1:]]


def of_dollars(**amounts: str) -> dict[str, dict[str, Decimal]]:
    return {name: {"dollars": Decimal(amount)} for name, amount in amounts.items()}


def test_a_row_that_was_paid_for_before_and_is_not_now_moved_by_all_of_it() -> None:
    now = {"a": {"requests": Decimal(4)}, **of_dollars(b="20")}
    page = split(now, {"dollars": Decimal(20)}, measure="dollars", by_day=False, number=1)
    page = page.against(of_dollars(a="5", b="18"), {"dollars": Decimal(23)})
    assert changes(page) == [("b", "$20.00", "+$2.00"), ("a", "$0.00", "-$5.00"), ("Total", "$20.00", "-$3.00")]


def test_others_that_are_not_paid_for_any_more_moved_by_what_they_were() -> None:
    ten = {f"k{number}": "1" for number in range(10)}
    now = {**of_dollars(**ten), "x": {"requests": Decimal(4)}, "y": {"requests": Decimal(4)}}
    page = split(now, {"dollars": Decimal(10)}, measure="dollars", by_day=False, number=1)
    page = page.against(of_dollars(**ten), {"dollars": Decimal(60)})
    assert changes(page)[-2:] == [("Other (2 more)", "$0.00", "-$50.00"), ("Total", "$10.00", "-$50.00")]


def test_what_is_not_split_stands_beside_what_was_not_split_before() -> None:
    twelve = of_dollars(**{f"k{number}": "1" for number in range(12)})
    page = split(twelve, {"dollars": Decimal(17)}, measure="dollars", by_day=False, number=1)
    page = page.against(twelve, {"dollars": Decimal(17)}, {"dollars": Decimal(12)})
    assert changes(page)[-3:] == [
        ("Other (2 more)", "$2.00", "±0"),
        ("Not split by the provider", "$5.00", "±0"),
        ("Total", "$17.00", "±0"),
    ]


def test_dust_that_is_not_split_does_not_name_what_was_used_before_alone() -> None:
    page = split(of_dollars(a="5"), {"dollars": Decimal("5.0000001")}, measure="dollars", by_day=False, number=1)
    page = page.against(of_dollars(a="5", gone="50"), {"dollars": Decimal(55)})
    assert changes(page) == [("a", "$5.00", "±0"), (BEFORE_ALONE, "$0.00", "-$50.00"), ("Total", "$5.00", "-$50.00")]


def test_what_the_provider_does_not_split_now_is_not_nothing() -> None:
    now = {"a": {"requests": Decimal(4)}}
    page = split(now, {"dollars": Decimal(20)}, measure="dollars", by_day=False, number=1)
    page = page.against(of_dollars(a="5", gone="3"), {"dollars": Decimal(18)}, {"dollars": Decimal(8)}, told=False)
    assert changes(page) == [
        ("a", "–", "–"),
        ("Not split by the provider", "$20.00", "+$2.00"),
        ("Total", "$20.00", "+$2.00"),
    ]


def test_no_percentage_is_told_where_what_is_there_now_is_negative() -> None:
    part = Part("", {"dollars": Decimal(-15)}, {"dollars": Decimal(10)})
    assert change("dollars", part, moved_by("dollars", part)) == "-$25.00"


def test_the_file_has_one_definition_of_a_customer_as_the_table_has() -> None:
    seen = answer("Banana", 3, "customer")
    assert file_header(seen) == ("customer", "id", "dollars", "dollars in the period before")
    assert {len(row) for row in file_rows(seen, [("a", each) for each in seen.split.rows])} == {4}


def test_the_changes_of_the_rows_come_to_the_change_of_the_total() -> None:
    now = {name: {"dollars": Decimal("1.004")} for name in "abc"}
    page = split(now, {"dollars": Decimal("3.012")}, measure="dollars", by_day=False, number=1)
    page = page.against({name: {"dollars": Decimal("0.335")} for name in "abc"}, {"dollars": Decimal("1.005")})
    *rows, other, gone, difference = (moved or Decimal() for moved in page.moved("dollars"))
    assert other == gone == difference == 0
    assert sum(rows, Decimal()) == moved_by("dollars", page.total)
