"""What people type after `/usage requests`, understood."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from bot.errors import NotUnderstood
from bot.providers.deployments import FILTERED
from bot.usage.requests.period import NAMES, RecordsPeriod
from bot.usage.requests.question import LONGEST, UUID, Asked

WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    dict.fromkeys(("failed", "failures", "errors"), ("status", "failed"))
    | dict.fromkeys(("succeeded", "successful", "ok"), ("status", "succeeded"))
    | {word: ("endpoint", word) for word in ("listen", "read", "speak", "agent")}
    | {word: ("method", word) for word in ("sync", "async", "streaming")}
    | {word: ("deployment", word) for word in FILTERED}
    | {word: ("period", word) for word in NAMES if word != "dates"}
    | {"24h": ("period", "day"), "7d": ("period", "week"), "30d": ("period", "month")}
)
NAMED = ("project", "customer", "key")
IDLE = frozenset({"a", "and", "from", "in", "last", "of", "requests", "the", "this", "to"})
_WEEK = re.compile(r"\b7 days\b", re.IGNORECASE)
_MONTH = re.compile(r"\b30 days\b", re.IGNORECASE)
_DAY_OF_HOURS = re.compile(r"\b24 hours\b", re.IGNORECASE)
LENGTHS = ((_WEEK, "week"), (_MONTH, "month"), (_DAY_OF_HOURS, "day"))
_WORD = re.compile(r'(\w+)[:=](?:"([^"]*)"|(\S+))|(\S+)')
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
HINT = (
    "Words that work: failed, today, week, 2026-11-01, listen, streaming, customer:acme, key:0a1b2c3d, "
    'project:"call center", or the id of one request.'
)


def read_words(typed: str) -> Asked:
    """Understand what was typed.

    Raises:
        NotUnderstood: a word means nothing here; the text names the nearest one that does.
    """
    for length, word in LENGTHS:
        typed = length.sub(word, typed)
    given: dict[str, str] = {}
    days: list[date] = []
    for found in _WORD.finditer(typed):
        name, quoted, value, word = found.groups()
        if name:
            _put(given, _named(name.lower()), (quoted or value or "")[:LONGEST])
        elif _DAY.fullmatch(word):
            days.append(_day(word))
        elif word.lower() not in IDLE:
            _put(given, *_meant(word.lower()))
    period = _dates(days) if days else RecordsPeriod(name=given.pop("period", "day"))
    return Asked.model_validate(given | {"period": period})


def _put(given: dict[str, str], what: str, value: str) -> None:
    """Take what is asked for once: nothing is dropped because something else was typed behind it."""
    if given.setdefault(what, value) != value:
        raise NotUnderstood(f"One {what.replace('_', ' ')} at a time: {given[what][:60]} or {value[:60]}.")


def _named(name: str) -> str:
    if name not in NAMED:
        raise NotUnderstood(f"{name}: is no filter here. {HINT}")
    return name


def _meant(word: str) -> tuple[str, str]:
    if UUID.fullmatch(word):
        return "request_id", word
    if word in WORDS:
        return WORDS[word]
    near = difflib.get_close_matches(word[:60], WORDS, n=1)
    meant = f" Did you mean {near[0]}?" if near else ""
    raise NotUnderstood(f"“{word[:60]}” means nothing here.{meant} {HINT}")


def _day(word: str) -> date:
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise NotUnderstood(f"There is no day {word}. Write it like 2026-11-01.") from None


def _dates(days: list[date]) -> RecordsPeriod:
    return RecordsPeriod(name="dates", first=min(days), last=max(days))
