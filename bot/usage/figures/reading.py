"""The sums of a question, read from the local store of daily facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import Any, cast

from sqlmodel import Session

from bot.spending.payers import Attribution, KnownKey, Payer
from bot.spending.periods import Days
from bot.store import accounts, customers, facts, splits
from bot.store.collected import DayTotal, Which, totals_by
from bot.store.facts import Ranked, SpendDimension, SpendRow, UsageDimension, UsageRow, spend_by, usage_by
from bot.store.tag_sets import set_of, text_of
from bot.usage.figures.question import EVERYWHERE, Question
from bot.usage.figures.scope import FiguresScope
from bot.usage.figures.sums import Amounts, total_of

OWN_USE = "(own use)"  # a customer's tag never begins with a bracket
UNTAGGED = "(untagged)"
SEVERAL = "(several) "
THEIRS = "(theirs) "
UNCLAIMED = "(unclaimed) "
SPEND: Mapping[str, SpendDimension] = {
    "day": "day",
    "project": "project",
    "key": "key",
    "person": "owner",
    "line item": "line_item",
    "tag set": "tags",
    "deployment": "deployment",
}

Sums = Mapping[str, Amounts]
"""By value of the dimension asked for."""


class Sources:
    """What the store knows, for one question in one scope; ``alone`` of its measure alone.

    ``splits``: the provider splits every project as asked.
    """

    def __init__(
        self, session: Session, team_id: str, question: Question, scope: FiguresScope, *, alone: bool = False
    ) -> None:
        self._session = session
        self._question = question
        self._scope = scope
        self._only = dict(question.only)
        self._project_id = scope.project_ids[0] if len(scope.project_ids or ()) == 1 else ""  # type: ignore[index] # then it has one
        self._attribution = _attribution(session, team_id) if "customer" in question.dimensions else None
        self._payers: dict[str, str] = {}
        self._alone = alone
        self.splits = not splits.untold(session, scope.project_ids, question.splits)
        self._unsplit = bool(self._project_id) and not self.splits

    def sums(self, days: Days, values: Sequence[str] | None = None) -> Sums:
        """Return the sums by value, of these values alone where that saves reading."""
        found: dict[str, dict[str, Decimal]] = defaultdict(dict)
        for value, amounts in self._amounts(self._which(days, values)):
            sums = found[value]
            for measure, amount in amounts.items():
                sums[measure] = sums[measure] + amount if measure in sums else amount
        return found

    def total(self, days: Days, sums: Sums | None = None) -> Amounts:
        """Return the provider's own total; where the question is narrowed it tells none, and the rows are all.

        Where ``sums`` are at hand, days and projects are added up: they are told by the ungrouped reports.
        """
        if self._only or (sums is not None and self._question.by in {"day", "project"}):
            return total_of((self.sums(days) if sums is None else sums).values())
        which = self._which(days)
        total: dict[str, Decimal] = {}
        if self._reads_dollars:
            total |= _told(totals_by(self._session, which)[0])
        if self._grouping is not None:
            total |= total_of(_used(row) for row in usage_by(self._session, which, "total", measures=self._measures))
        return total

    def split_total(self, days: Days, total: Amounts) -> Amounts:
        """Return what all values come to, of the measure asked for; ``total`` is the provider's own of these days."""
        which, measure = self._which(days), self._question.measure
        if self._question.by in {"day", "project"}:  # told by the ungrouped reports
            return total
        if measure == "dollars":
            return {measure: totals_by(self._session, which)[0].rows}
        grouping = cast("UsageDimension", self._grouping)
        return {measure: facts.largest_usage(self._session, which, grouping, USED[measure], top=1).total}

    def largest(self, days: Days, *, top: int, skip: int) -> Ranked:
        """Return the keys of all projects by the measure asked for, without so many of the largest."""
        which = self._which(days)
        if self._question.measure == "dollars":
            return facts.largest_spend(self._session, which, "key", top=top, skip=skip)
        return facts.largest_usage(self._session, which, "accessor", USED[self._question.measure], top=top, skip=skip)

    @property
    def is_wide(self) -> bool:
        """Whether it asks for 20,000 keys at once."""
        return self._question.by == "key" and self._question.project == EVERYWHERE and not self._only

    # The two reports are read side by side, but where only what was asked for is needed.

    @property
    def _one_report(self) -> bool:
        return self._alone or self.is_wide

    @property
    def _reads_dollars(self) -> bool:
        return self._question.tells_dollars and (not self._one_report or self._question.measure == "dollars")

    @property
    def _grouping(self) -> str | None:
        return None if self._one_report and self._question.measure == "dollars" else self._question.grouping

    @property
    def _measures(self) -> tuple[str, ...]:
        return USED[self._question.measure] if self._alone else tuple(chain(*USED.values()))

    def _which(self, days: Days, values: Sequence[str] | None = None) -> Which:
        which, by = self._scope.which(days), self._question.by
        if values and by == "day":
            return replace(which, start=date.fromisoformat(min(values)), end=date.fromisoformat(max(values)))
        if values is None or by not in NARROWS:
            return which
        narrow: dict[str, Any] = {NARROWS[by]: self._billed_by(values) if by == "customer" else tuple(values)}
        return replace(which, **narrow)

    def _amounts(self, which: Which) -> Iterable[tuple[str, Amounts]]:
        if self._reads_dollars:
            yield from self._spent(which)
        if self._grouping is not None:
            yield from self._used(which, self._grouping)

    # --- dollars ---

    def _spent(self, which: Which) -> Iterable[tuple[str, Amounts]]:
        by = self._question.by
        if not self._only and by in {"day", "project"}:  # the provider's own totals, with what it does not split
            for total in totals_by(self._session, which, by):
                yield _text(total.day if by == "day" else total.project_id), _told(total)
            return
        columns: list[SpendDimension] = ["billed_by"] if "customer" in self._question.dimensions else []
        if by in SPEND and SPEND[by] not in columns:
            columns.append(SPEND[by])
        for row in spend_by(self._session, self._narrowed(which), *columns):
            value = self._spend_value(row)
            if value is not None and self._is_wanted(row):
                yield value, {"dollars": row.dollars}

    def _narrowed(self, which: Which) -> Which:
        given = {"line item": "line_items", "tag set": "tags", "deployment": "deployments"}
        narrow: dict[str, Any] = {name: (self._only[each],) for each, name in given.items() if each in self._only}
        if "customer" in self._only:
            narrow["billed_by"] = self._billed_by((self._only["customer"],))
        return self._of_keys(replace(which, **narrow))

    def _billed_by(self, customers: Iterable[str]) -> tuple[str, ...]:
        """Return all that tells that something is one of these customers'."""
        wanted = frozenset(customers)
        told = ("", *wanted, *facts.tag_sets_billed(self._session))
        return tuple(each for each in told if self._customer(each) in wanted)

    def _of_keys(self, which: Which) -> Which:
        """Narrow it to the keys to read: the one asked for, those on the page, those of the person or of the people."""
        wanted: set[str] | None = None if which.key_ids is None else set(which.key_ids)
        if "key" in self._only:
            wanted = {self._only["key"]} if wanted is None else wanted & {self._only["key"]}
        owners = (self._only["person"],) if "person" in self._only else which.owners
        return replace(which, owners=owners, key_ids=None if wanted is None else tuple(sorted(wanted)))

    def _spend_value(self, row: SpendRow) -> str | None:
        match self._question.by:
            case "customer":
                return self._customer(row.billed_by or "")
            case by:
                value = _text(getattr(row, FIELDS.get(by, SPEND[by])))
                return None if not value and self._unsplit else value  # nobody told that it is of none

    def _is_wanted(self, row: SpendRow) -> bool:
        return "customer" not in self._only or self._customer(row.billed_by or "") == self._only["customer"]

    def _customer(self, billed_by: str) -> str:
        """Return the payer's value; many lines share few texts that tell it."""
        if self._attribution is None:
            return ""
        if billed_by not in self._payers:
            by_tags = billed_by.startswith("[")
            keys = {} if by_tags else {A_KEY: KnownKey(billed_by or None, made_here=True)}
            tags = set_of(billed_by) if by_tags else ()
            payer = replace(self._attribution, keys=keys).payer(self._project_id, A_KEY, tags)
            self._payers[billed_by] = payer_text(payer)
        return self._payers[billed_by]

    # --- usage ---

    def _used(self, which: Which, grouping: str) -> Iterable[tuple[str, Amounts]]:
        if grouping == "accessor":
            which = self._of_keys(which)
        day, project = self._question.by == "day", self._question.by == "project"
        wanted = cast("UsageDimension", "owner" if self._question.by == "person" else grouping)
        for row in usage_by(self._session, which, wanted, by_day=day, by_project=project, measures=self._measures):
            value = self._usage_value(row)
            if value is not None and (grouping == "accessor" or self._is_used_by(row.value)):
                yield value, _used(row)

    def _usage_value(self, row: UsageRow) -> str | None:
        match self._question.by:
            case "day":
                return _text(row.day)
            case "project":
                return _text(row.project_id)
            case "customer":
                return self._customer(row.value)
            case _:
                return row.value

    def _is_used_by(self, value: str) -> bool:
        """Whether a value of the grouping is what the question is narrowed to."""
        told = {"customer": self._customer(value)}
        return all(told.get(dimension, value) == asked for dimension, asked in self._only.items())


