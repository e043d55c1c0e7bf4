"""Answers of our own, as SDKs and people read them."""

from __future__ import annotations

import re
from typing import Any

import orjson
import pytest

from bot.gateway import refusals
from bot.gateway.admission import Refusal
from bot.gateway.refusals import Answer, duration
from bot.gateway.windows import Metric

# As clients are known to read Groq's texts.
NUMBERS = re.compile(r"\((RPM|RPD|TPM|TPD|ITPM|OTPM|ASH|ASD)\): Limit (\d+), Used (\d+), Requested (\d+)")
AGAIN_IN = re.compile(r"try again in ((?:\d+(?:\.\d+)?(?:ms|h|m|s))+)")


def over(metric: Metric = Metric.RPM, wait: float | None = 11.1861, limit: int = 80) -> Answer:
    return refusals.over_limit(Refusal("project", metric, limit, 80, 1, wait), "openai/gpt-oss-20b", "myapp-prod")


def error_of(answer: Answer) -> dict[str, Any]:
    error = orjson.loads(answer.body)["error"]
    assert isinstance(error, dict)
    return error


def test_a_429_has_groqs_text_numbers_and_header() -> None:
    answer = over()
    text = error_of(answer)["message"]

    assert answer.status == 429
    assert dict(answer.headers)[b"retry-after"] == b"11.187"
    assert (found := NUMBERS.search(text)) is not None
    assert found.groups() == ("RPM", "80", "80", "1")
    assert (wait := AGAIN_IN.search(text)) is not None
    assert wait[1] == "11.187s"
    assert "requests per minute" in text
    assert "`openai/gpt-oss-20b`" in text


def test_a_429_names_scope_and_metric_for_programs() -> None:
    error = error_of(over(Metric.TPD))

    assert (error["type"], error["code"]) == ("tokens", "rate_limit_exceeded")
    assert error["keydesk"] == {"scope": "project", "metric": "TPD", "limit": 80, "used": 80, "requested": 1}
    assert error_of(over(Metric.RPD))["type"] == "requests"


@pytest.mark.parametrize(("wait", "header"), [(60.0, None), (60.001, b"false"), (86_000, b"false"), (0.0, None)])
def test_a_wait_of_more_than_a_minute_is_not_tried_blindly(wait: float, header: bytes | None) -> None:
    assert dict(over(wait=wait).headers).get(b"x-should-retry") == header


def test_a_wait_is_never_told_too_short() -> None:
    assert dict(over(wait=0.00001).headers)[b"retry-after"] == b"0.001"
    assert dict(over(wait=59.9991).headers)[b"retry-after"] == b"60"


def test_what_can_never_fit_is_413_and_says_how_much_would() -> None:
    answer = over(Metric.TPM, wait=None)

    assert answer.status == 413
    assert error_of(answer)["message"].startswith("Request too large for model `openai/gpt-oss-20b`")
    assert "Limit 80, Used 80, Requested 1, please reduce your message size" in error_of(answer)["message"]
    assert b"retry-after" not in dict(answer.headers)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.12, "120ms"),
        (7.66, "7.66s"),
        (179.56, "2m59.56s"),
        (60, "1m0s"),
        (3603, "1h0m3s"),
        (0, "0ms"),
        (0.9999, "1s"),
    ],
)
def test_durations_are_written_as_groq_writes_them(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_what_went_wrong_after_the_provider_was_reached_is_never_tried_again() -> None:
    retried = {408, 409, 429}

    assert {refusals.broke_off(code).status for code in refusals.BREAKS} == {424}
    assert not {424} & retried
    assert b"retry-after" not in dict(refusals.broke_off("upstream_cut").headers)


@pytest.mark.parametrize("answer", [refusals.out_of_date(), refusals.unreached(), refusals.stopping()])
def test_what_is_ours_and_passes_is_503_with_a_time(answer: Answer) -> None:
    assert answer.status == 503
    assert float(dict(answer.headers)[b"retry-after"]) > 0
