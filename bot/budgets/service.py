"""What is read about budgets and alerts, and how a raise is described to whoever approves it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from bot import money
from bot.budgets.operations import RaiseBudget, SetBudget
from bot.budgets.spending import BudgetSpending, BudgetSpent
from bot.budgets.ways import ALL_WAYS, Ways, WaysOf
from bot.operation import Description
from bot.prices import without
from bot.providers.port import Capability
from bot.slack.pages import Page, page_of
from bot.slack.words import escape
from bot.spending.key_names import key_name
from bot.store import budgets, customers, keys, projects
from bot.store.budgets import Alert, Budget
from bot.vendors import vendors_in

PURPOSE_SHOWN = 40
MOST_OFFERED = 30
ALERTS_A_PAGE = 20


@dataclass(frozen=True)
class BudgetRow:
    """A budget in a list, with what is spent of it."""

    budget: Budget
    name: str
    spent: BudgetSpent
    ways: Ways = ALL_WAYS


@dataclass(frozen=True)
class Choice:
    """Something that may get a budget: what a form sends back, and how it is called."""

    value: str
    name: str


def rows(session: Session, team_id: str, words: str, today: date) -> list[BudgetRow]:
    """Return every budget whose name holds the words, the most spent first, with what today's month has so far."""
    spending, ways = BudgetSpending(session, team_id, today), WaysOf(session, team_id)
    found = [
        BudgetRow(each, name_of(session, each), spending.of_budget(each), ways.budget(each))
        for each in budgets.in_force(session, team_id)
    ]
    kept = [row for row in found if words.lower() in row.name.lower()]
    return sorted(kept, key=lambda row: (-(row.spent.percent(row.budget.dollars) or 0), row.name.lower()))


def alerts(session: Session, team_id: str, number: int) -> Page[tuple[Alert, str]]:
    """Return a page of alerts, the newest first, each with what it is about."""
    page = page_of(budgets.newest_first(session, team_id), number, ALERTS_A_PAGE)
    told = tuple((each, about(session, each)) for each in page.items)
    return Page(told, page.total, page.number, page.pages)


def about(session: Session, alert: Alert) -> str:
    """Say what an alert is about."""
    budget = budget_of(session, alert)
    if budget is not None:
        return name_of(session, budget)
    return projects.name_of(session, alert.project_id) if alert.project_id else "Usage figures"


def budget_of(session: Session, alert: Alert) -> Budget | None:
    """Return the budget that an alert is about, or None."""
    kind, _, ref = alert.subject.partition(":")
    return budgets.get(session, ref) if kind == "budget" else None


def name_of(session: Session, budget: Budget) -> str:
    """Say what a budget is of."""
    return _name(session, budget.team_id, budget.scope, budget.ref)


def _name(session: Session, team_id: str, scope: str, ref: str) -> str:
    if scope == "project":
        return f"Project {projects.name_of(session, ref)}"
    if scope == "customer":
        customer = customers.get(session, team_id, ref)
        return f"Customer {customer.name if customer is not None else ref}"
    return f"Key {key_name(ref, keys.by_provider_id(session, ref), longest=PURPOSE_SHOWN)}"


def exists(session: Session, team_id: str, operation: SetBudget) -> bool:
    """Tell whether what a budget shall be of is there."""
    if operation.scope == "project":
        return projects.get(session, operation.ref) is not None
    if operation.scope == "customer":
        return customers.get(session, team_id, operation.ref) is not None
    key = keys.by_provider_id(session, operation.ref)
    return key is not None and key.project_id == operation.project_id


def choices(session: Session, team_id: str, words: str) -> list[tuple[str, list[Choice]]]:
    """Return what may get a budget, as its provider tells prices, and matches the words, by kind."""
    priced = vendors_in(session).offering(Capability.MONEY)
    listed, _ = projects.search(session, words, limit=MOST_OFFERED, providers=priced)
    known, _ = customers.search(session, team_id, words, limit=MOST_OFFERED)
    live, _ = keys.search(session, words=words, limit=MOST_OFFERED, states=("live",), providers=priced)
    return [
        ("Projects", [Choice(f"project:{each.id}", each.name) for each in listed]),
        ("Customers", [Choice(f"customer:{each.tag}", each.name) for each in known]),
        ("Keys", [Choice(f"key:{each.provider_key_id}", key_name(each.provider_key_id, each)) for each in live]),
    ]


def project_of(session: Session, scope: str, ref: str) -> str:
    """Return the project in which a budget is judged: "" (the workspace) for a customer and for a key that is gone."""
    if scope == "project":
        return ref
    key = keys.by_provider_id(session, ref) if scope == "key" else None
    return key.project_id if key is not None else ""


def describe(session: Session, operation: RaiseBudget, today: date) -> Description:
    """Draw the wish for a higher budget, with what the page of budgets says of it at that time."""
    budget = budgets.get(session, operation.budget_id)
    if budget is None:
        return Description(title="Raise a budget", wish="to raise a budget that is no longer there.", why=operation.why)
    name = name_of(session, budget)
    return Description(
        title=f"Raise a budget · {name}",
        wish=f"to raise the monthly budget of {name} from {money.dollars(budget.dollars)} "
        f"to {money.dollars(operation.dollars)}.",
        why=operation.why,
        fields=(
            ("For", escape(name)),
            ("Now", f"{money.dollars(budget.dollars)} a month"),
            ("Wanted", f"{money.dollars(operation.dollars)} a month"),
        ),
        evidence=_evidence(session, budget, today),
        risk=("Medium", "Keydesk warns later; the provider has no hard cap"),
    )


def _evidence(session: Session, budget: Budget, today: date) -> tuple[tuple[str, str], ...]:
    spent = BudgetSpending(session, budget.team_id, today).of_budget(budget)
    lacking = without(spent.untold)
    told = f"{spent.of(budget.dollars)} (UTC)" + (f" · {lacking}" if lacking else "")
    not_whole = [("Not read whole yet", spent.open.named)] if spent.open.days else []
    return ((f"Spent in {today:%B %Y}", told), *not_whole)
