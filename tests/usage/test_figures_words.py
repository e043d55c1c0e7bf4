"""What is typed after `/usage`, and the words that carry a question in buttons."""

from __future__ import annotations

import contextlib
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.errors import NotUnderstood
from bot.spending.periods import NAMES, Period
from bot.store.tag_sets import text_of
from bot.usage import capability_matrix
from bot.usage.figures.parser import KNOWN, LONGEST, read_words
from bot.usage.figures.question import DIMENSIONS, EVERYWHERE, Question

TODAY = date(2026, 11, 21)


def dates(first: str, last: str) -> Period:
    return Period(name="", first=date.fromisoformat(first), last=date.fromisoformat(last))


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("", {}),
        ("week by customer", {"by": "customer"}),
        ("month by model in production", {"period": Period(name="month"), "by": "model", "project": "production"}),
        ("2026-11-01 2026-11-15 by key", {"period": dates("2026-11-01", "2026-11-15"), "by": "key"}),
        ("last month by person", {"period": Period(name="last-month"), "by": "person"}),
        ("Last 7 days per line items", {"by": "line item"}),
        ("2026-02 in all", {"period": dates("2026-02-01", "2026-02-28"), "project": EVERYWHERE}),
        ("all projects by tag set today", {"period": Period(name="today"), "by": "tag set", "project": EVERYWHERE}),
        ("in call center by key agent hours", {"project": "call center", "by": "key", "measure": "agent hours"}),
        ('project:"call by center" hours', {"project": "call by center", "measure": "hours"}),
        ("customer:acme streaming", {"only": (("customer", "acme"), ("method", "streaming"))}),
        ("streaming::nova-3 cost", {"only": (("line item", "streaming::nova-3"),), "measure": "dollars"}),
        ("tags:prod+ivr", {"only": (("tag set", '["ivr","prod"]'),)}),
        ("the last day from 2026-11-03 to 2026-11-01", {"period": dates("2026-11-01", "2026-11-03")}),
    ],
)  # fmt: skip
def test_words_are_understood_as_people_type_them(typed: str, asked: dict[str, Any]) -> None:
    assert read_words(typed) == Question(**asked)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("wek", "Did you mean week?"),
        ("by costumer", "Did you mean customer?"),
        ("by", "By what?"),
        ("in", "In which project?"),
        ("requsts", "Did you mean requests?"),
        ("team:acme", "team: is no filter"),
        ("customer:", "customer: is no filter"),
        ("2026-02-30", "no day 2026-02-30"),
        ("9999-12", "no month 9999-12"),
        (f"key:{'x' * 400}", "longer than"),
        ("week by customer by key", "One split at a time: customer or key"),
        ("in production in all", "One project at a time: production or all"),
        ("today month", "One period at a time"),
        ("hours cost", "One measure at a time"),
        ("customer:acme customer:globex", "One customer at a time"),
        ("listen speak", "One endpoint at a time"),
    ],
)
def test_what_is_not_understood_is_named(typed: str, told: str) -> None:
    with pytest.raises(NotUnderstood, match=told.replace("?", r"\?")):
        read_words(typed)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (Question(by="model", measure="dollars"), "does not tell dollars by model"),
        (Question(by="line item", measure="hours"), "does not tell hours by line item"),
        (Question(by="key", only=(("model", "[]"),)), "does not tell requests by key and model"),
    ],
)
def test_what_the_provider_does_not_tell_is_refused(asked: Question, told: str) -> None:
    with pytest.raises(NotUnderstood, match=told):
        asked.whole(7)


VALUES = some.text(min_size=1, max_size=LONGEST)
SETS = some.frozensets(some.text(), max_size=3).map(text_of).filter(lambda text: len(text) <= LONGEST)
PERIODS = some.sampled_from([*NAMES]).map(lambda name: Period(name=name)) | some.tuples(some.dates(), some.dates()).map(
    lambda pair: Period(name="", first=min(pair), last=max(pair))
)
ONLY = some.dictionaries(some.sampled_from(DIMENSIONS[2:]), VALUES, max_size=3).flatmap(
    lambda only: some.tuples(*(some.tuples(some.just(each), _value(each, value)) for each, value in only.items()))
)


def _value(dimension: str, value: str) -> some.SearchStrategy[str]:
    return SETS if dimension in {"tag set", "model"} else some.just(value)


@given(
    PERIODS, some.sampled_from(["", *DIMENSIONS]), some.sampled_from(["", *capability_matrix.MEASURES]), VALUES, ONLY
)
def test_what_a_button_carries_is_read_back(
    period: Period, by: str, measure: str, project: str, only: tuple[tuple[str, str], ...]
) -> None:
    asked = Question(period=period, by=by, measure=measure, project=project, only=only)
    assert read_words(asked.words) == asked


@given(some.lists(some.sampled_from([*KNOWN, "last", "project:", 'key:"', '"', "2026-11-01", "by"]) | some.text()))
def test_nothing_that_is_typed_breaks_it(typed: list[str]) -> None:
    with contextlib.suppress(NotUnderstood):
        read_words(" ".join(typed)).whole(7)
