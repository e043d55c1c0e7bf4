"""What people see of balances and purchases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from bot.billing.service import Balances, Orders, sums
from bot.money import dollars, to_cents
from bot.providers.billing import MOST_ORDERS, Balance, Purchase
from bot.providers.port import Vendor
from bot.slack import blocks
from bot.slack.words import count, cut, cut_mrkdwn, escape, when

Block = dict[str, Any]

BALANCES_SHOWN = 20
FOREIGN_SHOWN = 40
DAY = "{date_short}"


def balances(seen: Balances, vendor: Vendor) -> list[Block]:
    """Draw what is left."""
    printed = zip(seen.balances, _printed(seen.balances), strict=True)
    rows = [_balance(balance, amount) for balance, amount in islice(printed, BALANCES_SHOWN)]
    beyond = len(seen.balances) - len(rows)
    return [
        blocks.header(f"Balance of {seen.project}"),
        *(rows or [blocks.section(f"{vendor.name} tells of no balance in this project.")]),
        *([blocks.context(f"… and {beyond} more, not shown; sums count them too")] if beyond else []),
        *_sums(seen),
        blocks.context(f"{count(len(seen.balances), 'balance')} · {_now(seen.read_at, vendor)}"),
        blocks.actions(
            blocks.button("Look again", "billing.balance", seen.project_id),
            blocks.button("Purchases", "billing.purchases", f"1:{seen.project_id}"),
        ),
    ]


def orders(seen: Orders, vendor: Vendor) -> list[Block]:
    """Draw a page of what was bought."""
    rows = [_order(order, seen.read_at) for order in seen.page.items]
    return [
        blocks.header(f"Purchases of {seen.project}"),
        *(rows or [blocks.section(f"{vendor.name} tells of no purchase in this project.")]),
        *([] if seen.complete else [blocks.section(f"⚠️ {_more(vendor)}")]),
        blocks.context(f"{count(seen.page.total, 'order')}, the newest first · {_now(seen.read_at, vendor)}"),
        *blocks.paging("billing.purchases", seen.page.number, seen.page.pages, seen.project_id),
        blocks.actions(blocks.button("Balance", "billing.balance", seen.project_id)),
    ]


def amount_text(amount: Decimal | None, units: str) -> str:
    """Say an amount (mrkdwn): dollars to the cent, else every digit that was told: ``$4,000.00``, ``1 hour``."""
    if amount is None:
        return f"an unknown amount of {_unit(units)}" if units else "an unknown amount"
    if units == "usd":
        return dollars(amount)
    whole, _, part = f"{amount:,f}".partition(".")
    part = part.rstrip("0")
    number = f"{whole}.{part}" if part else whole
    if units == "hour":
        return f"{number} {'hour' if number == '1' else 'hours'}"
    return f"{number} {_foreign(units) if units else '(unit unknown)'}"


def _sums(seen: Balances) -> list[Block]:
    lines = [f"Sum of {_unit(units)}: {_sum_text(total, units)}" for units, total in sums(seen.balances).items()]
    return [blocks.section(cut_mrkdwn("\n".join(lines), 1000))] if lines else []


def _unit(units: str) -> str:
    return {"usd": "USD", "hour": "hours", "": "those without a unit"}.get(units) or _foreign(units)


def _sum_text(total: Decimal | None, units: str) -> str:
    return "unknown, as not every amount was told" if total is None else f"*{amount_text(total, units)}*"


def _printed(balances: Sequence[Balance]) -> list[Decimal | None]:
    """Return the amounts as they are printed: dollars to the cent, so that they add up to their printed sum."""
    told = [each.amount for each in balances if each.units == "usd" and each.amount is not None]
    cents = iter(to_cents(told))
    return [next(cents) if each.units == "usd" and each.amount is not None else each.amount for each in balances]


def _balance(balance: Balance, amount: Decimal | None) -> Block:
    bought = f" · from order {_foreign(balance.purchase_order_id)}" if balance.purchase_order_id else ""
    return blocks.section(f"*{amount_text(amount, balance.units)}*\nbalance {_foreign(balance.balance_id)}{bought}")


def _order(order: Purchase, now: datetime) -> Block:
    kind = _foreign(order.order_type) if order.order_type else "type unknown"
    made = when(order.created, DAY) if order.created else "on an unknown day"
    return blocks.section(
        f"*{amount_text(order.amount, order.units)}* · {kind}\n"
        f"ordered {made} · {_expiration(order.expiration, now)} · order {_foreign(order.order_id)}"
    )


def _expiration(moment: datetime | None, now: datetime) -> str:
    if moment is None:
        return "no expiration told"
    return f"{'expires' if moment > now else 'expired'} {when(moment, DAY)}"


def _now(moment: datetime, vendor: Vendor) -> str:
    return f"as {vendor.name} tells it now, {when(moment)}"


def _more(vendor: Vendor) -> str:
    most = f"{vendor.name} tells at most {MOST_ORDERS:,} orders and has no second page"
    return f"{most}: there may be more than are counted here."


def _foreign(text: str) -> str:
    return escape(cut(text, FOREIGN_SHOWN))
