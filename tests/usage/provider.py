"""A provider of two reports, kept in plain dicts: it can be wrong, late, slow and busy."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from bot.errors import Refused
from bot.providers.billing import Billing
from bot.providers.deepgram.billing import billing_of
from bot.providers.deepgram.usage import usage_of
from bot.providers.pacing import ask_leave
from bot.providers.records import EVERY_REQUEST, LARGEST_PAGE, RequestFilter, RequestPage, RequestRecord
from bot.providers.usage import Usage
from playground.deepgram.refusals import Refusal
from playground.deepgram.telling import Telling

OF_ALL = {"models": ["m1"], "endpoint": "listen", "method": "sync", "feature_set": "", "deployment": "hosted"}


class Provider:
    """``spent`` maps (project, day) to dollars by (key, tags); each dollar is also an hour and a request.

    ``failed`` maps (project, day) to how many requests failed, and ``trouble`` a project to what its next calls raise;
    ``telling`` is how reports are told, ``refused`` are (report, grouping) answered by an error, the total's grouping
    being "". ``delay`` is in seconds; ``calls`` are those made, as (project, report, grouping, start, end).
    """

    def __init__(self) -> None:
        self.spent: dict[tuple[str, date], dict[tuple[str, tuple[str, ...]], Decimal]] = defaultdict(dict)
        self.trouble: dict[str, Exception] = {}
        self.failed: dict[tuple[str, date], int] = defaultdict(int)
        self.unsplit = Decimal()
        self.delay = 0.0
        self.calls: list[tuple[str, str, tuple[str, ...], date, date]] = []
        self.at_once = 0
        self.most_at_once = 0
        self.telling = Telling()
        self.refused: dict[tuple[str, str], Exception] = {}
        self.nonsense: dict[str, Any] | None = None  # told in place of every billing report

    def spend(self, project_id: str, day: date, dollars: str, key: str = "k1", tags: tuple[str, ...] = ()) -> None:
        """Let a key have spent so much on a day, in place of what it had."""
        self.spent[project_id, day][key, tags] = Decimal(dollars)

    def calls_of(self, project_id: str) -> Counter[str]:
        """Count the calls about a project by report, "billing" or "usage"."""
        return Counter(report for called, report, *_ in self.calls if called == project_id)

    async def billing_breakdown(
        self, project_id: str, grouping: Iterable[str] = (), *, start: date, end: date
    ) -> Billing:
        """Answer as the vendor's specification says."""
        asked = tuple(grouping)
        await self._called(project_id, "billing", asked, start, end)
        by = tuple(name for each in asked if (name := self._meant("billing", each)))
        if not asked:
            self._meant("billing", "")
        rows = self.telling.priced(list(self._dollars(project_id, by, start, end, is_split=bool(asked))))
        return await billing_of(self.nonsense or {"results": self.telling.with_odd_rows(rows)})

    async def usage_breakdown(self, project_id: str, grouping: str | None = None, *, start: date, end: date) -> Usage:
        """Answer as the vendor's specification says."""
        await self._called(project_id, "usage", (grouping,) if grouping else (), start, end)
        rows = list(self._hours(project_id, self._meant("usage", grouping or ""), start, end))
        return await usage_of({"results": self.telling.with_odd_rows(rows)})

    def _meant(self, report: str, grouping: str) -> str:
        if (report, grouping) in self.refused:
            raise self.refused[report, grouping]
        try:
            meant = self.telling.grouping(grouping) or ""
        except Refusal as refusal:
            raise Refused(f"Deepgram refused {grouping}.") from refusal
        if meant == "model":
            raise Refused("Deepgram refused model.")
        return meant

    async def request_page(
        self, project_id: str, which: RequestFilter = EVERY_REQUEST, *, page: int = 0, page_size: int = LARGEST_PAGE
    ) -> RequestPage:
        """Answer with a page of the failed requests of one day."""
        assert which.start
        assert which.end
        assert which.status == "failed"
        await self._called(project_id, "requests", (), which.start.date(), which.end.date())
        left = self.failed[project_id, which.start.date()] - page * page_size
        return RequestPage([RequestRecord(request_id=f"r{n}") for n in range(min(left, page_size))], left < page_size)

    async def _called(self, project_id: str, report: str, by: tuple[str, ...], start: date, end: date) -> None:
        await ask_leave()  # as the transport of a real client does before each read
        self.calls.append((project_id, report, by, start, end))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(self.delay)
        self.at_once -= 1
        if project_id in self.trouble:
            raise self.trouble[project_id]

    def _dollars(
        self, project_id: str, by: tuple[str, ...], start: date, end: date, *, is_split: bool
    ) -> Iterable[dict[str, Any]]:
        for day in _days(start, end):
            spent = self.spent[project_id, day]
            if not is_split:
                total = sum(spent.values(), Decimal()) + (self.unsplit if spent else 0)
                yield {"dollars": str(total), "grouping": {"start": f"{day}"}}
                continue
            for (key, tags), dollars in spent.items():
                all_told = {"accessor": key, "tags": list(tags), "line_item": "stt", "deployment": "hosted"}
                told = {name: all_told[name] for name in by}
                yield {"dollars": str(dollars), "grouping": {"start": f"{day}"} | told}

    def _hours(self, project_id: str, by: str, start: date, end: date) -> Iterable[dict[str, Any]]:
        for day in _days(start, end):
            for (key, tags), dollars in self.spent[project_id, day].items():
                all_told = {"accessor": key, "tags": list(tags), **OF_ALL}
                told = {by: all_told[by]} if by else {}
                yield {"hours": str(dollars), "requests": int(dollars), "grouping": {"start": f"{day}"} | told}


def _days(start: date, end: date) -> Iterable[date]:
    return (start + timedelta(days=number) for number in range((end - start).days + 1))
