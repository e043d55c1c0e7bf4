"""The views of usage, with made-up values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from bot.prices import Unpriced
from bot.providers.deepgram.vendor import DEEPGRAM
from bot.providers.records import RequestRecord
from bot.providers.usage import UsageFields, UsedModel
from bot.spending.periods import Days, Today
from bot.spending.periods import Period as FiguresPeriod
from bot.store.coverage import Coverage
from bot.store.prices import Untold
from bot.usage.capability_matrix import MEASURES
from bot.usage.fields import views as fields
from bot.usage.fields.views import Used
from bot.usage.figures import views as figures
from bot.usage.figures.breakdown import Place
from bot.usage.figures.question import Question as FiguresQuestion
from bot.usage.figures.scope import FiguresScope
from bot.usage.figures.service import FiguresAnswer, Known, Overview
from bot.usage.figures.sums import Part, split, total_of
from bot.usage.requests import views as requests
from bot.usage.requests.form import RecordsForm, request_form
from bot.usage.requests.period import RecordsPeriod
from bot.usage.requests.question import LONGEST, Asked, RecordsQuestion
from bot.usage.requests.service import One, RecordsLine, RequestList
from tests.factories import NOON, PROJECT, key

View = dict[str, Any]
TODAY = Today(date(2026, 3, 2), date(2026, 3, 2))
ID = "0a1b2c3d-0000-4000-8000-00000000000"


def record(text: str, number: int = 0) -> RequestRecord:
    """Return a request whose every foreign text is this one; number 0 is not ready, every third one failed."""
    given: dict[str, Any] = {"request_id": f"{ID}{number}", "created": NOON, "path": f"/v1/listen?callback={text}"}
    if not number:
        return RequestRecord(**given)
    told = {"ready": True, "code": 400 if number % 3 == 0 else 200, "completed": NOON, "api_key_id": ID + "9"}
    words = {"message": text, "method": text, "deployment": text, "tier": text, "tags": frozenset({text})}
    lists = {"models": (text,) * 5, "features": (text,) * 40}
    figures = {"usd": Decimal("0.00430"), "duration": Decimal("12.30"), "channels": 2, "callback_attempts": number}
    return RequestRecord(**given, **told, **words, **lists, **figures)


def line(text: str, number: int = 0) -> RecordsLine:
    """Return a line of the list, its key known here or not."""
    known = key(1, purpose=text) if number % 2 else None
    return RecordsLine(record(text, number), known, text[:80], tag_missing=number == 1)


def page(text: str, total: int = 10, **question: Any) -> View:
    """Draw a page in the middle of many requests."""
    given = {"project": PROJECT, "start": NOON - timedelta(days=1), "end": NOON, **question}
    lines = tuple(line(text, number) for number in range(total))
    return requests.request_list(
        RequestList(RecordsQuestion(**given), text, lines, 2, more=bool(total), read_at=NOON), DEEPGRAM
    )


def used(text: str, count: int = 50) -> list[View]:
    """Draw what was used, much of everything."""
    models = tuple(UsedModel(model_id=f"m{number}", name=f"{text}{number}", language="de") for number in range(count))
    many = tuple(f"{text}{number}" for number in range(count))
    told = UsageFields(tags=frozenset(many), models=models, processing_methods=many, features=many, languages=many)
    return fields.used(
        Used(PROJECT, text, date(2026, 2, 1), date(2026, 3, 2), told, {each: each for each in many}, NOON), DEEPGRAM
    )


def answer(text: str, total: int, by: str = "customer", **known: Any) -> FiguresAnswer:
    """Answer a question with so many rows, each called by this text and another number."""
    days = Days(date(2026, 2, 23), date(2026, 3, 1))
    values = [f"{days.start + timedelta(days=number)}" if by == "day" else f"c{number}" for number in range(total)]
    sums = {value: {measure: Decimal(1000 - number) / 7 for measure in MEASURES} for number, value in enumerate(values)}
    whole = {measure: Decimal(200_000) / 3 if total else Decimal() for measure in MEASURES}
    page = split(sums, whole, measure="dollars", by_day=by == "day", number=1)
    before = {value: {"dollars": Decimal(number)} for number, value in enumerate(values)}
    page = page.against(before, whole, total_of(before.values()))
    question = FiguresQuestion(by=by, measure="dollars", project=PROJECT, only=known.pop("only", ()))
    coverage = Coverage(7, 5, 5, 4, ((PROJECT, days.start), (PROJECT, days.end)), NOON, ((PROJECT, text),))
    stands = Known(coverage, before=True, projects={PROJECT: text}, today=date(2026, 3, 2), **known)
    place = Place(question, days, FiguresScope((PROJECT,), ("p2",)), text)
    only = tuple((dimension, text) for dimension, _ in question.only)
    return FiguresAnswer(place, page, dict.fromkeys(values, text), only, stands)


def untold(text: str) -> FiguresAnswer:
    """Answer a question about dollars that are not told, of usage that is."""
    seen = answer(
        text, 3, "day", unpriced=(Unpriced(text, Untold(unpriced=7), whole=True),), unsplit=((PROJECT, "No."),)
    )
    rows = tuple(replace(row, now={"hours": Decimal(32)}, before=None) for row in seen.split.rows)
    nothing = Part("", {})
    page = replace(seen.split, rows=rows, difference=nothing, total=Part("", {"hours": Decimal(96)}))
    return replace(seen, split=page)


def without_figures(**known: Any) -> FiguresAnswer:
    """Answer a question of which no figure is known at all."""
    seen = answer("production", 0, **known)
    return replace(seen, split=replace(seen.split, total=Part("", {}), difference=Part("", {})))


def overview(text: str, total: int) -> list[View]:
    """Draw a project at a glance."""
    period = Part("", {"dollars": Decimal(total)}, {"dollars": Decimal(70)} if total else None)
    periods = [(name, FiguresPeriod(name=name).days(TODAY), period) for name in ("today", "day", "week", "month")]
    return figures.overview(Overview(tuple(periods), answer(text, total, "day"), NOON))


def with_text(text: str) -> Iterator[tuple[str, View | list[View]]]:
    """Yield every view with this text in it."""
    cut = text[:LONGEST]
    dates = RecordsPeriod(name="dates", first=date(2026, 2, 1), last=date(2026, 3, 2))
    asked = Asked(project=PROJECT, period=dates, key=ID + "0", customer=cut, request_id=ID + "0", status="failed")
    yield "usage requests form", request_form(RecordsForm(asked, text, text, text))
    yield "usage requests list", page(text, customer=cut, keys=(ID, ID), left=3, period=dates)
    yield "usage requests details", requests.details(One(PROJECT, text, line(text, 1), (text,) * 5, NOON), DEEPGRAM)
    yield "usage requests details, not ready", requests.details(One(PROJECT, text, line(text), (), NOON), DEEPGRAM)
    yield "usage fields", used(text)
    yield "usage overview", overview(text, 7)
    yield "usage figures", figures.answer(answer(text, 400, only=(("key", cut), ("tag set", "[]")), stale=text))


def with_nothing() -> Iterator[tuple[str, View | list[View]]]:
    """Yield what is shown where there is nothing to show."""
    yield "usage requests form · untouched", request_form(RecordsForm(Asked()))
    yield "usage requests list · nothing", page("production", 0)
    yield "usage fields · nothing", used("production", 0)
    yield "usage overview · nothing", overview("production", 0)
    yield "usage figures · not told", figures.answer(untold("production"))
    nothing = Unpriced("production", Untold(unpriced=7), whole=True)
    yield "usage figures · nothing told", figures.answer(without_figures(unpriced=(nothing,)))
    unread = without_figures()
    coverage = replace(unread.known.coverage, read=0)
    yield "usage figures · not read", figures.answer(replace(unread, known=replace(unread.known, coverage=coverage)))
    yield "usage figures · one", figures.answer(answer("李伟 · ليلى", 1))
