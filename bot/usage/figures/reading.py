"""The sums of a question, read from the local store of daily facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, cast

from sqlmodel import Session, col, select

from bot.attribution import Payer
from bot.payers import attribution
from bot.store.accounts import Account
from bot.store.collected import DayTotal, Which, totals_by
from bot.store.facts import SpendDimension, SpendRow, UsageDimension, UsageRow, spend_by, usage_by
from bot.store.keys import Key
from bot.store.projects import Project
from bot.store.tag_sets import NO_TAGS, set_of
from bot.usage.figures.period import Days
from bot.usage.figures.question import EVERYWHERE, Question
from bot.usage.figures.sums import Amounts, total_of

OWN_USE = "(own use)"  # a customer's tag never begins with a bracket
UNTAGGED = "(untagged)"
SEVERAL = "(several) "
THEIRS = "(theirs) "
SPEND: Mapping[str, SpendDimension] = {
    "day": "day",
    "project": "project",
    "key": "key",
    "person": "key",
    "line item": "line_item",
    "tag set": "tags",
    "deployment": "deployment",
}

Sums = Mapping[str, Amounts]
"""By value of the dimension asked for."""


@dataclass(frozen=True)
class Scope:
    """In which projects; ``project_ids`` None is all of them. ``left_out`` are in customers' own accounts."""

    project_ids: tuple[str, ...] | None = None
    left_out: tuple[str, ...] = ()

    def which(self, days: Days) -> Which:
        """Return all figures of these days."""
        return Which(days.start, days.end, self.project_ids)


def everywhere(session: Session) -> Scope:
    """Return all projects but those in customers' own accounts, which are no cost of ours."""
    theirs = select(Project.id).join(Account, col(Project.account_id) == col(Account.id))
    left_out = tuple(session.exec(theirs.where(col(Account.customer).is_not(None)).order_by(col(Project.id))))
    if not left_out:
        return Scope()
    ours = session.exec(select(Project.id).where(col(Project.id).not_in(left_out)))
    return Scope(tuple(ours), left_out)


