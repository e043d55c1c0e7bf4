"""One page of an answer, and every row of it for a file, beside what they were in the period before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlmodel import Session

from bot.operation import Actor
from bot.slack.pages import SIZE
from bot.spending.periods import DAY, Days
from bot.store.collected import totals_by
from bot.store.facts import Ranked
from bot.usage.figures.question import Question
from bot.usage.figures.reading import Sources
from bot.usage.figures.scope import FiguresScope
from bot.usage.figures.sums import Part, Split, beside, split, total_of

SMALL = 4  # a page of less than a fourth of the whole


@dataclass(frozen=True)
class Place:
    """A question with whole ids: its days, where it looks, and the name of that."""

    question: Question
    days: Days
    scope: FiguresScope
    project: str


def page_of_split(session: Session, actor: Actor, place: Place, number: int) -> Split:
    """Return a page of the split, nearest to this number."""
    question = place.question
    sources = Sources(session, actor.team_id, question, place.scope)
    if sources.is_wide:
        return _largest(sources, place, number)
    sums = sources.sums(place.days)
    if question.by == "day" and question.only:  # a day that was read and has no row used nothing
        read = [f"{each.day}" for each in totals_by(session, place.scope.which(place.days), "day")]
        sums = {day: {question.measure: Decimal(), **sums.get(day, {})} for day in read}
    total = sources.total(place.days, sums)
    return split(sums, total, measure=question.measure, by_day=question.by == "day", number=number)


def _largest(sources: Sources, place: Place, number: int) -> Split:
    """Return a page of rows that the database has put in order and added up."""
    measure = place.question.measure
    found = sources.largest(place.days, top=SIZE, skip=(max(number, 1) - 1) * SIZE)
    if number > 1 and not found.rows:
        return _largest(sources, place, _pages(sources.largest(place.days, top=1, skip=0)))
    shown, total = sum((amount for _, amount in found.rows), Decimal()), sources.total(place.days)
    beyond, others = total.get(measure, found.total) - found.total, found.number - len(found.rows)
    return Split(
        rows=tuple(Part(value, {measure: amount}) for value, amount in found.rows),
        other=Part("", {measure: found.total - shown} if others else {}),
        others=others,
        difference=Part("", {measure: beyond} if beyond else {}),
        total=Part("", total),
        number=max(number, 1),
        pages=_pages(found),
    )


def _pages(found: Ranked) -> int:
    return max(1, -(-found.number // SIZE))


def every_part(session: Session, actor: Actor, place: Place, *, before: bool) -> list[Part]:
    """Return every row, days in their order, else the largest first; with what it was before, if that is known."""
    sources, shift = Sources(session, actor.team_id, place.question, place.scope), _shift(place)
    sums = sources.sums(place.days)
    alone = Sources(session, actor.team_id, place.question, place.scope, alone=True)
    earlier = alone.sums(place.days.before) if before else None
    parts = [Part(value, now) for value, now in sums.items()]
    if earlier is not None:
        parts = [beside(part, earlier.get(shift(part.value), {}), told=sources.splits) for part in parts]
    if place.question.by == "day":
        return sorted(parts, key=lambda part: part.value)
    return sorted(parts, key=lambda part: (-part.now.get(place.question.measure, Decimal()), part.value))


def compared(session: Session, actor: Actor, place: Place, found: Split) -> Split:
    """Return a page with what its rows and the total were in the period before, by the measure asked for."""
    sources = Sources(session, actor.team_id, place.question, place.scope, alone=True)
    before, shift = place.days.before, _shift(place)
    some = _is_small(place.question, found) and sources.splits
    sums = sources.sums(before, [shift(row.value) for row in found.rows] if some else None)
    moved = {row.value: sums.get(shift(row.value), {}) for row in found.rows}
    total = sources.total(before, sums if place.question.only else None)
    every = sources.split_total(before, total) if some else total_of(sums.values())
    return found.against(moved, total, every, told=sources.splits)


def _is_small(question: Question, page: Split) -> bool:
    """Whether a page is a small part of what is asked: reading it alone is faster, but most of it slower than all."""
    if question.only or question.by in {"day", "project", "key"}:
        return not question.only
    shown = sum((row.now.get(question.measure, Decimal()) for row in page.rows), Decimal())
    return shown * SMALL < page.total.now.get(question.measure, Decimal())


def _shift(place: Place) -> Callable[[str], str]:
    """Return what tells a row of the period before that belongs to a row: days move, anything else stays."""
    if place.question.by != "day":
        return lambda value: value
    return lambda value: f"{date.fromisoformat(value) - place.days.number * DAY}"
