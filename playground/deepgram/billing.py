"""Operations on money: balances, spending per UTC day, what was billed, purchases.

What is left of the dollars is what was bought less what the last 90 days cost, so it falls as requests are made.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from aiohttp import web

from playground.deepgram import queries, refusals
from playground.deepgram.ledger import RETENTION, Kind, Ledger, Wanted
from playground.deepgram.request_records import moment_text
from playground.deepgram.routing import Ask, route
from playground.deepgram.state import Project, State
from playground.deepgram.usage import added_up, dates, kinds_used
from playground.deepgram.workloads import COST_PER_DOLLAR, WORKLOADS, Figures, digest

PROJECT = "/v1/projects/{project_id}"
DIMENSIONS = ("accessor", "deployment", "line_item", "tags")
NOTHING = (None,) * len(DIMENSIONS)
_BOUGHT = (
    (200, "usd", "promotional"),
    (4_000, "usd", "purchase"),
    (1_000, "hour", "contract"),
    (500, "usd", "purchase"),
)


def routes(state: State, ledger: Ledger) -> list[web.RouteDef]:
    """Return the routes of balances, billing and purchases."""
    return [
        route(state, "GET", f"{PROJECT}/balances", partial(list_balances, ledger)),
        route(state, "GET", PROJECT + "/balances/{balance_id}", partial(get_balance, ledger)),
        route(state, "GET", f"{PROJECT}/billing/breakdown", partial(breakdown, ledger)),
        route(state, "GET", f"{PROJECT}/billing/fields", partial(fields, ledger)),
        route(state, "GET", f"{PROJECT}/purchases", partial(list_purchases, ledger)),
    ]


def list_balances(ledger: Ledger, ask: Ask) -> dict[str, Any]:
    """List what is left, one entry per unit."""
    return {"balances": _balances(ledger, ask)}


def get_balance(ledger: Ledger, ask: Ask) -> dict[str, Any]:
    """Tell one balance."""
    wanted = ask.path["balance_id"].lower()
    for balance in _balances(ledger, ask):
        if balance["balance_id"] == wanted:
            return balance
    raise refusals.not_found("balance")


def breakdown(ledger: Ledger, ask: Ask) -> dict[str, Any]:
    """Return each day's dollars, split by any of four dimensions."""
    project = ask.needs("billing:read")
    period, groupings = queries.period(ask, ledger, project), ask.query.getall("grouping", [])
    telling = ask.state.telling_of(project.project_id)
    groupings = [name for asked in groupings if (name := telling.grouping(asked)) is not None]
    if not set(groupings) <= set(DIMENSIONS):
        raise refusals.bad_query("grouping")

    def group_of(kind: Kind) -> tuple[Any, ...]:
        return tuple(_dimension(kind, name) if name in groupings else None for name in DIMENSIONS)

    wanted = _wanted(ask)
    rows = added_up(ledger, project, period.days(), wanted, group_of)
    for day, kind, cost in _adjusted(project, period.days()):
        if wanted(kind):
            rows[day, group_of(kind)] = rows.get((day, group_of(kind)), Figures()).plus(Figures(cost=cost))
    if not groupings:
        rows = {(day, NOTHING): rows.get((day, NOTHING), Figures()) for day in period.days()}
    results = telling.priced([_spent(day, group, figures.cost) for (day, group), figures in rows.items()])
    return dates(period) | {"results": telling.with_odd_rows(results)}


def fields(ledger: Ledger, ask: Ask) -> dict[str, Any]:
    """Return what was billed in the period."""
    project = ask.needs("billing:read")
    kinds = kinds_used(ledger, project, queries.period(ask, ledger, project))
    return {
        "accessors": sorted({kind.key.key_id for kind in kinds}),
        "deployments": ["hosted"] if kinds else [],
        "tags": sorted({tag for kind in kinds for tag in kind.key.tags}),
        "line_items": {kind.workload.line_item: kind.workload.line_name for kind in kinds},
    }