A_KEY = "one key"
USED: Mapping[str, tuple[str, ...]] = {
    "hours": ("hours",),
    "requests": ("requests",),
    "tokens": ("tokens_in", "tokens_out"),
    "characters": ("tts_characters",),
    "agent hours": ("agent_hours",),
}
NARROWS: Mapping[str, str] = {
    "project": "project_ids",
    "key": "key_ids",
    "tag set": "tags",
    "line item": "line_items",
    "deployment": "deployments",
    "customer": "billed_by",
    "person": "owners",
}
FIELDS: Mapping[str, str] = {"project": "project_id", "key": "key_id"}


def _attribution(session: Session, team_id: str) -> Attribution:
    """Read what tells payers; keys are told by the rows."""
    known = frozenset(each.tag for each in customers.everyone(session, team_id))
    return Attribution(customers=known, keys={}, accounts=accounts.theirs(session))


def _told(total: DayTotal) -> dict[str, Decimal]:
    return {} if total.told is None else {"dollars": total.told}


def _used(row: UsageRow) -> Amounts:
    figures = row.figures
    tokens = [count for count in (figures.tokens_in, figures.tokens_out) if count is not None]
    told = {
        "hours": figures.hours,
        "requests": figures.requests,
        "tokens": sum(tokens) if tokens else None,
        "characters": figures.tts_characters,
        "agent hours": figures.agent_hours,
    }
    return {measure: Decimal(amount) for measure, amount in told.items() if amount is not None}


def _text(value: date | str | None) -> str:
    return "" if value is None else str(value)


def payer_text(payer: Payer) -> str:
    """Return the value that stands for a payer."""
    match payer.kind:
        case "customer":
            return payer.tags[0]
        case "several":
            return SEVERAL + text_of(payer.tags)
        case "own":
            return OWN_USE
        case "unclaimed":
            return UNCLAIMED + text_of(payer.tags)
        case "theirs":
            return THEIRS + payer.tags[0]
        case _:
            return UNTAGGED
