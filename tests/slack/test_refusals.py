"""What Slack answers, turned into an error whose meaning the table knows; how long to wait, however it is said."""

from __future__ import annotations

from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.slack.codes.sentences import Meaning
from bot.slack.refusals import LONGEST_WAIT, UNSAID_WAIT, SlackError, SlackRateLimited, SlackUnclear, note, refusal


def refuse(code: object, *, status: int = 200, method: str = "chat.update", **headers: str) -> SlackError:
    return refusal(method, status, headers, {"ok": False, "error": code})


@pytest.mark.parametrize("code", ["ratelimited", "rate_limited"])
def test_both_ways_to_say_that_it_was_too_much_are_one(code: str) -> None:
    refused = refuse(code, method="chat.postMessage")

    assert isinstance(refused, SlackRateLimited)
    assert refused.code == code
    assert refused.meaning is Meaning.LATER


@pytest.mark.parametrize(
    ("header", "body", "seconds"),
    [
        ("30", {}, 30.0),
        (None, {}, UNSAID_WAIT),
        ("", {}, UNSAID_WAIT),
        ("soon", {}, UNSAID_WAIT),
        ("nan", {}, UNSAID_WAIT),
        ("inf", {}, UNSAID_WAIT),
        ("-5", {}, UNSAID_WAIT),
        ("0", {}, 1.0),
        ("1e12", {}, LONGEST_WAIT),
        (None, {"retry_after": 40}, 40.0),
        ("soon", {"retry_after": "40"}, 40.0),
        (None, {"retry_after": [1]}, UNSAID_WAIT),
        (None, {"retry_after": None}, UNSAID_WAIT),
    ],
)
def test_a_wait_is_bounded_whatever_slack_says_of_it(header: str | None, body: Any, seconds: float) -> None:
    headers = {"Retry-After": header} if header is not None else {}

    refused = refusal("views.update", 429, headers, {"ok": False, "error": "ratelimited", **body})

    assert isinstance(refused, SlackRateLimited)
    assert refused.retry_after == seconds


@pytest.mark.parametrize(
    ("status", "code"), [(200, "internal_error"), (200, "request_timeout"), (503, "x"), (500, None), (408, "x")]
)
def test_what_may_have_been_done_is_unclear(status: int, code: str | None) -> None:
    refused = refuse(code, status=status)

    assert isinstance(refused, SlackUnclear)
    assert refused.meaning is Meaning.LATER
    assert refused.verdict.unclear


@pytest.mark.parametrize("code", ["<!channel> *x*", "a" * 81, 7, {"a": 1}, "", "two words"])
def test_what_is_no_code_passes_into_no_sentence(code: object) -> None:
    refused = refuse(code)

    assert refused.code == "unreadable_code"
    assert not refused.verdict.known
    assert refused.tries == 6


def test_an_unknown_code_is_logged_once_where_it_was_met_and_names_its_method() -> None:
    with capture_logs() as logs:
        note(refuse("sent_by_a_new_slack"))
        note(refuse("message_not_found"))

    assert [(each["event"], each["method"], each["code"]) for each in logs] == [
        ("slack.unknown_code", "chat.update", "sent_by_a_new_slack")
    ]


def test_what_we_said_wrong_is_logged_as_an_error() -> None:
    with capture_logs() as logs:
        note(refuse("invalid_blocks"))

    assert [(each["event"], each["log_level"]) for each in logs] == [("slack.refused_ours", "error")]