def list_purchases(ledger: Ledger, ask: Ask) -> dict[str, Any]:
    """List the newest orders; what is beyond the limit cannot be asked for."""
    project = ask.needs("billing:read")
    return {"orders": _orders(ledger, project)[: queries.number(ask, "limit", 10, 1, 1000)]}


def _balances(ledger: Ledger, ask: Ask) -> list[dict[str, Any]]:
    project = ask.needs("billing:read")
    left: dict[str, float] = {}
    for order in _orders(ledger, project):
        left[order["units"]] = left.get(order["units"], 0) + order["amount"]
    left["usd"] -= _spent_so_far(ledger, project)
    return [
        {
            "balance_id": str(_made_up_id(project, f"balance {units}")),
            "amount": f"{amount:.5f}" if ask.state.amounts_are_text else round(amount, 5),
            "units": units,
            "purchase_order_id": str(_made_up_id(project, f"order {units}")),
        }
        for units, amount in left.items()
    ]


def _spent_so_far(ledger: Ledger, project: Project) -> float:
    today = ledger.now().date()
    first = max(ledger.first_day(project), today - RETENTION)
    days = queries.Period(first, today).days()
    sums = (ledger.sums(project, day) for day in days)
    cost = sum(figures.cost for day in sums for kind, figures in day.items() if kind.outcome == "succeeded")
    corrections = sum(cost for _, _, cost in _adjusted(project, days))
    return (cost + corrections) / COST_PER_DOLLAR


def _orders(ledger: Ledger, project: Project) -> list[dict[str, Any]]:
    number = 2 + digest(project.project_id, "orders") % (len(_BOUGHT) - 1)
    first = ledger.now().replace(month=1, day=15, hour=12, minute=0, second=0, microsecond=0) - timedelta(days=120)
    orders = [
        {
            "order_id": str(_made_up_id(project, f"order number {place}")),
            "created": moment_text(first + timedelta(days=31 * place)),
            "expiration": moment_text(first + timedelta(days=31 * place + 365)),
            "amount": amount,
            "units": units,
            "order_type": kind,
        }
        for place, (amount, units, kind) in enumerate(_BOUGHT[:number])
    ]
    return orders[::-1]


def _wanted(ask: Ask) -> Wanted:
    accessor, tag, line_item = (ask.query.get(name) for name in ("accessor", "tag", "line_item"))
    deployment = queries.choice(ask, "deployment", {"hosted", "beta", "self-hosted", "dedicated"})

    def wanted(kind: Kind) -> bool:
        return (
            accessor in {None, kind.key.key_id}
            and (tag is None or tag in kind.key.tags)
            and line_item in {None, kind.workload.line_item}
            and deployment in {None, "hosted"}
        )

    return wanted


def _adjusted(project: Project, days: Collection[date]) -> Iterator[tuple[date, Kind, int]]:
    """Yield each correction of these days, as what it corrects."""
    for each in project.adjustments:
        if each.day in days:
            workload = next(one for one in WORKLOADS if one.line_item == each.line_item)
            yield each.day, Kind(each.key, workload, "succeeded"), each.cost


def _dimension(kind: Kind, name: str) -> Any:
    if name == "tags":
        return tuple(sorted(kind.key.tags))
    return {"accessor": kind.key.key_id, "deployment": "hosted", "line_item": kind.workload.line_item}[name]


def _spent(day: date, group: Iterable[Any], cost: int) -> dict[str, Any]:
    values = [list(value) if isinstance(value, tuple) else value for value in group]
    named = dict(zip(DIMENSIONS, values, strict=True))
    return {"dollars": cost / COST_PER_DOLLAR, "grouping": {"start": f"{day}", "end": f"{day}"} | named}


def _made_up_id(project: Project, name: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"keydesk-playground:{project.project_id}:{name}")
