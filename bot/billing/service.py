"""Balances and purchases as the provider tells them at this moment; nothing of them is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from bot.providers.billing import Balance, Purchase
from bot.providers.offers import OffersMoney
from bot.slack.pages import Page, page_of
from bot.store.projects import Project

LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Balances:
    """What is left in a project, and when that was read."""

    project_id: str
    project: str
    balances: tuple[Balance, ...]
    read_at: datetime


@dataclass(frozen=True)
class Orders:
    """A page of what was bought for a project; not ``complete`` if the provider may have more than it told."""

    project_id: str
    project: str
    page: Page[Purchase]
    complete: bool
    read_at: datetime


async def balances(reports: OffersMoney, project: Project, now: datetime) -> Balances:
    """Read the balances.

    Raises:
        ProviderError: the provider did not tell; ScopeMissing says who may read them.
    """
    return Balances(project.id, project.name, tuple(await reports.balances(project.id)), now)


async def orders(reports: OffersMoney, project: Project, number: int, now: datetime) -> Orders:
    """Read the orders, the newest first.

    Raises:
        ProviderError: the provider did not tell; ScopeMissing says who may read them.
    """
    told = await reports.purchases(project.id)
    newest_first = sorted(told.orders, key=lambda order: order.created or LONG_AGO, reverse=True)
    return Orders(project.id, project.name, page_of(newest_first, number), told.complete, now)


def sums(listed: Iterable[Balance]) -> dict[str, Decimal | None]:
    """Add up what has the same unit, where there are several; None where an amount is unknown."""
    amounts: dict[str, list[Decimal | None]] = {}
    for balance in listed:
        amounts.setdefault(balance.units, []).append(balance.amount)
    return {units: _sum(parts) for units, parts in amounts.items() if len(parts) > 1}


def _sum(parts: list[Decimal | None]) -> Decimal | None:
    known = [part for part in parts if part is not None]
    return sum(known, Decimal()) if len(known) == len(parts) else None
