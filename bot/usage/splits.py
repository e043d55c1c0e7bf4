"""The splits of some days: one call for the dollars, one for each grouping of usage.

Whatever becomes of one of them, the totals and the others stand. What is refused or ignored is not told by the provider
for that dimension alone: it is tried once by the other name that the vendor has for it, and again once a day.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol, get_args

from bot.errors import Conflict, NotFound, ProviderError, RateLimited, Refused, ScopeMissing, Unavailable
from bot.providers.billing import Billing, BillingGrouping
from bot.providers.usage import Grouping, OtherGrouping, Usage
from bot.store.splits import NotSplit, Splits
from bot.usage.reading import ReportPeriod, SpendOfDays, UsageOfDays, spend_rows, split_by, usage_rows

DEFINITE = (NotFound, Refused, ScopeMissing, Conflict)
OTHER_NAMES: dict[str, OtherGrouping] = {"models": "model"}
MOST_TROUBLES = 2  # then the provider is away, and nothing more is asked
DOLLARS = "dollars by "
IGNORED = "The provider answered without any."


class SplitReports(Protocol):
    """The provider's two reports, split."""

    async def billing_breakdown(
        self, project_id: str, grouping: Iterable[BillingGrouping] = (), *, start: date, end: date
    ) -> Billing:
        """Return dollars per day, split by any of the groupings."""
        ...

    async def usage_breakdown(
        self, project_id: str, grouping: Grouping | OtherGrouping | None = None, *, start: date, end: date
    ) -> Usage:
        """Return usage per day, split by one grouping or none."""
        ...


@dataclass
class SplitsFound:
    """What was told: the dollars' lines (None where they are not), and usage by dimension.

    ``names`` and ``untold`` are to be remembered (`Splits`). ``troubles`` are those of the provider, which may be over
    soon. ``odd`` counts rows that could not be read.
    """

    spend: SpendOfDays | None = None
    usage: dict[str, UsageOfDays] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    untold: dict[str, NotSplit] = field(default_factory=dict)
    troubles: list[ProviderError] = field(default_factory=list)
    odd: int = 0

    @property
    def kept(self) -> frozenset[str]:
        """The dimensions of usage of which nothing was told: what is known of them stays."""
        return frozenset(get_args(Grouping)) - self.usage.keys()

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing."""
        return not self.untold and not self.troubles

    @property
    def splits(self) -> Splits:
        """What is to be remembered."""
        return Splits(self.names, self.untold)


class Splitting:
    """Asks for the splits of some days of one project; ``known`` is what was seen of them before."""

    def __init__(
        self, reports: SplitReports, project_id: str, period: ReportPeriod, known: Splits, now: datetime
    ) -> None:
        self._reports = reports
        self._project_id = project_id
        self._period = period
        self._known = known
        self._now = now
        self.found = SplitsFound(names=dict(known.names), untold=dict(known.untold))

    async def read(self, *, dollars: bool, usage: bool) -> SplitsFound:
        """Ask for every split that is wanted; a limit of calls ends it and stands among the troubles."""
        wanted: list[Callable[[], Awaitable[None]]] = [self._dollars] if dollars else []
        wanted += [self._usage_of(dimension) for dimension in (get_args(Grouping) if usage else ())]
        for ask in wanted:
            try:
                await ask()
            except RateLimited as limited:
                self.found.troubles.append(limited)
                break
            except ProviderError as trouble:
                self.found.troubles.append(trouble)
            if len(self.found.troubles) >= MOST_TROUBLES:
                break
        return self.found

    # --- dollars ---

    async def _dollars(self) -> None:
        by = [each for each in get_args(BillingGrouping) if self._known.is_due(DOLLARS + each, self._now)]
        if not by:
            return
        try:
            await self._dollars_by(by)
        except DEFINITE as refused:
            await self._dollars_by_fewer(by, refused)

    async def _dollars_by(self, by: list[BillingGrouping]) -> None:
        billing = await self._billing(by)
        rows, told = spend_rows(billing, self._period), split_by(billing, by)
        self.found.odd += rows.odd
        if told or not rows.days:  # else the rows are the total once more, and nobody's
            self.found.spend = rows.days
        for each in by if rows.days else []:
            self._note(DOLLARS + each, None if each in told else IGNORED)

    async def _dollars_by_fewer(self, by: list[BillingGrouping], refused: ProviderError) -> None:
        """Find out which of several dimensions is refused, and ask for the others."""
        works = [each for each in by if await self._is_told(each)]
        for each in by:
            if each not in works:
                self._note(DOLLARS + each, refused.text)
        if works and len(works) < len(by):
            await self._dollars_by(works)

    async def _is_told(self, dimension: BillingGrouping) -> bool:
        try:
            await self._billing([dimension])
        except DEFINITE:
            return False
        return True

    async def _billing(self, by: list[BillingGrouping]) -> Billing:
        period = self._period
        return await self._reports.billing_breakdown(self._project_id, by, start=period.start, end=period.end)

    # --- usage ---

    def _usage_of(self, dimension: Grouping) -> Callable[[], Awaitable[None]]:
        async def ask() -> None:
            if not self._known.is_due(dimension, self._now):
                return
            reasons = []
            for name in self._names_of(dimension):
                why = await self._usage(dimension, name)
                if not why:
                    self._remember(dimension, name)
                    self._note(dimension, None)
                    return
                reasons.append(why)
            self._note(dimension, reasons[0])

        return ask

    def _names_of(self, dimension: Grouping) -> list[Grouping | OtherGrouping]:
        """Return the names to try, that which worked before first."""
        other = OTHER_NAMES.get(dimension)
        names = [dimension, *([other] if other else [])]
        return names[::-1] if self._known.names.get(dimension) == other and other else names

    async def _usage(self, dimension: Grouping, name: Grouping | OtherGrouping) -> str:
        """Ask for one grouping; return why it is not told, if so."""
        period = self._period
        try:
            usage = await self._reports.usage_breakdown(self._project_id, name, start=period.start, end=period.end)
        except DEFINITE as refused:
            return refused.text
        rows = usage_rows(usage, dimension, period)
        if not rows.is_split:
            return IGNORED
        self.found.usage[dimension] = rows.days
        self.found.odd += rows.odd
        return ""

    def _remember(self, dimension: str, name: str) -> None:
        self.found.names.pop(dimension, None)
        if name != dimension:
            self.found.names[dimension] = name

    def _note(self, what: str, why: str | None) -> None:
        self.found.untold.pop(what, None)
        if why is not None:
            self.found.untold[what] = NotSplit(why, self._now)


def trouble_of(found: SplitsFound) -> ProviderError | None:
    """Return what nobody may call again after: a limit of calls; None if there is none."""
    return next((each for each in found.troubles if not isinstance(each, Unavailable)), None)
