"""The views of customers and of the month by customer, with made-up values."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from bot.billing import month_views
from bot.billing.printing import Printed, printed
from bot.billing.statement import CustomerSpent, StatementCatalogue, StatementLine, StatementPart, compose
from bot.customers import service, views
from bot.customers.operations import CONTACT_LONGEST, NAME_LONGEST
from bot.lookalikes import Likeness, said
from bot.slack.pages import page_of
from bot.spending.payers import Payer
from bot.store.customers import Customer
from tests.factories import customer

View = dict[str, Any]
Shown = View | list[View]
ALIKE = said("Acme", Likeness("alike", "Асme"))  # with two letters of Cyrillic
PAYERS = (
    Payer("own"),
    Payer("untagged"),
    Payer("several", ("t0", "t1")),
    Payer("theirs", ("t1",)),
)


def with_text(text: str) -> Iterator[tuple[str, Shown]]:
    """Yield (name, view or blocks) whose every foreign text is this one."""
    yield "customers list", page(text, 400)
    yield "customers details", views.details(service.Details(some(text), 3, Decimal("12.5"), may_change=True))
    yield (
        "customers tags",
        views.tag_list(page_of([service.SeenTag(text, 2), service.SeenTag("ivr", 0)], 1), may_change=True),
    )
    yield "customers form", views.form(some(text), new=True, problem=text)
    yield "billing month", month_views.month_page(month(text, 400), 40, may_close=True)
    seen = month(text, 2)
    part_id = seen.parts[0].part.id
    yield "billing month of one", month_views.part_page(seen.only(part_id), part_id, 1)


def with_nothing() -> Iterator[tuple[str, Shown]]:
    """Yield what stands where there is nothing."""
    yield "customers list · nothing", page("", 0)
    yield "customers list · nothing for others", page("", 0, may_change=False)
    yield "customers tags · nothing", views.tag_list(page_of([], 1), may_change=True)
    yield "customers form · looks like another", views.form(some("Acme"), new=True, problem=ALIKE, asked="Acme")
    yield "customers markup form · usual", views.markup_form(Decimal())
    yield (
        "billing month · nothing",
        month_views.month_page(printed(compose("2026-02", (), None, StatementCatalogue({}, {}))), 1, may_close=False),
    )
    untold = compose("2026-02", (), Decimal(), StatementCatalogue({}, {})).model_copy(
        update={"untold": ("No prices for x.",)}
    )
    yield "billing month · not told", month_views.month_page(printed(untold), 1, may_close=True)
    closed = untold.model_copy(update={"closed": "Closed by @olu.", "sha256": "0" * 64})
    yield "billing month · closed", month_views.month_page(printed(closed), 1, may_close=False)
    yield (
        "billing month of one · nothing",
        month_views.nothing_for("Apple", printed(compose("2026-02", (), None, StatementCatalogue({}, {})))),
    )


def some(text: str, number: int = 0) -> Customer:
    """Return a customer with this name and contact."""
    return customer(f"t{number}", name=text[:NAME_LONGEST] or "–", contact=text[:CONTACT_LONGEST], markup=Decimal(20))


def page(text: str, total: int, *, may_change: bool = True) -> list[View]:
    """Draw a page of the catalogue."""
    rows = tuple(some(text, number) for number in range(min(total, 10)))
    seen = service.Catalogue(rows, total, 2 if total > 20 else 1, text[:100], Decimal(5), may_change, 7 * may_change)
    return views.customer_list(seen)


def month(text: str, number: int) -> Printed:
    """Return a month with every kind of row."""
    line = StatementLine(
        key="0a1b2c3d", purpose=text, owner=f"@{text[:80]}", project=text[:80], item=text, cost=Decimal("1.005")
    )
    payers = [*(Payer("customer", (f"t{each}",)) for each in range(number)), *PAYERS]
    names = {f"t{each}": text[:NAME_LONGEST] or "–" for each in range(number)}
    statement = compose(
        "2026-10",
        [CustomerSpent(payer, line) for payer in payers for _ in range(2)],
        Decimal(900),
        StatementCatalogue(names, {}),
    )
    corrected = StatementPart(
        kind="customer", tags=("t0",), name=text, markup=Decimal(20), of_month="2026-09", lines=(line,)
    )
    return printed(statement.model_copy(update={"adjustments": (corrected,), "missing": (text,)}))
