"""Everything that a digest says, from the store; the balance of a few projects from the provider, if that is quick."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlmodel import Session

from bot.budgets import former
from bot.digests.coverage import Completeness, DayCoverage
from bot.digests.events import events
from bot.digests.figures import figures
from bot.digests.service import CORRECTED_DAYS, DAY, BalanceLine, Digest, DigestFigures, Events, compose
from bot.errors import BotError
from bot.money import lasts, to_cent
from bot.providers.billing import dollars_left
from bot.providers.offers import OffersMoney
from bot.providers.port import Capability
from bot.store import accounts, budgets, collections, digest_runs, projects
from bot.store.collected import Which, end_of, totals_by
from bot.store.database import Database
from bot.store.digests import Subscription
from bot.vendors import offering

BALANCE_SECONDS = 5.0
MOST_BALANCES = 10  # of more projects nobody waits for the balances: those of the last day are told
BALANCES_KEPT = timedelta(hours=36)


@dataclass(frozen=True)
class Material:
    """What the store knows; ``balanced`` are the projects whose balances are asked for, or else ``kept`` is told.

    ``per_day`` is what each project spent a day lately, ``names`` how it is called.
    """

    figures: DigestFigures
    events: Events
    told_before: dict[date, Decimal]
    budget: Decimal | None
    balanced: list[str]
    kept: Mapping[str, Decimal]
    per_day: Mapping[str, Decimal]
    names: Mapping[str, str]

    def balances(self, left: Mapping[str, Decimal]) -> list[BalanceLine]:
        """Return what is left in each of these projects, and for how long."""
        return [
            BalanceLine(self.names.get(each, each), to_cent(amount), lasts(amount, self.per_day.get(each)))
            for each, amount in left.items()
        ]


class DigestReading:
    """Reads what a subscription is told of some days, as it is known now."""

    def __init__(self, database: Database, reports: OffersMoney) -> None:
        self._database = database
        self._reports = reports

    async def digest(self, subscription: Subscription, days: tuple[date, ...], now: datetime) -> Digest:
        """Return the digest of these days; what cannot be read is missing in it."""
        found = await self._database.read(lambda session: _material(session, subscription, days, now))
        return compose(
            days,
            found.figures,
            found.events,
            balances=found.balances(await self._left(found.balanced) if found.balanced else found.kept),
            budget=found.budget,
            told_before=found.told_before,
        )

    async def completeness(self, subscription: Subscription, days: tuple[date, ...]) -> Completeness:
        """Return how well these days are known."""

        def read(session: Session) -> Completeness:
            return DayCoverage(session, days[0], days[-1]).completeness(subscription.projects, days)

        return await self._database.read(read)

    async def comes_soon(self, subscription: Subscription, days: tuple[date, ...]) -> bool:
        """Tell whether days that are not known yet are being read: after an outage everything is due at once."""

        def read(session: Session) -> bool:
            unread = DayCoverage(session, days[0], days[-1]).completeness(subscription.projects, days).unread
            return bool(unread and unread & collections.to_come(session, end_of(days[-1])))

        return await self._database.read(read)

    async def _left(self, project_ids: Sequence[str]) -> dict[str, Decimal]:
        """Return what is left in each of these projects; nothing is known if the provider does not tell at once."""
        try:
            async with asyncio.timeout(BALANCE_SECONDS):
                told = await asyncio.gather(*(self._reports.balances(project_id) for project_id in project_ids))
        except (BotError, TimeoutError):
            return {}
        left = {each: dollars_left(balances) for each, balances in zip(project_ids, told, strict=True)}
        return {each: amount for each, amount in left.items() if amount is not None}


def _material(session: Session, subscription: Subscription, days: tuple[date, ...], now: datetime) -> Material:
    told = digest_runs.told_since(session, subscription.id, days[0] - CORRECTED_DAYS * DAY)
    balanced = _balanced(session, subscription)
    few = len(balanced) <= MOST_BALANCES
    week = Which(days[-1] - 6 * DAY, days[-1])
    return Material(
        figures(session, subscription, days),
        events(session, subscription, days, now),
        {day: amount for day, amount in told.items() if day < days[0]},
        _budget(session, subscription, days[-1], now.date()),
        balanced if few else [],
        {} if few else _kept(session, balanced, now),
        {row.project_id or "": row.total / 7 for row in totals_by(session, week, "project")},
        projects.names_by_id(session),
    )


def _kept(session: Session, project_ids: Collection[str], now: datetime) -> dict[str, Decimal]:
    """Return what was left in those of these projects that spend (`bot.budgets.watching` reads it once a day)."""
    kept = collections.balances(session, now - BALANCES_KEPT)
    return {project_id: kept[project_id] for project_id in project_ids if project_id in kept}


def _budget(session: Session, subscription: Subscription, day: date, today: date) -> Decimal | None:
    """Return the budget of a day's month where the scope is exactly one project or one customer, and has one."""
    match (subscription.projects, subscription.customers):
        case ([project_id], []):
            found = budgets.of(session, subscription.team_id, "project", project_id)
        case ([], [tag]):
            found = budgets.of(session, subscription.team_id, "customer", tag)
        case _:
            return None
    return former.dollars_in(session, found, day, today) if found is not None else None


def _balanced(session: Session, subscription: Subscription) -> list[str]:
    """Return the projects in scope; none for customers, who have no balance at the provider."""
    if subscription.customers:
        return []
    scope = subscription.projects or sorted(
        projects.names_by_id(session, live=True).keys() - accounts.theirs(session).keys()
    )
    return offering(session, Capability.MONEY, scope)
