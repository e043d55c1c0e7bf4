"""Rows that add up: those on a page, the others together, and what the provider's own total has beyond them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from bot.money import to_cents
from bot.slack.pages import SIZE, page_of
from bot.usage.capability_matrix import MEASURES

DAYS_SHOWN = 16
WHOLE = frozenset({"requests", "tokens", "characters"})

Amounts = Mapping[str, Decimal]
"""By measure; what the provider does not tell is absent."""


@dataclass(frozen=True)
class Part:
    """What one value of a dimension came to, and in the period before; None where that is not known."""

    value: str
    now: Amounts
    before: Amounts | None = None


@dataclass(frozen=True)
class Split:
    """One page of a split; ``others`` stand in ``other``, on other pages. Pages count from 1.

    ``rows``, ``other``, ``gone`` and ``difference`` come to ``total``: the provider's own where it tells one. ``gone``
    was used in the period before alone, and ``difference`` is what the provider does not split.
    """

    rows: tuple[Part, ...]
    other: Part
    others: int
    difference: Part
    total: Part
    gone: Part = Part("", {})
    number: int = 1
    pages: int = 1

    @property
    def everything(self) -> tuple[Part, ...]:
        """All that comes to the total."""
        return (*self.rows, self.other, self.gone, self.difference)

    def printed(self, measure: str) -> list[Decimal | None]:
        """Return ``everything`` of a measure as it is printed, to the cent: it adds up to the printed total."""
        amounts = [part.now.get(measure) for part in self.everything]
        return _dealt(measure, amounts, self.total.now.get(measure))

    def moved(self, measure: str) -> list[Decimal | None]:
        """Return by how much each of ``everything`` moved, as printed: it adds up to how the printed total moved."""
        if self.total.before is None:
            return [None] * len(self.everything)
        known = [(part.before or {}).get(measure, Decimal()) for part in self.everything]
        before = _dealt(measure, known, self.total.before.get(measure, Decimal()))
        now = self.printed(measure)
        return [None if one is None else one - (two or Decimal()) for one, two in zip(now, before, strict=True)]

    def against(
        self, before: Mapping[str, Amounts], total: Amounts, every: Amounts | None = None, *, told: bool = True
    ) -> Split:
        """Return it with what was in the period before: the rows of this page, the total, and what was split of it.

        What stood in no row of this page is in `other`, or in `gone` where no row of this period stands for it.
        ``told``: the provider splits as asked, so what is in no row now is nothing. Where it does not, nobody knows
        what became of that, and it stands beside what is not split.
        """
        rest = _beyond(total if every is None else every, total_of(before.get(row.value, {}) for row in self.rows))
        rows = tuple(beside(row, before.get(row.value, {}), told=told) for row in self.rows)
        other = beside(self.other, rest if self.others else {}, told=told)
        gone = beside(self.gone, {} if self.others else rest, told=told)
        unsplit = _beyond(total, total_of(part.before or {} for part in (*rows, other, gone)))
        return replace(
            self,
            rows=rows,
            other=other,
            gone=gone,
            difference=beside(self.difference, unsplit),
            total=beside(self.total, total),
        )


def split(now: Mapping[str, Amounts], total: Amounts, *, measure: str, by_day: bool, number: int) -> Split:
    """Return a page of the sums by value: the newest days in their order, anything else the largest first."""
    parts = [Part(value, amounts) for value, amounts in now.items()]
    if by_day:
        parts.sort(key=lambda part: part.value, reverse=True)
    else:
        parts.sort(key=lambda part: (-part.now.get(measure, Decimal()), part.value))
    size = DAYS_SHOWN if by_day else SIZE
    page = page_of(parts, number, size)
    rest = [*parts[: (page.number - 1) * size], *parts[page.number * size :]]
    other = total_of(part.now for part in rest)
    return Split(
        rows=page.items[::-1] if by_day else page.items,
        other=Part("", other),
        others=len(rest),
        difference=Part("", _beyond(total, total_of([other, *(part.now for part in page.items)]))),
        total=Part("", total),
        number=page.number,
        pages=page.pages,
    )


def beside(part: Part, before: Amounts, *, told: bool = True) -> Part:
    """Return a part with what it was: what was used then and is not told now is nothing, or not ``told`` at all."""
    if told:
        return replace(part, now=dict.fromkeys(before, Decimal()) | dict(part.now), before=before)
    return replace(part, before={measure: amount for measure, amount in before.items() if measure in part.now})


def _dealt(measure: str, amounts: Sequence[Decimal | None], total: Decimal | None) -> list[Decimal | None]:
    """Return amounts as they are printed, to the cent, so that they add up to the printed total."""
    if total is None or measure in WHOLE:
        return list(amounts)
    cents = iter(to_cents([amount for amount in amounts if amount is not None], total))
    return [None if amount is None else next(cents) for amount in amounts]


def total_of(amounts: Iterable[Amounts]) -> dict[str, Decimal]:
    """Add up; what one of them does not tell is the others'."""
    sums: dict[str, Decimal] = {}
    for each in amounts:
        for measure, amount in each.items():
            sums[measure] = sums[measure] + amount if measure in sums else amount
    return sums


def _beyond(total: Amounts, told: Amounts) -> dict[str, Decimal]:
    beyond = {measure: total[measure] - told.get(measure, Decimal()) for measure in MEASURES if measure in total}
    return {measure: amount for measure, amount in beyond.items() if amount}
