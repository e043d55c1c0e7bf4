"""What a digest's figures are, read from the local store of daily facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TypeVar

from sqlmodel import Session

from bot.digests.coverage import DayCoverage
from bot.digests.naming import Naming, Way
from bot.digests.scope import scope_of
from bot.digests.service import UNSPLIT, Details, DigestFigures, DigestPart, Failures, first_needed, provider_total
from bot.spending.usual import usual_of, weights_of
from bot.store.collected import Which
from bot.store.digests import Subscription
from bot.store.facts import SpendRow, spend_by, usage_by
from bot.store.keys import AT_ONCE

T = TypeVar("T")


def figures(session: Session, subscription: Subscription, days: Sequence[date]) -> DigestFigures:
    """Read what a subscription is told of these days."""
    known = DayCoverage(session, first_needed(days), days[-1])
    naming = Naming(session, subscription.team_id, known.projects)
    project_ids = known.read(subscription.projects, days)
    totals, completeness = known.totals(project_ids), known.completeness(subscription.projects, days)
    untold = frozenset(day for day in days if project_ids and day not in totals)
    earlier = known.earlier(subscription.projects, project_ids, days[0]) if completeness.unread else {}
    wanted = _of_customers(naming, frozenset(subscription.customers))
    if subscription.customers:
        totals = _of_them(session, known, project_ids, totals, wanted)
        earlier = _of_them(session, known, [*project_ids, *completeness.unread], earlier, wanted)
    now = [row for row in _spent(session, project_ids, days[0], days[-1]) if wanted(row)]
    compared = weights_of(usual_of(day, totals) for day in days)
    before = [
        (row, weight)
        for day, weight in compared.items()
        for row in _spent(session, project_ids, day, day)
        if wanted(row)
    ]
    way = naming.ways[subscription.by]
    parts = _parts(way, now, before)
    ownerless = parts.pop(way.nobody, DigestPart())
    names = way.names(parts)
    return DigestFigures(
        totals=totals,
        rows=[(names[each], part) for each, part in parts.items()],
        ownerless=ownerless,
        details=_details(naming, now, provider_total(totals, days, untold)),
        final=completeness.final,
        unread=known.names(completeness.unread),
        failures=None if subscription.customers else _failures(session, known, subscription.projects, days),
        scope=scope_of(subscription, {**naming.customer_names, **naming.project_names}),
        earlier=earlier,
        untold=untold,
        unpriced=known.unpriced(project_ids, days),
    )


def _failures(session: Session, known: DayCoverage, scope: Sequence[str], days: Sequence[date]) -> Failures | None:
    """Return how many requests failed. Of customers nobody knows: the provider's records name no billing."""
    failed = known.failed(scope, days)
    if failed is None:
        return None
    which = Which(days[0], days[-1], tuple(known.read(scope, days)))
    told = usage_by(session, which, "total", measures=("requests",))
    return Failures(failed, sum(row.figures.requests or 0 for row in told))


def _spent(session: Session, project_ids: Sequence[str], first: date, last: date) -> list[SpendRow]:
    return spend_by(session, Which(first, last, tuple(project_ids)), "project", "key", "tags", "line_item")


def _of_customers(naming: Naming, wanted: frozenset[str]) -> Callable[[SpendRow], bool]:
    if not wanted:
        return lambda _: True

    def theirs(row: SpendRow) -> bool:
        return naming.payer(row).tag in wanted

    return theirs


def _of_them(
    session: Session,
    known: DayCoverage,
    project_ids: Sequence[str],
    days: Iterable[date],
    wanted: Callable[[SpendRow], bool],
) -> dict[date, Decimal]:
    """Return the totals of some customers: the provider tells none, so they are the sums of their own rows."""
    totals = dict.fromkeys(days, Decimal())
    if totals:
        which = Which(min(totals), max(totals), tuple(project_ids))
        found = spend_by(session, which, "project", "key", "tags")
        keys = sorted({row.key_id or "" for row in found if wanted(row)})  # else every day of every key would be read
        for start in range(0, len(keys), AT_ONCE):
            some = replace(which, key_ids=tuple(keys[start : start + AT_ONCE]))
            for row in spend_by(session, some, "day", "project", "key", "tags"):
                if row.day in totals and known.knows(row.project_id or "", row.day) and wanted(row):
                    totals[row.day] += row.dollars
    return totals


def _parts(way: Way[T], now: Iterable[SpendRow], before: Iterable[tuple[SpendRow, Decimal]]) -> dict[T, DigestPart]:
    parts: dict[T, DigestPart] = defaultdict(DigestPart)
    for row in now:
        parts[way.id_of(row)] += DigestPart(row.dollars)
    for row, weight in before:
        parts[way.id_of(row)] += DigestPart(before=row.dollars * weight)
    return parts


def _details(naming: Naming, rows: Sequence[SpendRow], whole: Decimal | None) -> Details:
    """Split the days told in each way; each adds up to the provider's total, where that is known."""
    spent = sum((row.dollars for row in rows), Decimal())
    apart = [(UNSPLIT, whole - spent)] if whole is not None and whole != spent else []
    return {f"By {name}": [*_split(way, rows), *apart] for name, way in naming.ways.items()}


def _split(way: Way[T], rows: Sequence[SpendRow]) -> list[tuple[str, Decimal]]:
    parts = _parts(way, rows, ())
    names = way.names(parts)
    return [(names[each], part.now) for each, part in parts.items()]
