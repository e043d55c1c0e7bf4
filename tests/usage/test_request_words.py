"""What is typed after `/usage requests`, and the stretches of time that it names."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.errors import FormError, NotUnderstood
from bot.usage.requests.form import RecordsForm, read_request_form, request_form
from bot.usage.requests.parser import read_words
from bot.usage.requests.period import RecordsPeriod
from bot.usage.requests.question import Asked, RecordsQuestion, carried
from playground.slack.elements import initial_state
from tests.factories import NOON, PROJECT

ID = "0a1b2c3d-0000-4000-8000-000000000000"
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 3)
THIRD, FIRST_TO_THIRD = (
    RecordsPeriod(name="dates", first=LAST, last=LAST),
    RecordsPeriod(name="dates", first=FIRST, last=LAST),
)
OSLO, AUCKLAND = ZoneInfo("Europe/Oslo"), ZoneInfo("Pacific/Auckland")


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("", Asked()),
        ("failed today", Asked(status="failed", period=RecordsPeriod(name="today"))),
        ("Failed requests of the last 7 days", Asked(status="failed", period=RecordsPeriod(name="week"))),
        ("ok listen streaming", Asked(status="succeeded", endpoint="listen", method="streaming")),
        (ID, Asked(request_id=ID)),
        ('project:"call center" customer:acme', Asked(project="call center", customer="acme")),
        ("key=0a1b2c3d 30d", Asked(key="0a1b2c3d", period=RecordsPeriod(name="month"))),
        ("2026-11-03", Asked(period=THIRD)),
        ("2026-11-03 to 2026-11-01", Asked(period=FIRST_TO_THIRD)),
    ],
)  # fmt: skip
def test_words_are_understood_as_people_type_them(typed: str, asked: Asked) -> None:
    assert read_words(typed) == asked


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("faild", "Did you mean failed?"),
        ("<!channel>", "means nothing here"),
        ("team:acme", "team: is no filter"),
        ("2026-02-30", "no day 2026-02-30"),
    ],
)
def test_what_is_not_understood_says_what_would_be(typed: str, told: str) -> None:
    with pytest.raises(NotUnderstood, match=told):
        read_words(typed)


def utc(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=UTC)  # type: ignore[arg-type, misc] # year, month, day …


@pytest.mark.parametrize(
    ("period", "zone", "start", "end"),
    [
        (RecordsPeriod(name="hour"), OSLO, utc(2026, 3, 2, 11), NOON),
        (RecordsPeriod(name="today"), OSLO, utc(2026, 3, 1, 23), NOON),
        (RecordsPeriod(name="today"), AUCKLAND, utc(2026, 3, 2, 11), NOON),
        (RecordsPeriod(name="yesterday"), OSLO, utc(2026, 2, 28, 23), utc(2026, 3, 1, 22, 59, 59)),
        (RecordsPeriod(name="dates", first=date(2026, 2, 1)), OSLO, utc(2026, 1, 31, 23), NOON),
    ],
)
def test_days_are_those_of_the_person(period: RecordsPeriod, zone: ZoneInfo, start: datetime, end: datetime) -> None:
    assert period.bounds(NOON, zone) == (start, end)


def test_a_day_of_a_clock_change_is_whole() -> None:
    start, end = RecordsPeriod(name="dates", first=date(2026, 3, 29), last=date(2026, 3, 29)).bounds(
        utc(2026, 4, 1), OSLO
    )

    assert (end - start).total_seconds() == 23 * 3600 - 1


@pytest.mark.parametrize(
    ("period", "field"),
    [
        (RecordsPeriod(name="dates"), "first"),
        (RecordsPeriod(name="dates", first=date(2026, 3, 9)), "first"),
        (RecordsPeriod(name="dates", first=date(2026, 3, 1), last=date(2026, 2, 1)), "last"),
        (RecordsPeriod(name="for ever"), "period"),
    ],
)
def test_a_period_that_is_none_names_its_field(period: RecordsPeriod, field: str) -> None:
    with pytest.raises(FormError) as wrong:
        period.bounds(NOON, OSLO)

    assert wrong.value.block_id == field


def test_the_form_gives_back_what_it_started_with() -> None:
    dates = RecordsPeriod(name="dates", first=date(2026, 2, 1), last=date(2026, 2, 3))
    asked = Asked(project=PROJECT, period=dates, key=ID, customer="acme", status="failed", request_id=ID)

    assert (
        read_request_form(initial_state(request_form(RecordsForm(asked, "production", "the key"))["blocks"])) == asked
    )


def test_a_form_without_project_or_with_half_an_id_is_told() -> None:
    for asked, field in ((Asked(), "project"), (Asked(project=PROJECT, request_id="0a1b"), "request_id")):
        with pytest.raises(FormError) as wrong:
            read_request_form(
                initial_state(request_form(RecordsForm(asked, "production" if asked.project else ""))["blocks"])
            )
        assert wrong.value.block_id == field


def test_a_window_carries_its_question_even_with_fifty_keys() -> None:
    given: dict[str, Any] = {"project": PROJECT, "customer": "c" * 128, "keys": (ID,) * 50, "left": 7}
    question = RecordsQuestion(**given, start=NOON, end=NOON)

    assert carried(question.model_dump_json()) == question
    assert len(question.model_dump_json()) <= 3000


@pytest.mark.parametrize("text", ["", "{}", '{"project": 1}', "null"])
def test_a_window_of_another_version_says_so(text: str) -> None:
    with pytest.raises(NotUnderstood, match="another version"):
        carried(text)
