"""The views of budgets and their alerts with made-up values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from bot.budgets import views
from bot.budgets.reading import Open
from bot.budgets.service import BudgetRow
from bot.budgets.spending import BudgetSpent
from bot.budgets.ways import Ways
from bot.keys.bulk_revoke_listeners import KeysFound, confirm_form
from bot.slack.pages import page_of
from bot.store.budgets import Alert, Budget
from bot.store.prices import Untold
from tests.factories import ANA, NOON, OWNER, TEAM, key

Shown = dict[str, Any] | list[dict[str, Any]]

ID = "bu0123456789abcdef"
FIGURES = {
    "spent": "812.5", "budget": "1000", "forecast": "1250", "reach": "by 1 Mar", "by": "2026-03-01", "amount": "99",
    "usual": "33", "balance": "40", "per_day": "10", "days": 4, "projects": 3,
}  # fmt: skip


def budget(dollars: str = "1000") -> Budget:
    """Return a budget of a project."""
    return Budget(
        id=ID,
        team_id=TEAM,
        scope="project",
        ref="p1",
        project_id="p1",
        dollars=Decimal(dollars),
        set_by=OWNER,
        set_at=NOON,
    )


def rows(name: str, total: int) -> list[BudgetRow]:
    """Return budgets that are spent to the half, and over."""
    spent = [
        BudgetSpent(Decimal(500 + number * 400), Decimal(20), date(2026, 3, 1), Untold(hidden=number))
        for number in range(total)
    ]
    days = (date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1))
    spent[1:2] = [replace(each, open=Open(days, days[-1]), so_far=(Decimal(5),)) for each in spent[1:2]]
    return [BudgetRow(budget(), name, each) for each in spent]


def alert(level: str, text: str, **given: Any) -> Alert:
    """Return an alert of a level, whose foreign words are this text."""
    return Alert(
        id="al0123456789abcdef",
        team_id=TEAM,
        subject=f"budget:{ID}",
        level=level,
        period="2026-03",
        place="C1",
        facts=FIGURES | {"names": text[:80], "problem": text[:300]},
        raised_at=NOON,
        **given,
    )


def with_text(text: str) -> Iterator[tuple[str, Shown]]:
    """Yield every view whose foreign texts are this one."""
    name = text[:80]
    taken = alert("80", text, acknowledged_by=ANA, acknowledged_at=NOON)
    every = [*(alert(level, text) for level in views.LEVELS), taken]
    yield "budgets list", views.listed(rows(name, 12), 1, name, may_set=True)
    yield "budgets alert", views.alert(alert("100", text), name, ID, Ways())
    yield "budgets alert, of tracking", views.alert(alert("failed", text), name, "", Ways())
    yield "budgets alert, taken", views.acknowledged(taken, name)
    yield (
        "budgets alerts",
        views.alerts(page_of([(each, name) for each in every], 1, 8)),
    )
    typed = {"what": "project:p1", "name": name[:75] or "–", "dollars": "12", "channel": "C1"}
    yield "budgets form", views.set_form(typed, text[:300])
    yield "budgets raise form", views.raise_form(budget(), name, text[:300])
    yield "budgets keys question", views.ask_to_end_keys(budget(), name)
    purpose = text[:120] or "–"
    found = KeysFound(ID, tuple(key(number, id=f"ky{number}", purpose=purpose) for number in range(40)), 45)
    yield "budgets keys form", confirm_form(found, "Meanwhile the keys have changed: please look again.")


def with_nothing() -> Iterator[tuple[str, Shown]]:
    """Yield what there is to see where nothing is."""
    yield "budgets list · nothing", views.listed([], 1, "", may_set=True)
    yield "budgets list · nothing found", views.listed([], 1, "<!channel> *x*", may_set=False)
    yield "budgets list · one", views.listed(rows("production", 1), 1, "", may_set=False)
    untold = BudgetSpent(Decimal(), Decimal(), date(2026, 3, 1), Untold(unpriced=12))
    yield "budgets list · not told", views.listed([BudgetRow(budget(), "production", untold)], 1, "", may_set=False)
    yield "budgets alerts · nothing", views.alerts(page_of([], 1))
    yield "budgets form · new", views.set_form()
    some = KeysFound(ID, tuple(key(number, id=f"ky{number}") for number in range(3)), 1, 2)
    yield "budgets keys form · not all of them", confirm_form(some)
    yield "budgets keys form · nothing", confirm_form(KeysFound(ID, (), 0))
