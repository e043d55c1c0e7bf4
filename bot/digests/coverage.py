"""Which provider days of which projects were read, and what they came to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select as pick
from sqlmodel import Session, col, select

from bot.digests.service import DAY
from bot.prices import Unpriced
from bot.store import accounts
from bot.store.collected import CollectedDay
from bot.store.prices import NONE_UNTOLD, Price, Untold
from bot.store.projects import Project
from bot.vendors import COLLECTED_DOLLARS, vendors_in

_TOLD = (
    col(CollectedDay.project_id),
    col(CollectedDay.day),
    col(CollectedDay.spend_total),
    col(CollectedDay.price),
    col(CollectedDay.spend_told),
    col(CollectedDay.settled),
    col(CollectedDay.failed_requests),
)


@dataclass(frozen=True)
class _Known:
    """What is known of one day of one project; of ``amount`` lacks what ``untold`` counts."""

    amount: Decimal
    untold: Untold
    settled: bool
    failed: int | None


@dataclass(frozen=True)
class Completeness:
    """How well some days are known: which projects were not read, by id, and whether nothing will change any more."""

    unread: frozenset[str]
    final: bool


class DayCoverage:
    """The days from ``first`` to ``last`` of every project, read at once; a day counts once it was read after its end.

    Of a project that is gone, or whose provider tells no dollars, each day stands as it was read last: nobody will
    ever know more of it. Of what such a provider told nothing at all, nothing is said. A scope is a collection of
    project ids; an empty one is all projects but those in customers' own accounts, whose usage is no cost of ours.
    """

    def __init__(self, session: Session, first: date, last: date) -> None:
        self.projects = {project.id: project for project in session.exec(select(Project))}
        self._first, self._last = first, last
        able = vendors_in(session).offering(*COLLECTED_DOLLARS)
        untold = {project.id for project in self.projects.values() if project.provider not in able}
        self._over = untold | {project.id for project in self.projects.values() if project.gone_at is not None}
        self._ours = self.projects.keys() - accounts.theirs(session).keys()
        self._days = {
            (project_id, day): _Known(
                total or Decimal(), _untold(total, price), settled or project_id in self._over, failed
            )
            for project_id, day, total, price, spend_told, settled, failed in session.execute(
                pick(*_TOLD).where(
                    col(CollectedDay.day).between(first, last),
                    col(CollectedDay.closed).is_(True) | col(CollectedDay.project_id).in_(self._over),
                )
            )
            if total is not None or spend_told  # a day without a price was read, and is known to have none
        }
        self._silent = untold - {project_id for project_id, _ in self._days}

    def completeness(self, scope: Collection[str], days: Sequence[date]) -> Completeness:
        """Return how well these days of these projects are known."""
        wanted = self._wanted(scope, days)
        unread = frozenset(project_id for project_id, day in wanted if (project_id, day) not in self._days)
        return Completeness(unread, not unread and all(self._days[each].settled for each in wanted))

    def read(self, scope: Collection[str], days: Sequence[date]) -> list[str]:
        """Return the projects of which all these days are known."""
        unread = self.completeness(scope, days).unread
        return sorted(project_id for project_id in self._in(scope) if project_id not in unread)

    def knows(self, project_id: str, day: date) -> bool:
        """Tell whether a day of a project is known."""
        return (project_id, day) in self._days

    def earlier(self, scope: Collection[str], project_ids: Collection[str], before: date) -> dict[date, Decimal]:
        """Add up the days before one on which all of these projects are known, with what is known of the scope.

        Without any project all of the scope have to be known.
        """
        others = [each for each in self._in(scope) if each not in project_ids]
        known = self.totals(project_ids or others)
        if not project_ids:
            others = []
        return {
            day: sum((self._days[each, day].amount for each in others if self.knows(each, day)), amount)
            for day, amount in known.items()
            if day < before
        }

    def totals(self, project_ids: Collection[str]) -> dict[date, Decimal]:
        """Add up each day on which all of these projects are known; of no project nothing is known.

        A sum is without what is not told; a day of which nothing is told is left out (``untold`` names it).
        """
        found: dict[date, Decimal] = {}
        if not project_ids:
            return found
        for number in range((self._last - self._first).days + 1):
            day = self._first + number * DAY
            known = [self._days.get((project_id, day)) for project_id in project_ids if self._is_told(project_id, day)]
            read = [each for each in known if each is not None]
            amount = sum((each.amount for each in read), Decimal())
            if len(read) == len(known) and (amount or not any(each.untold.unpriced for each in read)):
                found[day] = amount
        return found

    def unpriced(self, project_ids: Collection[str], days: Sequence[date]) -> tuple[Unpriced, ...]:
        """Return those of these projects of which not all dollars of these days are told."""
        found = []
        for project_id in project_ids:
            known = [self._days[project_id, day] for day in days if self.knows(project_id, day)]
            total = sum((each.amount for each in known), Decimal())
            untold = sum((each.untold for each in known), NONE_UNTOLD).beside(total)
            if untold:
                found.append(Unpriced(self.projects[project_id].name, untold, whole=not total))
        return tuple(sorted(found, key=lambda each: each.project))

    def failed(self, scope: Collection[str], days: Sequence[date]) -> int | None:
        """Return how many requests failed, or None if that is not known of all of these projects and days."""
        wanted = self._wanted(scope, days)
        counts = [self._days[each].failed if each in self._days else None for each in wanted]
        known = [count for count in counts if count is not None]
        return sum(known) if known and len(known) == len(counts) else None

    def names(self, project_ids: Collection[str]) -> tuple[str, ...]:
        """Name projects, in order."""
        return tuple(sorted(self.projects[project_id].name for project_id in project_ids))

    def _wanted(self, scope: Collection[str], days: Sequence[date]) -> list[tuple[str, date]]:
        return [(project_id, day) for project_id in self._in(scope) for day in days if self._is_told(project_id, day)]

    def _in(self, scope: Collection[str]) -> Collection[str]:
        wanted = self.projects.keys() & scope if scope else self._ours
        return wanted - self._silent

    def _is_told(self, project_id: str, day: date) -> bool:
        return project_id not in self._over or (project_id, day) in self._days


def _untold(total: Decimal | None, price: str) -> Untold:
    if total is None:
        return Untold(unpriced=1)
    return Untold(partly=int(price == Price.PARTLY), zero=int(price == Price.ZERO))
