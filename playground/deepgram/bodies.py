"""Request bodies, judged with the words that the vendor's parser is known for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from playground.deepgram.refusals import invalid_json

LONGEST_TAG = 128


@dataclass(frozen=True)
class KeyWish:
    """A valid body of a key creation."""

    comment: str
    scopes: list[str]
    tags: list[str]
    expiration_date: datetime | None


def json_object(raw: bytes) -> dict[str, Any]:
    """Return the JSON object of a body."""
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        raise invalid_json("expected value at line 1 column 1") from None
    if not isinstance(value, dict):
        raise invalid_json("invalid type: expected an object at line 1 column 1")
    return value


def text(body: dict[str, Any], name: str) -> str:
    """Return a required text."""
    value = _required(body, name)
    if not isinstance(value, str):
        raise invalid_json(f"{name}: invalid type, expected a string at line 1 column 1")
    return value


def key_wish(raw: bytes, now: datetime) -> KeyWish:
    """Return what a creation asks for.

    Fields it does not know are ignored, so a misspelt lifetime makes a key that never expires, as it really does.
    That an end in the past and an empty list of scopes are refused is this emulator's choice.
    """
    body = json_object(raw)
    return KeyWish(text(body, "comment"), _texts(body, "scopes"), _tags(body), _expiry(body, now))


def _required(body: dict[str, Any], name: str) -> Any:
    if name not in body:
        raise invalid_json(f"missing field `{name}` at line 1 column 1")
    return body[name]


def _texts(body: dict[str, Any], name: str) -> list[str]:
    values = _required(body, name)
    if not (isinstance(values, list) and values and all(isinstance(value, str) for value in values)):
        raise invalid_json(f"{name}: expected a list of at least one string at line 1 column 1")
    return values


def _tags(body: dict[str, Any]) -> list[str]:
    if body.get("tags") is None:
        return []
    tags = _texts(body, "tags")
    if any(len(tag) > LONGEST_TAG for tag in tags):
        raise invalid_json(f"tags: longer than {LONGEST_TAG} characters at line 1 column 1")
    return tags


def _expiry(body: dict[str, Any], now: datetime) -> datetime | None:
    moment, seconds = body.get("expiration_date"), body.get("time_to_live_in_seconds")
    if moment is not None and seconds is not None:
        raise invalid_json("only one of expiration_date and time_to_live_in_seconds at line 1 column 1")
    if seconds is not None:
        return now + timedelta(seconds=_positive(seconds))
    return None if moment is None else _future(moment, now)


def _positive(seconds: Any) -> int:
    if not isinstance(seconds, int) or isinstance(seconds, bool) or not 0 < seconds < 10**10:
        raise invalid_json("time_to_live_in_seconds: expected a positive integer at line 1 column 1")
    return seconds


def _future(value: Any, now: datetime) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
        moment.astimezone(UTC)  # the last hours of the year 9999 are no moment in UTC
    except (TypeError, ValueError, OverflowError):
        raise invalid_json("expiration_date: input contains invalid characters at line 1 column 1") from None
    if "T" not in value or moment.tzinfo is None:
        raise invalid_json("expiration_date: input is not enough for unique date and time at line 1 column 1")
    if moment <= now:
        raise invalid_json("expiration_date: must be in the future at line 1 column 1")
    return moment.astimezone(UTC)
