"""What a digest says adds up, whatever was tagged, renamed, ended or corrected."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bot.digests import form, views
from bot.digests.naming import told_apart
from bot.digests.scope import DigestScope
from bot.digests.service import (
    BalanceLine,
    Digest,
    DigestFigures,
    DigestPart,
    Events,
    Failures,
    Snapshot,
    compose,
    first_needed,
)
from bot.digests.snapshot import as_posted, kept
from bot.money import to_cent
from bot.policy import PolicyContext, Role, Run
from bot.slack.pages import page_of
from bot.store.digests import Subscription
from tests.declared import POLICY
from tests.digests.books import DAY, FRIDAY_NINE, THURSDAY, subscription
from tests.factories import ANA, actor

A_READER = form.FormReader(ANA, FRIDAY_NINE, may_subscribe=False)

amounts = st.decimals(-5, 5000, places=7)
parts = st.builds(DigestPart, amounts, amounts)
names = st.text(min_size=1, max_size=20)


def figures(
    days: tuple[date, ...], rows: dict[str, DigestPart], ownerless: DigestPart, apart: Decimal = Decimal()
) -> DigestFigures:
    """Return figures whose days told come to the rows and a difference."""
    whole = sum((part.now for part in [*rows.values(), ownerless]), apart)
    totals = {first_needed(days) + number * DAY: Decimal(number) for number in range(60)}
    return DigestFigures(
        {day: each for day, each in totals.items() if day < days[0]}
        | {day: whole / len(days) if day != days[-1] else whole - whole / len(days) * (len(days) - 1) for day in days},
        tuple(rows.items()),
        ownerless,
        final=True,
    )


@given(st.dictionaries(names, parts, max_size=12), parts, amounts, st.integers(1, 9))
def test_rows_other_untagged_and_the_difference_are_the_providers_total(
    rows: dict[str, DigestPart], ownerless: DigestPart, apart: Decimal, number: int
) -> None:
    days = tuple(THURSDAY + count * DAY for count in range(number))
    digest = compose(days, figures(days, rows, ownerless, apart), Events())
    listed = [*digest.table.rows, digest.table.other, digest.table.ownerless, digest.table.unsplit]
    assert sum((row.amount for row in listed), Decimal()) == digest.total
    assert digest.total is not None
    assert digest.usual is not None
    assert sum((row.change or Decimal() for row in listed), Decimal()) == digest.total - digest.usual
    assert len(digest.table.rows) <= 5
    each = [amount for _, amount in digest.per_day if amount is not None]
    assert sum(each, Decimal()) == digest.total
    assert abs(digest.table.unsplit.amount - to_cent(apart)) <= Decimal("0.01")


@given(st.dictionaries(st.dates(THURSDAY - 30 * DAY, THURSDAY - DAY), amounts, max_size=10), amounts)
def test_a_correction_told_once_is_not_told_again(told: dict[date, Decimal], late: Decimal) -> None:
    days = (THURSDAY,)
    known = figures(days, {}, DigestPart(Decimal(1)))
    totals = {**known.totals, **{day: amount + late for day, amount in told.items()}}
    digest = compose(days, DigestFigures(totals, ()), Events(), told_before=told)
    assert {each.day for each in digest.snapshot.corrections} == {
        day for day, amount in told.items() if to_cent(amount + late) != to_cent(amount)
    }
    after = {each.day: each.total for each in digest.snapshot.corrections}
    again = compose(days, DigestFigures(totals, ()), Events(), told_before=told | after)
    assert again.snapshot.corrections == ()


def test_a_day_is_compared_with_its_weekday_and_the_month_goes_on_like_the_week_before() -> None:
    before = {THURSDAY - number * DAY: Decimal(70 if number == 7 else 10) for number in range(1, 36)}
    rows = (("Apple", DigestPart(Decimal(9), Decimal(3))), ("Banana", DigestPart(Decimal(3), Decimal(7))))
    digest = compose(
        (THURSDAY,),
        DigestFigures({**before, THURSDAY: Decimal(12)}, rows, final=True),
        Events(),
    )
    assert (digest.total, digest.usual, digest.last_week) == (Decimal(12), Decimal(10), Decimal(70))
    assert [(row.name, row.amount, row.change) for row in digest.table.rows] == [
        ("Apple", Decimal(9), Decimal(6)),
        ("Banana", Decimal(3), Decimal(-4)),
    ]
    assert digest.month_to_date == Decimal(70 + 17 * 10 + 12)
    assert digest.forecast == Decimal("365.14")


def test_what_moved_most_comes_first_however_little_it_is() -> None:
    rows = (
        ("steady", DigestPart(Decimal(100), Decimal(100))),
        ("new", DigestPart(Decimal(9))),
        ("gone", DigestPart(before=Decimal(10))),
    )
    known = {THURSDAY - number * DAY: Decimal(110) for number in range(1, 36)}
    digest = compose((THURSDAY,), DigestFigures({**known, THURSDAY: Decimal(109)}, rows), Events())
    assert [row.name for row in digest.table.rows] == ["gone", "new", "steady"]
    shown = str(views.message(subscription(by="project"), "dr1", digest))
    assert "Without a project" not in shown
    assert "Other" in shown


def test_what_is_not_known_is_a_dash_and_never_guessed() -> None:
    digest = compose(
        (THURSDAY,), DigestFigures({THURSDAY: Decimal(1)}, (), DigestPart(Decimal(1)), unread=("beta",)), Events()
    )
    assert digest.usual is digest.last_week is digest.month_to_date is digest.forecast is None
    assert digest.table.ownerless.change is None
    assert not digest.final
    shown = str(views.message(subscription(), "dr1", digest))
    assert "Not read from the provider: beta. All figures are without what is missing." in shown
    assert "not final" in shown


def test_the_rate_of_failed_requests_is_told_with_what_it_is_of() -> None:
    def shown(failures: Failures | None) -> str:
        digest = compose((THURSDAY,), DigestFigures({THURSDAY: Decimal(1)}, (), failures=failures), Events())
        return str(views.message(subscription(), "dr1", digest))

    assert "*Failed API calls*\\n1.2 % (36 of 3,000)" in shown(Failures(36, 2964))
    assert "*Failed API calls*\\n0.0 % (0 of 0)" in shown(Failures(0, 0))
    assert "*Failed API calls*\\n–" in shown(None)


def test_only_a_day_without_spending_and_events_is_empty() -> None:
    def of(total: int, failures: Failures | None = None, **happened: int) -> Digest:
        return compose(
            (THURSDAY,), DigestFigures({THURSDAY: Decimal(total)}, (), failures=failures), Events(**happened)
        )

    assert of(0).empty
    assert of(0, ending=1).empty
    assert not of(1).empty
    assert not of(0, waiting=1).empty
    assert not of(0, Failures(5000, 5000)).empty  # a total outage costs nothing
    assert of(0, Failures(0, 0)).empty
    assert "nothing was spent on Thu 19 Nov" in str(views.message(subscription(), "dr1", of(0)))


def test_a_digest_says_what_it_is_about() -> None:
    def shown(total: int, scope: DigestScope) -> tuple[str, str]:
        found = compose((THURSDAY,), DigestFigures({THURSDAY: Decimal(total)}, (), scope=scope), Events())
        return str(views.preview(subscription(), found)), str(views.details(found))

    apple = DigestScope(("production", "Küstenfunk"), ("Apple",))
    assert all("production and Küstenfunk · only customer Apple" in each for each in shown(1, apple))
    assert all("all projects" in each for each in shown(1, DigestScope()))
    assert "nothing was spent on Thu 19 Nov by Apple in production and Küstenfunk." in shown(0, apple)[0]
    assert str(DigestScope(tuple("abcdefg"), ("x", "y"))) == "a, b, c, d, e and 2 more · only customers x and y"


def test_a_reader_sees_until_when_a_digest_is_muted_and_may_still_end_it() -> None:
    shown = str(form.digest_list(page_of([ours(muted_until=FRIDAY_NINE + DAY)], 1, 5), {}, A_READER))
    assert "muted until" in shown
    assert "Unsubscribe" in shown
    assert "Subscribe…" not in shown
    assert "Change…" not in shown
    over = form.digest_list(page_of([ours(muted_until=FRIDAY_NINE)], 1, 5), {}, A_READER)
    assert "muted" not in str(over)
    for kind in ("digests.pause", "digests.end"):
        mine = PolicyContext(frozenset(), frozenset(), ANA, Role.READER)
        assert isinstance(POLICY.decide(kind, actor(ANA), mine), Run)


def ours(**changes: object) -> Subscription:
    """Return a digest of one project."""
    return subscription(projects=["p1"], **changes)


def test_first_needed_reaches_back_to_the_month_and_the_corrections() -> None:
    assert first_needed((THURSDAY,)) == THURSDAY - timedelta(days=35)
    assert first_needed((date(2026, 12, 31),)) == date(2026, 11, 26)


def test_customers_have_no_total_at_the_provider_and_an_unknown_one_differs_by_nothing() -> None:
    def footer(total: Decimal | None, **changes: object) -> str:
        digest = compose((THURSDAY,), DigestFigures({} if total is None else {THURSDAY: total}, ()), Events(made=1))
        return str(views.message(subscription(**changes), "dr1", digest))

    assert "$7.00 is the sum of the rows of these customers" in footer(Decimal(7), customers=["apple"])
    assert "difference" not in footer(None)


def test_a_chart_says_which_days_it_lacks() -> None:
    digest = compose((THURSDAY,), DigestFigures({THURSDAY: Decimal(7)}, ()), Events())
    assert "without 13 days that nobody knows yet" in str(views.message(subscription(), "dr1", digest))


def test_what_was_said_of_the_moment_stays_as_it_was_said() -> None:
    known = figures((THURSDAY,), {}, DigestPart(Decimal(1)))
    posted = compose(
        (THURSDAY,),
        known,
        Events(waiting=3),
        balances=[BalanceLine("production", Decimal(9), 2)],
        told_before={THURSDAY - DAY: Decimal(1)},
    )
    stored = json.loads(json.dumps(kept(posted)))
    later = compose((THURSDAY,), known, Events(made=1), balances=[BalanceLine("production", Decimal(5))])
    assert posted.snapshot.corrections
    assert as_posted(later, stored).snapshot == posted.snapshot
    assert as_posted(later, {}).snapshot == Snapshot()


def test_those_of_one_name_are_told_apart_by_the_first_mark_that_does() -> None:
    accounts, ids = (
        {"a1": "main", "a2": "east", "b1": "main", "b2": "main"},
        {"a1": "x", "a2": "x", "b1": "y", "b2": "y"},
    )
    told = told_apart({**ids, "c": "Other", "d": "z"}, lambda each: accounts.get(each, ""), str)
    assert told == {"a1": "x (main)", "a2": "x (east)", "b1": "y (b1)", "b2": "y (b2)", "c": "Other (c)", "d": "z"}
