"""What a call to Slack can come to other than success, with what it means.

SlackError              Slack refused, or could not be asked; ``code`` is Slack's own error name
├── SlackTookNothing    what was to be shown was refused in every way that we can draw it
├── SlackRateLimited    nothing happened; ask again after ``retry_after`` seconds
└── SlackUnclear        the call may or may not have happened (timeout, lost connection, 5xx)

None of them carries a request or an answer: Slack echoes whole views, and a view may show a secret.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import structlog

from bot.slack.codes.sentences import Meaning
from bot.slack.codes.verdict import Verdict, judge, unanswered

TOO_MANY = frozenset({"ratelimited", "rate_limited"})
UNCLEAR_STATUSES = frozenset({408, 421, 425, 460, 499})  # whoever said so may have passed the call on
UNSAID_WAIT, SHORTEST_WAIT, LONGEST_WAIT = 10.0, 1.0, 3600.0  # seconds
_CODE = re.compile(r"[A-Za-z0-9_.:-]{1,80}")
_POINTER = re.compile(r"json-pointer:(/[A-Za-z0-9_/-]{0,200})\]")

_log = structlog.get_logger("bot.slack")


class SlackError(Exception):
    """Slack refused a call; nothing happened unless a subclass says otherwise. ``verdict`` is what that means.

    ``pointers`` are the places in what was sent that Slack complains of, such as ``/blocks/2/type``.
    """

    def __init__(self, method: str, code: str, pointers: tuple[str, ...] = ()) -> None:
        super().__init__(f"{method}: {code}")
        self.method = method
        self.code = code
        self.pointers = pointers
        self.verdict: Verdict = judge(method, code)

    @property
    def tries(self) -> int:
        """Return how often a job that met this is worth trying (`bot.engine.retry.Bounded`)."""
        return self.verdict.tries

    @property
    def final(self) -> bool:
        """Tell whether trying the same again changes nothing."""
        return self.verdict.final

    @property
    def meaning(self) -> Meaning:
        """Return what it is about."""
        return self.verdict.meaning


class SlackTookNothing(SlackError):
    """Slack refused what was to be shown, words alone included; the same would be refused again."""


class SlackRateLimited(SlackError):
    """Too many calls: nothing happened; ``retry_after`` is in seconds."""

    def __init__(self, method: str, retry_after: float, code: str = "ratelimited") -> None:
        super().__init__(method, code)
        self.retry_after = retry_after


class SlackUnclear(SlackError):
    """The call may or may not have happened."""

    def __init__(self, method: str, code: str) -> None:
        super().__init__(method, code)
        if not self.verdict.known:
            self.verdict = unanswered()


def refusal(method: str, status: int, headers: Mapping[str, str], body: object) -> SlackError:
    """Make the error of an answer that is no success; ``body`` is Slack's JSON where it sent some."""
    told = body if isinstance(body, Mapping) else {}
    code = _code(told, status)
    if status == 429 or code in TOO_MANY:
        return SlackRateLimited(method, _wait(headers, told), code if code in TOO_MANY else "ratelimited")
    if status >= 500 or status in UNCLEAR_STATUSES or judge(method, code).unclear:
        return SlackUnclear(method, code)
    return SlackError(method, code, pointers_in(told))


def refused(method: str, response: Any) -> SlackError:
    """Make the error of what slack_sdk's client got: its response, or what stands for one."""
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0))
    headers, body = getattr(response, "headers", None) or {}, getattr(response, "data", None)
    if status != 429 and not isinstance(body, Mapping):  # not Slack's own words: something between may have spoken
        return SlackUnclear(method, f"http_{status}")
    return refusal(method, status, headers, body)


def pointers_in(answer: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the pointers of Slack's answer without the words around them, which may quote what somebody typed."""
    metadata = answer.get("response_metadata")
    messages = metadata.get("messages") if isinstance(metadata, Mapping) else None
    if not isinstance(messages, list):
        return ()
    return tuple(dict.fromkeys(found[1] for each in messages for found in _POINTER.finditer(str(each))))


def note(refusal: SlackError) -> None:
    """Log what nobody foresaw, and what we did wrong: without a word of what was sent."""
    if not refusal.verdict.known:
        _log.warning("slack.unknown_code", method=refusal.method, code=refusal.code)
    elif refusal.meaning is Meaning.OURS:
        _log.error("slack.refused_ours", method=refusal.method, code=refusal.code)


def _code(told: Mapping[str, Any], status: int) -> str:
    """Return Slack's code, which goes into words and logs: nothing that is not one passes."""
    said = told.get("error")
    if said is None:
        return f"http_{status}"
    return said if isinstance(said, str) and _CODE.fullmatch(said) else "unreadable_code"


def _wait(headers: Mapping[str, str], told: Mapping[str, Any]) -> float:
    """Return the seconds to wait: of the header, else of the body; Slack may say nothing, or nothing sensible."""
    for said in (headers.get("Retry-After"), told.get("retry_after")):
        try:
            seconds = float(said)  # type: ignore[arg-type]  # whatever it is, float says so
        except (TypeError, ValueError):
            continue
        if math.isfinite(seconds) and seconds >= 0:
            return min(max(seconds, SHORTEST_WAIT), LONGEST_WAIT)
    return UNSAID_WAIT
