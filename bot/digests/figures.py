"""What a digest's figures are, read from the local store of daily facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from sqlmodel import Session, select

from bot import payers
from bot.attribution import Payer
from bot.billing.statement import Catalogue
from bot.digests.known_days import KnownDays
from bot.digests.service import DAY, WEEK, Failures, Figures, Part, first_needed
from bot.slack.words import cut
from bot.store import customers
from bot.store.collected import Which
from bot.store.digests import Subscription
from bot.store.facts import SpendRow, spend_by, usage_by
from bot.store.keys import Key
from bot.store.projects import Project
from bot.store.tag_sets import set_of

NAME_LONGEST = 40

NameOf = Callable[[SpendRow], str | None]
"""Says in which row an amount stands; None for what belongs to none."""


class Naming:
    """Whose an amount is, and how people call its project and its key."""

    def __init__(self, session: Session, team_id: str, projects: Mapping[str, Project]) -> None:
        self._projects = projects
        self._keys = {key.provider_key_id: key for key in session.exec(select(Key))}
        self._catalogue = Catalogue({each.tag: each.name for each in customers.everyone(session, team_id)}, {})
        self._attribution = payers.attribution(session, team_id)

    def payer(self, row: SpendRow) -> Payer:
        """Return whose an amount is."""
        tags = set_of(row.tags) if row.tags else None
        return self._attribution.payer(row.project_id or "", row.key_id, tags)

    def by(self, dimension: str) -> NameOf:
        """Return what names the row of an amount: by "customer", "project" or "key"."""
        return {"customer": self.customer, "project": self.project, "key": self.key}[dimension]

    def customer(self, row: SpendRow) -> str | None:
        """Name the customer."""
        payer = self.payer(row)
        return None if payer.kind == "untagged" else self._catalogue.name(payer)

    def project(self, row: SpendRow) -> str | None:
        """Name the project."""
        found = self._projects.get(row.project_id or "")
        return found.name if found is not None else row.project_id

    def key(self, row: SpendRow) -> str | None:
        """Name the key as people know it: its label, and its purpose where it was made here."""
        if not row.key_id:
            return None
        known = self._keys.get(row.key_id)
        purpose = f" · {cut(' '.join(known.purpose.split()), NAME_LONGEST)}" if known and known.purpose else ""
        return f"{row.key_id[:8]}{purpose}"


def figures(session: Session, subscription: Subscription, days: Sequence[date]) -> Figures:
    """Read what a subscription is told of these days."""
    known = KnownDays(session, first_needed(days), days[-1])
    naming = Naming(session, subscription.team_id, known.projects)
    project_ids = known.read(subscription.projects, days)
    totals, standing = known.totals(project_ids), known.standing(subscription.projects, days)
    wanted = _of_customers(naming, frozenset(subscription.customers))
    now = [row for row in _spent(session, project_ids, days[0], days[-1]) if wanted(row)]
    before = [row for row in _spent(session, project_ids, days[0] - WEEK, days[0] - DAY) if wanted(row)]
    parts = _parts(naming.by(subscription.by), now, before)
    ownerless = parts.pop(None, Part())
    return Figures(
        totals=_of_them(session, project_ids, totals, wanted) if subscription.customers else totals,
        rows={name: part for name, part in parts.items() if name is not None},
        ownerless=ownerless,
        details=_details(naming, now),
        final=standing.final,
        unread=known.names(standing.unread),
        failures=None if subscription.customers else _failures(session, known, subscription.projects, days),
    )


def _failures(session: Session, known: KnownDays, scope: Sequence[str], days: Sequence[date]) -> Failures | None:
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
    project_ids: Sequence[str],
    known: Mapping[date, Decimal],
    wanted: Callable[[SpendRow], bool],
) -> dict[date, Decimal]:
    """Return the totals of some customers: the provider tells none, so they are the sums of their own rows."""
    totals = dict.fromkeys(known, Decimal())
    if totals:
        which = Which(min(totals), max(totals), tuple(project_ids))
        found = spend_by(session, which, "project", "key", "tags")
        keys = {row.key_id or "" for row in found if wanted(row)}  # else every day of every key would be read
        which = replace(which, key_ids=tuple(sorted(keys)))
        for row in spend_by(session, which, "day", "project", "key", "tags"):
            if row.day in totals and wanted(row):
                totals[row.day] += row.dollars
    return totals


def _parts(name_of: NameOf, now: Iterable[SpendRow], before: Iterable[SpendRow]) -> dict[str | None, Part]:
    parts: dict[str | None, Part] = defaultdict(Part)
    for row in now:
        parts[name_of(row)] += Part(row.dollars)
    for row in before:
        parts[name_of(row)] += Part(before=row.dollars)
    return parts


def _details(naming: Naming, rows: Sequence[SpendRow]) -> dict[str, dict[str, Decimal]]:
    """Split the days told in four ways; each adds up to the same."""
    ways: dict[str, tuple[NameOf, str]] = {
        "By customer": (naming.customer, "Untagged"),
        "By project": (naming.project, "Without a project"),
        "By key": (naming.key, "Without a key"),
        "By line item": (lambda row: row.line_item, "Without a line item"),
    }
    details: dict[str, dict[str, Decimal]] = {}
    for title, (name_of, without) in ways.items():
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for row in rows:
            sums[name_of(row) or without] += row.dollars
        details[title] = dict(sums)
    return details