class Sources:
    """What the store knows, for one question in one scope."""

    def __init__(self, session: Session, team_id: str, question: Question, scope: Scope) -> None:
        self._session = session
        self._question = question
        self._scope = scope
        self._only = dict(question.only)
        self._project_id = scope.project_ids[0] if len(scope.project_ids or ()) == 1 else ""  # type: ignore[index] # then it has one
        self._attribution = attribution(session, team_id) if "customer" in question.dimensions else None
        self._payers: dict[tuple[str | None, str], str] = {}
        self._owners = _owners(session) if "person" in question.dimensions else {}

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

        Days and projects are told by the ungrouped reports, so that their rows come to it.
        """
        if self._only or self._question.by in {"day", "project"}:
            return total_of((self.sums(days) if sums is None else sums).values())
        which = self._which(days)
        total: dict[str, Decimal] = {}
        if self._reads_dollars:
            total |= _told(totals_by(self._session, which)[0])
        if self._grouping is not None:
            total |= total_of(_used(row) for row in usage_by(self._session, which, "total"))
        return total

    # The two reports are read side by side but for 20,000 keys at once, of which only the one asked for.

    @property
    def _reads_dollars(self) -> bool:
        return self._question.tells_dollars and (not self._is_wide or self._question.measure == "dollars")

    @property
    def _grouping(self) -> str | None:
        return None if self._is_wide and self._question.measure == "dollars" else self._question.grouping

    @property
    def _is_wide(self) -> bool:
        return self._question.by == "key" and self._question.project == EVERYWHERE and not self._only

    def _which(self, days: Days, values: Sequence[str] | None = None) -> Which:
        which = self._scope.which(days)
        if values is None or self._question.by not in NARROWS:
            return which
        narrow: dict[str, Any] = {NARROWS[self._question.by]: tuple(values)}
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
        columns: list[SpendDimension] = ["key", "tags"] if "customer" in self._question.dimensions else []
        if by in SPEND and SPEND[by] not in columns:
            columns.append(SPEND[by])
        which = self._narrowed(which)
        if by == "day" and "customer" in self._only:  # else every day of every key would be read
            found = spend_by(self._session, which, "key", "tags")
            keys = {row.key_id or "" for row in found if self._is_wanted(row)}
            which = replace(which, key_ids=tuple(sorted(keys)))
        for row in spend_by(self._session, which, *columns):
            value = self._spend_value(row)
            if value is not None and self._is_wanted(row):
                yield value, {"dollars": row.dollars}

    def _narrowed(self, which: Which) -> Which:
        given = {"line item": "line_items", "tag set": "tags", "deployment": "deployments"}
        narrow: dict[str, Any] = {name: (self._only[each],) for each, name in given.items() if each in self._only}
        return self._of_keys(replace(which, **narrow))

    def _of_keys(self, which: Which) -> Which:
        """Narrow it to the keys to read: the one asked for, those on the page, those of the person."""
        wanted: set[str] | None = None if which.key_ids is None else set(which.key_ids)
        if "key" in self._only:
            wanted = {self._only["key"]} if wanted is None else wanted & {self._only["key"]}
        if "person" in self._question.dimensions:
            person = self._only.get("person")
            owned = {key_id for key_id, owner in self._owners.items() if person in {None, owner}}
            wanted = owned if wanted is None else owned & wanted
        return which if wanted is None else replace(which, key_ids=tuple(sorted(wanted)))

    def _spend_value(self, row: SpendRow) -> str | None:
        match self._question.by:
            case "customer":
                return self._customer(row.key_id, row.tags)
            case "person":
                return self._owners.get(row.key_id or "")
            case by:
                return _text(getattr(row, FIELDS.get(by, SPEND[by])))

    def _is_wanted(self, row: SpendRow) -> bool:
        return "customer" not in self._only or self._customer(row.key_id, row.tags) == self._only["customer"]

    def _customer(self, key_id: str | None, tags: str | None) -> str:
        if self._attribution is None:
            return ""
        of = (key_id if key_id in self._attribution.keys else None, tags or NO_TAGS)
        if of not in self._payers:  # many keys share few tag sets
            self._payers[of] = payer_text(self._attribution.payer(self._project_id, of[0], set_of(of[1])))
        return self._payers[of]

    # --- usage ---

    def _used(self, which: Which, grouping: str) -> Iterable[tuple[str, Amounts]]:
        if grouping == "accessor":
            which = self._of_keys(which)
        day, project = self._question.by == "day", self._question.by == "project"
        wanted = cast("UsageDimension", grouping)
        for row in usage_by(self._session, which, wanted, by_day=day, by_project=project):
            value = self._usage_value(row)
            if value is not None and self._is_used_by(row.value):
                yield value, _used(row)

    def _usage_value(self, row: UsageRow) -> str | None:
        match self._question.by:
            case "day":
                return _text(row.day)
            case "project":
                return _text(row.project_id)
            case "person":
                return self._owners.get(row.value)
            case "customer":
                return self._customer(None, row.value)
            case _:
                return row.value

    def _is_used_by(self, value: str) -> bool:
        """Whether a value of the grouping is what the question is narrowed to."""
        told = {"person": self._owners.get(value, ""), "customer": self._customer(None, value)}
        return all(told.get(dimension, value) == asked for dimension, asked in self._only.items())


NARROWS: Mapping[str, str] = {"project": "project_ids", "key": "key_ids"}
FIELDS: Mapping[str, str] = {"project": "project_id", "key": "key_id"}


def _owners(session: Session) -> dict[str, str]:
    found = session.exec(select(Key.provider_key_id, Key.owner).where(col(Key.owner).is_not(None)))
    return {key_id: owner for key_id, owner in found if owner}


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
            return SEVERAL + "+".join(payer.tags)
        case "own":
            return OWN_USE
        case "theirs":
            return THEIRS + payer.tags[0]
        case _:
            return UNTAGGED
