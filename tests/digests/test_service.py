"""What a digest says adds up, whatever was tagged, renamed, ended or corrected."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bot.digests import views
from bot.digests.service import Balance, Digest, Events, Failures, Figures, Part, compose, first_needed
from bot.money import to_cent
from tests.digests.books import DAY, THURSDAY, subscription

amounts = st.decimals(-5, 5000, places=7)
parts = st.builds(Part, amounts, amounts)
names = st.text(min_size=1, max_size=20)


def figures(days: tuple[date, ...], rows: dict[str, Part], ownerless: Part, apart: Decimal = Decimal()) -> Figures:
    """Return figures whose days told come to the rows and a difference."""
    whole = sum((part.now for part in [*rows.values(), ownerless]), apart)
    totals = {first_needed(days) + number * DAY: Decimal(number) for number in range(60)}
    return Figures(
        {day: each for day, each in totals.items() if day < days[0]}
        | {day: whole / len(days) if day != days[-1] else whole - whole / len(days) * (len(days) - 1) for day in days},
        rows,
        ownerless,
        final=True,
    )


@given(st.dictionaries(names, parts, max_size=12), parts, amounts, st.integers(1, 9))
def test_rows_other_untagged_and_the_difference_are_the_providers_total(
    rows: dict[str, Part], ownerless: Part, apart: Decimal, number: int
) -> None:
    days = tuple(THURSDAY + count * DAY for count in range(number))
    digest = compose(days, figures(days, rows, ownerless, apart), Events())
    listed = [*digest.rows, digest.other, digest.ownerless]
    assert sum((row.amount for row in listed), digest.difference) == digest.total
    assert len(digest.rows) <= 5
    each = [amount for _, amount in digest.per_day if amount is not None]
    assert sum(each, Decimal()) == digest.total
    assert abs(digest.difference - to_cent(apart)) <= Decimal("0.01")


@given(st.dictionaries(st.dates(THURSDAY - 30 * DAY, THURSDAY - DAY), amounts, max_size=10), amounts)
def test_a_correction_told_once_is_not_told_again(told: dict[date, Decimal], late: Decimal) -> None:
    days = (THURSDAY,)
    known = figures(days, {}, Part(Decimal(1)))
    totals = {**known.totals, **{day: amount + late for day, amount in told.items()}}
    digest = compose(days, Figures(totals, {}), Events(), told_before=told)
    assert {each.day for each in digest.corrections} == {
        day for day, amount in told.items() if to_cent(amount + late) != to_cent(amount)
    }
    after = {each.day: each.total for each in digest.corrections}
    again = compose(days, Figures(totals, {}), Events(), told_before=told | after)
    assert again.corrections == ()


def test_a_day_is_compared_with_the_week_before_and_the_month_goes_on_like_it() -> None:
    before = {THURSDAY - number * DAY: Decimal(70 if number == 7 else 10) for number in range(1, 36)}
    rows = {"Apple": Part(Decimal(9), Decimal(21)), "Banana": Part(Decimal(3), Decimal(49))}
    digest = compose(
        (THURSDAY,),
        Figures({**before, THURSDAY: Decimal(12)}, rows, final=True),
        Events(),
        balance=Balance(Decimal(100)),
    )
    assert (digest.total, digest.usual, digest.last_week) == (Decimal(12), Decimal("18.57"), Decimal(70))
    assert [(row.name, row.amount, row.change) for row in digest.rows] == [
        ("Apple", Decimal(9), Decimal(6)),
        ("Banana", Decimal(3), Decimal(-4)),
    ]
    assert digest.month_to_date == Decimal(70 + 17 * 10 + 12)
    assert digest.forecast == Decimal("365.14")
    assert digest.balance_days == 9


def test_what_is_not_known_is_a_dash_and_never_guessed() -> None:
    digest = compose((THURSDAY,), Figures({THURSDAY: Decimal(1)}, {}, Part(Decimal(1)), unread=("beta",)), Events())
    assert digest.usual is digest.last_week is digest.month_to_date is digest.forecast is digest.balance is None
    assert digest.ownerless.change is None
    assert not digest.final
    shown = str(views.message(subscription(), "dr1", digest))
    assert "Not read from Deepgram: beta. All figures are without what is missing." in shown
    assert "not final" in shown


def test_the_rate_of_failed_requests_is_told_with_what_it_is_of() -> None:
    def shown(failures: Failures | None) -> str:
        digest = compose((THURSDAY,), Figures({THURSDAY: Decimal(1)}, {}, failures=failures), Events())
        return str(views.message(subscription(), "dr1", digest))

    assert "*Failed requests*\\n1.2 % (36 of 3,000)" in shown(Failures(36, 3000))
    assert "*Failed requests*\\n0.0 % (0 of 0)" in shown(Failures(0, 0))
    assert "*Failed requests*\\n–" in shown(None)


def test_only_a_day_without_spending_and_events_is_empty() -> None:
    def of(total: int, **happened: int) -> Digest:
        return compose((THURSDAY,), Figures({THURSDAY: Decimal(total)}, {}), Events(**happened))

    assert of(0).empty
    assert of(0, ending=1).empty
    assert not of(1).empty
    assert not of(0, waiting=1).empty
    assert "nothing was spent on Thu 19 Nov" in str(views.message(subscription(), "dr1", of(0)))


def test_first_needed_reaches_back_to_the_month_and_the_corrections() -> None:
    assert first_needed((THURSDAY,)) == THURSDAY - timedelta(days=35)
    assert first_needed((date(2026, 12, 31),)) == date(2026, 11, 26)
