"""One word has one meaning in a digest, and what stands below each other comes to what stands above."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest

from bot.digests import views
from bot.digests.service import BalanceLine, Digest, DigestFigures, DigestPart, Events, Failures, compose
from tests.digests.books import DAY, THURSDAY, subscription

QUIET: Mapping[date, Decimal] = {THURSDAY - number * DAY: Decimal(10) for number in range(1, 36)}


def digest(days: tuple[date, ...], totals: Mapping[date, Decimal], **more: object) -> Digest:
    rows = (("Apple", DigestPart(sum((totals[day] for day in days), Decimal()), Decimal(10 * len(days)))),)
    figures = DigestFigures({**QUIET, **totals}, rows, final=True, failures=more.pop("failures", None))  # type: ignore[arg-type] # made up here
    return compose(days, figures, Events(made=1), **more)  # type: ignore[arg-type] # made up here


def shown(found: Digest, **changes: object) -> str:
    return str(views.message(subscription(**changes), "dr1", found))


def test_less_by_less_than_half_a_cent_is_no_change() -> None:
    figures = DigestFigures(
        {**QUIET, THURSDAY: Decimal(10)}, [("Apple", DigestPart(Decimal(10), Decimal("10.001")))], final=True
    )
    assert "`     +$0.00`  Apple" in shown(compose((THURSDAY,), figures, Events()))


def test_the_changes_of_the_rows_come_to_the_change_of_the_headline() -> None:
    rows = tuple((f"c{number}", DigestPart(Decimal("1.115"), Decimal("1.115"))) for number in range(3))
    figures = DigestFigures({**QUIET, THURSDAY: Decimal("3.345")}, rows, final=True)
    found = compose((THURSDAY,), figures, Events())
    assert found.total is not None
    assert found.usual is not None
    listed = [*found.table.rows, found.table.other, found.table.ownerless, found.table.unsplit]
    assert sum((row.change or Decimal() for row in listed), Decimal()) == found.total - found.usual


def test_usual_is_the_median_of_that_weekday() -> None:
    weekdays = {THURSDAY - 7 * number * DAY: Decimal(amount) for number, amount in ((1, 40), (2, 30), (3, 30), (4, 0))}
    assert digest((THURSDAY,), {**weekdays, THURSDAY: Decimal(33)}).usual == Decimal(30)


def test_a_digest_of_several_days_says_which_days_it_is_compared_with() -> None:
    days = (THURSDAY - DAY, THURSDAY)
    text = shown(digest(days, dict.fromkeys(days, Decimal(12))))
    assert "mean of the 7 days before" not in text
    assert "Wed" in text.partition("usual")[2]
    assert "Thu" in text.partition("usual")[2]


def test_month_to_date_names_its_month() -> None:
    assert "November" in shown(digest((THURSDAY,), {THURSDAY: Decimal(12)}))


def test_before_day_five_a_forecast_says_what_it_rests_on() -> None:
    first = date(2026, 12, 1)
    totals = {first - number * DAY: Decimal(10) for number in range(36)}
    figures = DigestFigures(totals, (("Apple", DigestPart(Decimal(10), Decimal(10))),), final=True)
    found = compose((first,), figures, Events())
    assert found.forecast is None or "November" in shown(found)


@pytest.mark.parametrize("usual", ["-10", "0.01"])
def test_no_percentage_is_told_of_a_usual_that_is_negative_or_tiny(usual: str) -> None:
    before = {THURSDAY - number * DAY: Decimal(usual) for number in range(1, 36)}
    text = shown(digest((THURSDAY,), {**before, THURSDAY: Decimal(44)}))
    assert "than usual" in text
    assert "%" not in text


def test_balances_of_projects_that_share_nothing_are_not_pooled() -> None:
    left = [
        BalanceLine(name, Decimal(amount), days) for name, amount, days in (("a", 90, 9), ("b", 10, 1), ("c", 1, None))
    ]
    text = shown(digest((THURSDAY,), {THURSDAY: Decimal(12)}, balances=left))
    assert r"*Balance*\nb $10.00, lasts 1 day\na $90.00, lasts 9 days\nc $1.00" in text


def test_the_failed_share_is_of_all_calls() -> None:
    # The report counts what was answered; the records count what failed: 83 that were answered and 17 that failed.
    assert "17.0 % (17 of 100)" in shown(digest((THURSDAY,), {THURSDAY: Decimal(12)}, failures=Failures(17, 83)))


def test_no_percentage_is_told_where_what_is_there_now_is_negative() -> None:
    text = shown(digest((THURSDAY,), {THURSDAY: Decimal(-15)}))
    assert "$25.00 less than usual" in text


@pytest.mark.parametrize(
    ("unknown", "words"), [(0, "median of the last four Thu"), (1, "median of three of the last four Thu")]
)
def test_the_usual_says_how_many_of_the_weeks_were_known(unknown: int, words: str) -> None:
    totals = {day: amount for day, amount in QUIET.items() if day not in [THURSDAY - 28 * DAY][:unknown]}
    figures = DigestFigures(
        {**totals, THURSDAY: Decimal(12)}, [("Apple", DigestPart(Decimal(12), Decimal(10)))], final=True
    )
    assert f"more than usual ({words})" in shown(compose((THURSDAY,), figures, Events()))


def test_the_usual_of_several_days_says_of_how_many_weeks_it_is() -> None:
    days = (THURSDAY - DAY, THURSDAY)
    totals = {day: amount for day, amount in QUIET.items() if day != THURSDAY - 28 * DAY}
    figures = DigestFigures(
        {**totals, **dict.fromkeys(days, Decimal(12))}, [("Apple", DigestPart(Decimal(24)))], final=True
    )
    assert "medians of three or four of the last four of Wed and Thu" in shown(compose(days, figures, Events()))


@pytest.mark.parametrize(
    ("left", "told"),
    [
        ([(0, 0)] * 5, ["p0 $0.00, lasts 0 days", "p1 $0.00, lasts 0 days", "p2 $0.00, lasts 0 days", "2 more"]),
        ([(9, None)] * 4, ["p0 $9.00", "p1 $9.00", "p2 $9.00", "1 more"]),
        (
            [(9, 1), (9, 2), (9, 3), (9, None)],
            ["p0 $9.00, lasts 1 day", "p1 $9.00, lasts 2 days", "p2 $9.00, lasts 3 days", "1 more"],
        ),
        (
            [(9, 1), (9, 2), (0, None), (9, 3)],
            ["p2 $0.00", "p0 $9.00, lasts 1 day", "p1 $9.00, lasts 2 days", "1 more lasts longer"],
        ),
        (
            [(9, 1), (9, 2), (9, 2), (9, 3), (9, 4)],
            ["p0 $9.00, lasts 1 day", "p1 $9.00, lasts 2 days", "p2 $9.00, lasts 2 days", "2 more last longer"],
        ),
    ],
)
def test_of_more_balances_only_what_is_true_is_said(left: list[tuple[int, int | None]], told: list[str]) -> None:
    balances = [BalanceLine(f"p{number}", Decimal(amount), days) for number, (amount, days) in enumerate(left)]
    text = shown(digest((THURSDAY,), {THURSDAY: Decimal(12)}, balances=balances))
    assert "*Balance*" + "".join(rf"\n{line}" for line in told) + "'" in text
