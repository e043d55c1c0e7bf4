"""The views of digests with made-up values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from bot.digests import form, views
from bot.digests.operations import Wish
from bot.digests.scope import DigestScope
from bot.digests.service import BalanceLine, Digest, DigestFigures, DigestPart, Events, Failures, compose
from bot.prices import Unpriced
from bot.slack.pages import page_of
from bot.store.digests import Subscription
from bot.store.prices import Untold
from tests.digests import books
from tests.digests.books import DAY, FRIDAY_NINE, THURSDAY
from tests.factories import ANA

Shown = dict[str, Any] | list[dict[str, Any]]

AN_OWNER = form.FormReader(ANA, FRIDAY_NINE, may_subscribe=True)
FAILED = Failures(36, 3000)
HAPPENED = Events(made=3, ended=1, ending=2, unopened=1, waiting=4)


def digest(text: str, number: int = 1, customers: int = 50) -> Digest:
    """Return a digest of so many days and customers, each called by this text."""
    days = tuple(THURSDAY + count * DAY for count in range(number))
    rows = [(f"{count} {text}"[:80], DigestPart(Decimal(count), Decimal(1))) for count in range(customers)]
    whole = sum((part.now for _, part in rows), Decimal("12.345"))
    totals = {THURSDAY - count * DAY: Decimal(1000 + count) for count in range(36)}
    totals |= dict.fromkeys(days, whole / number)
    details = {title: [(name, part.now) for name, part in rows] for title in ("By customer", "By key")}
    told = {THURSDAY - 2 * DAY: Decimal(1002), THURSDAY - 3 * DAY: Decimal("1003.30")}
    figures = DigestFigures(
        totals, rows, DigestPart(Decimal("12.34")), details, unread=(text[:80] or "–",) * 9, failures=FAILED
    )
    figures = replace(figures, scope=DigestScope((text[:80] or "–",) * 9, (text[:80] or "–",)))
    balances = [
        BalanceLine(f"{text[:60]} {place}", Decimal(9000 * place), place or None) for place in range(number + 3)
    ]
    return compose(days, figures, HAPPENED, balances=balances, budget=Decimal(50000), told_before=told)


def subscription(**changes: Any) -> Subscription:
    """Return Ana's digest, under the same id at each run."""
    return books.subscription(id="dg0123456789abcdef", **changes)


def with_text(text: str) -> Iterator[tuple[str, Shown]]:
    """Yield every view whose foreign texts are this one."""
    yield "digests message", views.message(subscription(), "dr1", digest(text, 9), again=True, change=Decimal("-0.12"))
    yield "digests preview", views.preview(subscription(by="key"), digest(text))
    several = digest(text, customers=400 if len(text) > 99 else 3)
    yield "digests details", views.details(several, updated=True)
    yield "digests details window", views.details_window(several)
    names = {f"p{number}": text[:80] or "–" for number in range(50)}
    wish = Wish(channel="C1", projects=tuple(names), customers=tuple(names), tz="America/Argentina/ComodRivadavia")
    yield "digests form", form.form(form.DigestForm(wish, "dg1", names, text))
    paused = subscription(state="paused", problem=text, projects=list(names), weekdays=[0, 2, 4])
    yield (
        "digests list",
        form.digest_list(
            page_of([paused, subscription(owner="U0", muted_until=FRIDAY_NINE + DAY)] * 9, 1, 5), names, AN_OWNER
        ),
    )


def with_nothing() -> Iterator[tuple[str, Shown]]:
    """Yield what there is to see where nothing is."""
    quiet = compose((THURSDAY,), DigestFigures({THURSDAY: Decimal()}, (), final=True), Events())
    yield "digests message · quiet", views.message(subscription(), "dr1", quiet)
    unknown = compose((THURSDAY,), DigestFigures({}, (), unread=("production",)), Events())
    yield "digests message · nothing known", views.message(subscription(), "dr1", unknown)
    bare = DigestFigures(
        {}, (), unpriced=(Unpriced("production", Untold(unpriced=1), whole=True),), untold=frozenset({THURSDAY})
    )
    yield "digests message · not told", views.message(subscription(), "dr1", compose((THURSDAY,), bare, Events()))
    yield "digests message · one customer", views.message(subscription(), "dr1", digest("李伟 · ليلى", 3, 1))
    yield "digests form · new", form.form(form.DigestForm(Wish()))
    yield "digests list · none", form.digest_list(page_of([], 1, 5), {}, replace(AN_OWNER, may_subscribe=False))
