"""Answers questions about usage and spending from the store; only today is asked of the provider, when it is old."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlmodel import Session

from bot.access.access import Access
from bot.clock import Clock
from bot.errors import ProviderError
from bot.operation import Actor
from bot.prices import Unpriced, unpriced
from bot.providers.port import Capability
from bot.spending.periods import Days, Period, Today
from bot.store import collected, splits
from bot.store.collected import DayTotal, Which, total_spend, totals_by
from bot.store.coverage import Coverage, coverage, is_read, read_early
from bot.store.database import Database
from bot.store.prices import NONE_UNTOLD
from bot.store.projects import names_by_id
from bot.usage.collecting import UsageCollection
from bot.usage.figures import naming
from bot.usage.figures.breakdown import Place, compared, every_part, page_of_split
from bot.usage.figures.naming import Names
from bot.usage.figures.question import EVERYWHERE, Question
from bot.usage.figures.scope import FiguresScope, everywhere
from bot.usage.figures.sums import Part, Split
from bot.usage.model_names import ModelNames
from bot.vendors import vendors_in

FRESH = timedelta(minutes=10)
ALL_PROJECTS = "All projects"


@dataclass(frozen=True)
class Known:
    """How surely the figures are known: ``before`` whether there are some to compare with, ``stale`` why today is old.

    A day that is not over has none before it that it compares with, nor have sums of which a part is not told.
    ``so_far`` are the days that were last read before their end. ``elsewhere`` is what was spent in customers' own
    accounts, which is in no sum. ``unpriced`` are projects of which not all dollars are told, ``unsplit`` those that
    the provider does not split as asked, as (project, why).
    """

    coverage: Coverage
    before: bool
    projects: Names
    today: date
    so_far: frozenset[date] = frozenset()
    stale: str = ""
    elsewhere: Decimal = Decimal()
    unpriced: tuple[Unpriced, ...] = ()
    unsplit: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class FiguresAnswer:
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

    periods: tuple[tuple[str, Days, Part], ...]
    week: FiguresAnswer
    read_at: datetime | None


class FiguresReading:
    """Reads figures in the project to which somebody has access, or in all of them where that is of the workspace."""

    def __init__(self, database: Database, clock: Clock, collection: UsageCollection, model_names: ModelNames) -> None:
        self._database = database
        self._clock = clock
        self._collection = collection
        self._model_names = model_names

    async def answer(self, access: Access, question: Question, number: int = 1) -> FiguresAnswer:
        """Return a page of the answer; pages count from 1.

        Raises:
            NotUnderstood: there is no such key, person or customer, or the provider does not tell this.
        """
        actor, place = access.actor, await self._place(access, question)
        stale = await self._refreshed(place)
        found, known = await asyncio.gather(
            self._database.read(lambda session: page_of_split(session, actor, place, number)),
            self._database.read(lambda session: _known(session, place, self._clock.now())),
        )
        if known.before:
            found = await self._database.read(lambda session: compared(session, actor, place, found))
        names, only = await self._database.read(lambda session: _names(session, actor, place, found))
        answer = FiguresAnswer(place, found, names, only, replace(known, stale=stale))
        return await self._with_model_names(answer)

    async def overview(self, access: Access, question: Question) -> Overview:
        """Return a project at a glance: today so far, the last day, seven days and the month."""
        today = await self._place(access, question.model_copy(update={"period": Period(name="today")}))
        stale = await self._refreshed(today)
        week = await self.answer(access, question)
        spoken = Today.at(self._clock.now(), access.actor.tz)
        periods = await self._database.read(lambda session: _periods(session, today, spoken))
        read_at = await self._read_at(today)
        return Overview(periods, replace(week, known=replace(week.known, stale=stale)), read_at)

    async def every(self, access: Access, question: Question) -> tuple[FiguresAnswer, list[tuple[str, Part]]]:
        """Return the first page, and every row with its name, for a file; raises as ``answer``."""
        answer = await self.answer(access, question)
        actor, place = access.actor, answer.place

        def read(session: Session) -> tuple[Split, list[Part], Names]:
            parts = every_part(session, actor, place, before=answer.known.before)
            names = naming.named(session, actor.team_id, place.question.by, [part.value for part in parts])
            found = page_of_split(session, actor, place, 1)  # the total of the same moment as the rows
            return compared(session, actor, place, found) if answer.known.before else found, parts, names

        found, parts, names = await self._database.read(read)
        answer = await self._with_model_names(replace(answer, split=found, names=names))
        return answer, [(answer.names[part.value], part) for part in parts]

    async def _place(self, access: Access, question: Question) -> Place:
        today = Today.at(self._clock.now(), access.actor.tz)
        days, project = question.period.days(today), access.project
        asked = question.whole(days.number).model_copy(update={"project": project.id if project else EVERYWHERE})

        def read(session: Session) -> Place:
            scope = FiguresScope((project.id,)) if project else everywhere(session)
            name = project.name if project else ALL_PROJECTS
            return Place(naming.resolved(session, access.actor, asked), days, scope, name)

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

    async def _with_model_names(self, answer: FiguresAnswer) -> FiguresAnswer:
        """Call models as the provider does."""
        if "model" not in answer.question.dimensions:
            return answer
        project_ids = answer.place.scope.project_ids or tuple(answer.known.projects)
        known = await self._model_names.read(project_ids[0]) if project_ids else {}
        only = tuple(
            (each, naming.model_named(value, known) if each == "model" else name)
            for (each, value), (_, name) in zip(answer.question.only, answer.only, strict=True)
        )
        by_model = answer.question.by == "model"
        names = {value: naming.model_named(value, known) for value in answer.names} if by_model else answer.names
        return replace(answer, only=only, names=names)


def _known(session: Session, place: Place, now: datetime) -> Known:
    which = place.scope.which(place.days)
    elsewhere = Which(which.start, which.end, place.scope.left_out)
    return Known(
        coverage=coverage(session, which, vendors_in(session).offering(Capability.USAGE)),
        before=place.days.start < now.date() and _is_comparable(session, place),
        projects=names_by_id(session),
        today=now.date(),
        so_far=read_early(session, which),
        elsewhere=total_spend(session, elsewhere) if place.scope.left_out else Decimal(),
        unpriced=unpriced(session, which) if place.question.tells_dollars else (),
        unsplit=tuple(
            (project_id, why)
            for project_id, _, why in splits.untold(session, place.scope.project_ids, place.question.splits)
        ),
    )


def _is_comparable(session: Session, place: Place) -> bool:
    """Whether the period before was read, and all that was asked for is told of both: a part compares with no whole."""
    now, before = place.scope.which(place.days), place.scope.which(place.days.before)
    if not is_read(session, before, vendors_in(session).offering(Capability.USAGE)):
        return False
    if place.question.measure != "dollars":
        return not any(collected.is_usage_hidden(session, which) for which in (now, before))
    totals = [each for which in (now, before) for each in totals_by(session, which, "project")]
    return not any(each.untold.beside(each.total) for each in totals)


def _names(session: Session, actor: Actor, place: Place, found: Split) -> tuple[Names, tuple[tuple[str, str], ...]]:
    rows = naming.named(session, actor.team_id, place.question.by, [row.value for row in found.rows])
    only = tuple(
        (each, naming.named(session, actor.team_id, each, [value])[value]) for each, value in place.question.only
    )
    return rows, only


def _periods(session: Session, place: Place, today: Today) -> tuple[tuple[str, Days, Part], ...]:
    names = ("today", "day", "week", *(["month"] if today.month_has_begun else []))
    begun = Today(today.provider, today.provider)  # the day that goes on, beside whole ones: the speaker's may be over
    wanted = {name: Period(name=name).days(begun if name == "today" else today) for name in names}
    first = min(days.before.start for days in wanted.values())
    told = totals_by(session, place.scope.which(Days(first, today.provider)), "day")
    totals = {each.day: each for each in told if each.day is not None and not each.untold.hidden}
    periods = {name: _period(totals, days) for name, days in wanted.items()}
    periods["today"] = replace(periods["today"], before=None)  # a part of a day is compared with no whole one
    return tuple((name, wanted[name], part) for name, part in periods.items())


def _period(totals: Mapping[date, DayTotal], days: Days) -> Part:
    now, before = _sum(totals, days.each()), _sum(totals, days.before.each())
    if now is None or before is None or any(each.untold.beside(each.total) for each in (now, before)):
        return Part("", _dollars(now))  # what is not whole is compared with nothing
    return Part("", _dollars(now), _dollars(before))


def _sum(totals: Mapping[date, DayTotal], days: Iterable[date]) -> DayTotal | None:
    """Add up some days; None where one was not read."""
    known = [totals.get(day) for day in days]
    read = [each for each in known if each is not None]
    if len(read) < len(known):
        return None
    total, untold = sum((each.total for each in read), Decimal()), sum((each.untold for each in read), NONE_UNTOLD)
    return DayTotal(None, None, total, sum((each.rows for each in read), Decimal()), untold)


def _dollars(found: DayTotal | None) -> dict[str, Decimal]:
    """Return the dollars of some days, or nothing where none is told."""
    return {} if found is None or found.told is None else {"dollars": found.told}
