"""Money: balances, what was spent per day, and what was bought. Every amount is a Decimal of the digits told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any, get_args

from bot.errors import ScopeMissing
from bot.providers.billing import (
    MOST_ORDERS,
    Balance,
    Billing,
    BillingFields,
    BillingGrouping,
    Purchase,
    Purchases,
    Spending,
)
from bot.providers.deepgram.endpoints import Endpoints, listed, project_path, report, told
from bot.providers.deepgram.filters import day_params, one_of, value_text
from bot.providers.deepgram.ids import path_id
from bot.providers.deployments import deployment_or_none
from bot.providers.http import ProviderCall
from bot.providers.lenient import (
    is_odd,
    object_or_empty,
    text_or_none,
    texts_or_none,
)
from bot.providers.listed import Listed

WHO_MAY_READ = "At Deepgram the roles owner and admin may read billing; a key of the role member may not."
UNTOLD_CAP = 100  # the largest limit once; a server that still has it cuts a list there without a word


class BillingReports(Endpoints):
    """The endpoints ``balances``, ``billing`` and ``purchases`` of a project; they ask for ``billing:read``."""

    async def balances(self, project_id: str) -> Listed[Balance]:
        """Return all balances of a project."""
        with _saying_who_may():
            body = await self._transport.read(f"{project_path(project_id)}/balances", "to list the balances")
        return await listed(body, "balances", balance_of)

    async def balance(self, project_id: str, balance_id: str) -> Balance:
        """Return one balance.

        Raises:
            NotUnderstood: an id is no UUID.
            NotFound: there is no such balance.
        """
        path, doing = f"{project_path(project_id)}/balances/{path_id(balance_id, 'balance')}", "to read the balance"
        found = balance_of(await self._transport.read(path, doing))
        if found is None:
            raise self._transport.no_answer(ProviderCall("GET", path, doing))
        return found

    async def billing_breakdown(
        self,
        project_id: str,
        grouping: Iterable[BillingGrouping] = (),
        *,
        start: date | None = None,
        end: date | None = None,
        accessor: str | None = None,
        deployment: str | None = None,
        tag: str | None = None,
        line_item: str | None = None,
    ) -> Billing:
        """Return the dollars spent per day, split by any of four dimensions.

        Raises:
            NotUnderstood: a filter or a grouping makes no sense, or the period ends before it starts.
        """
        filters = {"accessor": accessor, "deployment": deployment, "tag": tag, "line_item": line_item}
        params: dict[str, str | tuple[str, ...]] = {
            **day_params(start, end),
            **{name: value_text(name, value) for name, value in filters.items() if value is not None},
        }
        dimensions = [one_of(name, get_args(BillingGrouping), "grouping") for name in grouping]
        if dimensions:
            params["grouping"] = tuple(dict.fromkeys(dimensions))
        path = f"{project_path(project_id)}/billing/breakdown"
        return await billing_of(await self._transport.read(path, "to read the spending", params=params))

    async def billing_fields(
        self, project_id: str, *, start: date | None = None, end: date | None = None
    ) -> BillingFields:
        """Return the keys, deployments, tags and line items that were billed in a period.

        Raises:
            NotUnderstood: the period ends before it starts.
        """
        path = f"{project_path(project_id)}/billing/fields"
        read = await self._transport.read(path, "to read what was billed", params=day_params(start, end))
        body = told(read, BillingFields.model_fields, "what was billed")
        items = object_or_empty(body.get("line_items"))
        names = {text_or_none(item) or "": text_or_none(name) or item for item, name in items.items()}
        ran_on = dict.fromkeys(map(deployment_or_none, texts_or_none(body.get("deployments")) or ()))
        return BillingFields.model_validate(body | {"line_items": names, "deployments": tuple(ran_on)})

    async def purchases(self, project_id: str, limit: int = MOST_ORDERS) -> Purchases:
        """Return at most ``limit`` (1 to 1000) orders; the vendor cuts the list there and has no second page."""
        most = min(max(limit, 1), MOST_ORDERS)
        params = {"limit": str(most)}
        path = f"{project_path(project_id)}/purchases"
        with _saying_who_may():
            body = await self._transport.read(path, "to list the purchases", params=params)
        orders = await listed(body, "orders", purchase_of)
        return Purchases(
            orders=tuple(orders), complete=len(body["orders"] or []) < min(int(params["limit"]), UNTOLD_CAP)
        )


@contextmanager
def _saying_who_may() -> Iterator[None]:
    try:
        yield
    except ScopeMissing as problem:
        text = f"{problem.text} {WHO_MAY_READ}"
        raise ScopeMissing(text, scope=problem.scope, status=problem.status, request_id=problem.request_id) from problem


def balance_of(value: object) -> Balance | None:
    """Read a balance; None without an id."""
    balance = Balance.model_validate({"balance_id": None} | object_or_empty(value))
    return balance if balance.balance_id else None


def purchase_of(value: object) -> Purchase | None:
    """Read an order; None without an id."""
    order = Purchase.model_validate({"order_id": None} | object_or_empty(value))
    return order if order.order_id else None


async def billing_of(body: dict[str, Any]) -> Billing:
    """Read a breakdown.

    Raises:
        Unavailable: it has no list of results; that is not the same as no spending.
    """
    return Billing.model_validate(await report(body, spending_of))


def spending_of(value: object) -> Spending:
    """Read one result."""
    body = object_or_empty(value)
    told = object_or_empty(body.get("grouping")) | {"dollars": body.get("dollars")}
    spending = Spending.model_validate(told | {"odd": False})
    return spending.model_copy(update={"odd": True}) if is_odd(told, spending) else spending
