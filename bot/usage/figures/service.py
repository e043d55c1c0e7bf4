"""Answers questions about usage and spending from the store; only today is asked of the provider, when it is old."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial

from sqlmodel import Session

from bot.clock import Clock
from bot.desk.entrance import ProjectOf
from bot.desk.service import Desk
from bot.errors import ProviderError
from bot.operation import Actor
from bot.store import collected
from bot.store.collected import Coverage, Which, coverage, total_spend, totals_by
from bot.store.database import Database
from bot.store.projects import names_by_id
from bot.usage.collecting import UsageCollection
from bot.usage.figures import naming
from bot.usage.figures.naming import Names
from bot.usage.figures.period import DAY, Days, Period
from bot.usage.figures.provider_names import NAMED, ProviderNames
from bot.usage.figures.question import EVERYWHERE, Question
from bot.usage.figures.reading import Scope, Sources, everywhere
from bot.usage.figures.sums import Part, Split, split

MAY_READ = "usage.figures"
MAY_READ_OWN = "usage.mine"
FRESH = timedelta(minutes=10)
ALL_PROJECTS = "All projects"


@dataclass(frozen=True)
class Place:
    """A question with whole ids: its days, where it looks, and the name of that."""

    question: Question
    days: Days
    scope: Scope
    project: str


@dataclass(frozen=True)
class Known:
    """How surely the figures are known: ``before`` whether the period before is, ``stale`` why today is old.

    ``elsewhere`` is what was spent in customers' own accounts, which is in no sum.
    """

    coverage: Coverage
    before: bool
    projects: Names
    today: date
    stale: str = ""
    elsewhere: Decimal = Decimal()


@dataclass(frozen=True)
class Answer:
    """One page of what was asked; ``names`` are of its rows, ``only`` names what it is narrowed to."""

    place: Place
    split: Split
    names: Names
    only: tuple[tuple[str, str], ...]
    known: Known

    @property
    def question(self) -> Question:
        """What was asked."""
        return self.place.question

    @property
    def measure(self) -> str:
        """What the rows are ordered by."""
        return self.question.measure


@dataclass(frozen=True)
class Overview:
    """A project at a glance, dollars of several periods, its last seven days, and when today was read."""

    periods: tuple[tuple[str, Part], ...]
    week: Answer
    read_at: datetime | None


class FiguresReading:
    """Reads figures, for whoever may."""

    def __init__(
        self,
        desk: Desk,
        database: Database,
        clock: Clock,
        collection: UsageCollection,
        project_of: ProjectOf,
        provider_names: ProviderNames,
    ) -> None:
        self._desk = desk
        self._database = database
        self._clock = clock
        self._collection = collection
        self._project_of = project_of
        self._provider_names = provider_names

    async def answer(self, actor: Actor, question: Question, number: int = 1, reading: str = MAY_READ) -> Answer:
        """Return a page of the answer; pages count from 1.

        Raises:
            NotUnderstood: there is no such project, key, person or customer, or the provider does not tell this.
            NotAllowed: this person may not read figures there.
        """
        place = await self._place(actor, question, reading)
        stale = await self._refreshed(place)
        found, known = await asyncio.gather(
            self._database.read(lambda session: _split(session, actor, place, number)),
            self._database.read(lambda session: _known(session, place, self._clock.now())),
        )
        if known.before:
            found = await self._database.read(lambda session: _compared(session, actor, place, found))
        names, only = await self._database.read(lambda session: _names(session, actor, place, found))
        answer = Answer(place, found, names, only, replace(known, stale=stale))
        return await self._with_provider_names(answer)

    async def overview(self, actor: Actor, question: Question) -> Overview:
        """Return a project at a glance: today so far, the last day, seven days and the month."""
        today = await self._place(actor, question.model_copy(update={"period": Period(name="today")}), MAY_READ)
        stale = await self._refreshed(today)
        week = await self.answer(actor, question)
        periods = await self._database.read(lambda session: _periods(session, today))
        read_at = await self._read_at(today)
        return Overview(periods, replace(week, known=replace(week.known, stale=stale)), read_at)

    async def every(
        self, actor: Actor, question: Question, reading: str = MAY_READ
    ) -> tuple[Answer, list[tuple[str, Part]]]:
        """Return the first page, and every row with its name, for a file; raises as ``answer``."""
        answer = await self.answer(actor, question, reading=reading)
        place = answer.place

        def read(session: Session) -> tuple[list[Part], Names]:
            parts = _every_part(session, actor, place, before=answer.known.before)
            return parts, naming.named(session, actor.team_id, place.question.by, [part.value for part in parts])

        parts, names = await self._database.read(read)
        names = (await self._with_provider_names(replace(answer, names=names))).names
        return answer, [(names[part.value], part) for part in parts]

    async def _place(self, actor: Actor, question: Question, reading: str) -> Place:
        today = self._clock.now().date()

        def read(session: Session) -> Place:
            days = question.period.days(today)
            asked = question.whole(days.number)
            if asked.by == "project" and not asked.project:
                asked = asked.model_copy(update={"project": EVERYWHERE})
            if asked.project == EVERYWHERE:
                self._desk.permit(session, actor, reading)
                return Place(naming.resolved(session, actor, asked), days, everywhere(session), ALL_PROJECTS)
            project = self._project_of(session, actor, asked.project)
            self._desk.permit(session, actor, reading, project.id)
            asked = asked.model_copy(update={"project": project.id})
            return Place(naming.resolved(session, actor, asked), days, Scope((project.id,)), project.name)

        return await self._database.read(read)

    async def _refreshed(self, place: Place) -> str:
        """Read today anew where it is part of the answer and old; return why that did not work, if so."""
        now = self._clock.now()
        if place.question.project == EVERYWHERE or place.days.end < now.date():
            return ""
        project_id = place.question.project
        read_at = await self._read_at(place)
        if read_at is not None and now - read_at < FRESH:
            return ""
        try:
            return await self._collection.refresh(project_id, now) or ""
        except ProviderError as trouble:
            return trouble.text

    async def _read_at(self, place: Place) -> datetime | None:
        """Return when today was read last, in the one project of this place."""
        project_id, today = place.question.project, self._clock.now().date()
        known = await self._database.read(lambda session: collected.of_project(session, project_id, today, today))
        return known[today].read_at if today in known else None

    async def _with_provider_names(self, answer: Answer) -> Answer:
        """Call models and line items as the provider does."""
        wanted = [each for each in NAMED if each in answer.question.dimensions]
        for dimension in wanted:
            project_id = answer.place.scope.project_ids or tuple(answer.known.projects)
            known = await self._provider_names.read(dimension, project_id[0]) if project_id else {}
            called = partial(naming.model_named, known=known) if dimension == "model" else partial(_called, known)
            only = tuple(
                (each, called(value) if each == dimension else name)
                for (each, value), (_, name) in zip(answer.question.only, answer.only, strict=True)
            )
            answer = replace(answer, only=only)
            if answer.question.by == dimension:
                answer = replace(answer, names={value: called(value) for value in answer.names})
        return answer


def _called(known: Names, value: str) -> str:
    return known.get(value) or naming.named_plainly("line item", value)


def _split(session: Session, actor: Actor, place: Place, number: int) -> Split:
    question = place.question
    sources = Sources(session, actor.team_id, question, place.scope)
    sums = sources.sums(place.days)
    if question.by == "day" and question.only:  # a day that was read and has no row used nothing
        read = [f"{each.day}" for each in totals_by(session, place.scope.which(place.days), "day")]
        sums = {day: {question.measure: Decimal(), **sums.get(day, {})} for day in read}
    total = sources.total(place.days, sums)
    return split(sums, total, measure=question.measure, by_day=question.by == "day", number=number)


def _every_part(session: Session, actor: Actor, place: Place, *, before: bool) -> list[Part]:
    sources, shift = Sources(session, actor.team_id, place.question, place.scope), _shift(place)
    sums = sources.sums(place.days)
    earlier = sources.sums(place.days.before) if before else None
    parts = [
        Part(value, now, None if earlier is None else earlier.get(shift(value), {})) for value, now in sums.items()
    ]
    return sorted(parts, key=lambda part: (-part.now.get(place.question.measure, Decimal()), part.value))


def _compared(session: Session, actor: Actor, place: Place, found: Split) -> Split:
    sources, before = Sources(session, actor.team_id, place.question, place.scope), place.days.before
    shift = _shift(place)
    sums = sources.sums(before, [row.value for row in found.rows])
    moved = {row.value: sums.get(shift(row.value), {}) for row in found.rows}
    return found.against(moved, sources.total(before))


def _shift(place: Place) -> Callable[[str], str]:
    """Return what tells a row of the period before that belongs to a row: days move, anything else stays."""
    if place.question.by != "day":
        return lambda value: value
    return lambda value: f"{date.fromisoformat(value) - place.days.number * DAY}"


def _known(session: Session, place: Place, now: datetime) -> Known:
    which = place.scope.which(place.days)
    elsewhere = Which(which.start, which.end, place.scope.left_out)
    return Known(
        coverage=coverage(session, which),
        before=collected.is_read(session, place.scope.which(place.days.before)),
        projects=names_by_id(session),
        today=now.date(),
        elsewhere=total_spend(session, elsewhere) if place.scope.left_out else Decimal(),
    )


def _names(session: Session, actor: Actor, place: Place, found: Split) -> tuple[Names, tuple[tuple[str, str], ...]]:
    rows = naming.named(session, actor.team_id, place.question.by, [row.value for row in found.rows])
    only = tuple(
        (each, naming.named(session, actor.team_id, each, [value])[value]) for each, value in place.question.only
    )
    return rows, only


def _periods(session: Session, place: Place) -> tuple[tuple[str, Part], ...]:
    today = place.days.end
    wanted = {name: Period(name=name).days(today) for name in ("today", "day", "week", "month")}
    first = min(days.before.start for days in wanted.values())
    told = totals_by(session, place.scope.which(Days(first, today)), "day")
    totals = {each.day: each.total for each in told if each.day is not None and not each.unknown}
    return tuple((name, _period(totals, days)) for name, days in wanted.items())


def _period(totals: Mapping[date, Decimal], days: Days) -> Part:
    now, before = _sum(totals, days.each()), _sum(totals, days.before.each())
    return Part("", now or {}, before)


def _sum(totals: Mapping[date, Decimal], days: Iterable[date]) -> dict[str, Decimal] | None:
    known = [totals.get(day) for day in days]
    if any(amount is None for amount in known):
        return None
    return {"dollars": sum((amount for amount in known if amount is not None), Decimal())}
