"""Whose an amount is, by what the provider knows it by; and how people call that, each of them differently."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlmodel import Session

from bot.billing.statement import StatementCatalogue
from bot.digests.service import OTHER, OWNERLESS, UNSPLIT
from bot.providers.line_items import line_item_named
from bot.spending import payers
from bot.spending.key_names import key_name
from bot.spending.payers import UNTAGGED, Payer
from bot.store import accounts, customers, keys
from bot.store.facts import SpendRow
from bot.store.projects import Project
from bot.store.tag_sets import set_of

PURPOSE_LONGEST = 40
OURS = frozenset({OTHER, UNSPLIT})  # rows that stand for nobody in particular
T = TypeVar("T")


@dataclass(frozen=True)
class Way(Generic[T]):
    """One way to split amounts: whose each is, how those are called, and what stands for nobody."""

    id_of: Callable[[SpendRow], T]
    names: Callable[[Iterable[T]], Mapping[T, str]]
    nobody: T


class Naming:
    """The ways to split what was spent, by "customer", "project", "key" and "line item"."""

    def __init__(self, session: Session, team_id: str, projects: Mapping[str, Project]) -> None:
        self._session = session
        self._projects = projects
        self.project_names = {each.id: each.name for each in projects.values()}
        self.customer_names = {each.tag: each.name for each in customers.everyone(session, team_id)}
        self._catalogue = StatementCatalogue(self.customer_names, {})
        self._attribution = payers.attribution(session, team_id)
        self.ways: Mapping[str, Way[Any]] = {
            "customer": Way(self.payer, self._customers, UNTAGGED),
            "project": Way(lambda row: row.project_id or "", self._projects_named, ""),
            "key": Way(lambda row: row.key_id or "", self._keys, ""),
            "line item": Way(lambda row: row.line_item or "", self._line_items, ""),
        }

    def payer(self, row: SpendRow) -> Payer:
        """Return whose an amount is."""
        tags = set_of(row.tags) if row.tags else None
        return self._attribution.payer(row.project_id or "", row.key_id, tags)

    def _customers(self, wanted: Iterable[Payer]) -> Mapping[Payer, str]:
        names = {each: self._catalogue.name(each) for each in wanted}
        return told_apart({**names, UNTAGGED: OWNERLESS["customer"]}, lambda payer: " + ".join(payer.tags))

    def _projects_named(self, wanted: Iterable[str]) -> Mapping[str, str]:
        labels = accounts.labels(self._session)

        def label(project_id: str) -> str:
            project = self._projects.get(project_id)
            return labels.get(project.account_id, "") if project is not None else ""

        names = {each: self._projects[each].name if each in self._projects else each for each in wanted}
        return told_apart({**names, "": OWNERLESS["project"]}, label, lambda each: each[:8], str)

    def _keys(self, wanted: Iterable[str]) -> Mapping[str, str]:
        known = keys.by_provider_ids(self._session, wanted)
        names = {each: key_name(each, known.get(each), longest=PURPOSE_LONGEST) for each in wanted}
        return told_apart({**names, "": OWNERLESS["key"]}, str)

    def _line_items(self, wanted: Iterable[str]) -> Mapping[str, str]:
        return told_apart({**{each: line_item_named(each) for each in wanted}, "": OWNERLESS["line item"]}, str)


def told_apart(names: Mapping[T, str], *marks: Callable[[T], str]) -> dict[T, str]:
    """Put behind each of those who have one name the first mark by which all of them differ, or else the last."""
    alike: dict[str, list[T]] = defaultdict(list)
    for each, name in names.items():
        alike[name].append(each)
    told: dict[T, str] = {}
    for name, group in alike.items():
        ours = [""] if name in OURS else []  # a row of ours has no mark
        if len(group) + len(ours) == 1:
            told[group[0]] = name
            continue
        differing = (mark for mark in marks if len({*map(mark, group), *ours}) == len(group) + len(ours))
        chosen = next(differing, marks[-1])
        told |= {each: f"{name} ({chosen(each)})" if chosen(each) else name for each in group}
    return told
