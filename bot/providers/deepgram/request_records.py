"""A recorded request, as a value.

Live records differ from the specification: ``code`` and ``deployment`` are inside ``response``, ``callback`` is an
object, and groups of figures are absent where they do not apply; both places are read. An absent figure is unknown,
not zero.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pydantic import Field

from bot.providers.deepgram.ids import Id, MaybeId
from bot.providers.deepgram.request_paths import endpoint_of, shown_path
from bot.providers.deepgram.tags import MaybeTagSet
from bot.providers.lenient import (
    Lenient,
    MaybeCount,
    MaybeDecimal,
    MaybeMoment,
    MaybeText,
    Text,
    Texts,
    decimal_or_none,
    object_or_empty,
)


class RequestRecord(Lenient):
    """One request. While ``ready`` is false only the first five fields are known.

    ``usd`` may read 0 for a while before the true value, and is told of projects without a contract only.
    ``duration`` and ``total_audio`` are in seconds. ``path`` is sensitive: show ``shown_path``.
    """

    request_id: Id
    project_id: MaybeId = None
    created: MaybeMoment = None
    path: Text = Field(default="", repr=False)
    api_key_id: MaybeId = None
    ready: bool = False
    code: MaybeCount = None
    completed: MaybeMoment = None
    deployment: MaybeText = None
    method: MaybeText = None
    message: MaybeText = None
    usd: MaybeDecimal = None
    models: Texts = ()
    tags: MaybeTagSet = None
    features: Texts = ()
    tier: MaybeText = None
    duration: MaybeDecimal = None
    total_audio: MaybeDecimal = None
    channels: MaybeCount = None
    streams: MaybeCount = None
    tokens_in: MaybeCount = None
    tokens_out: MaybeCount = None
    tts_characters: MaybeCount = None
    agent_seconds: MaybeDecimal = None
    callback_attempts: MaybeCount = None
    callback_code: MaybeCount = None

    @property
    def shown_path(self) -> str:
        """Return the path without what nobody else should read."""
        return shown_path(self.path)

    @property
    def endpoint(self) -> str:
        """Return what it was for, such as "listen"; empty if that cannot be told."""
        return endpoint_of(self.path)

    @property
    def cost(self) -> Decimal | None:
        """Return the cost in dollars; None where it is not known, which a told 0 may stand for."""
        return self.usd or None

    @property
    def succeeded(self) -> bool | None:
        """Return whether the code is below 300 or, by the vendor's filter, 400 and above; None if neither."""
        if self.code is None or 300 <= self.code < 400:
            return None
        return self.code < 300


def record_of(value: object) -> RequestRecord | None:
    """Read a record, bare or under ``request``; None without an id."""
    body = object_or_empty(value)
    body = object_or_empty(body.get("request")) or body
    response = object_or_empty(body.get("response"))
    details = object_or_empty(response.get("details"))
    record = RequestRecord.model_validate(
        {name: item for name, item in details.items() if name in RequestRecord.model_fields}
        | {name: body.get(name) for name in ("request_id", "created", "path")}
        | {"api_key_id": _first(body.get("api_key_id"), body.get("accessor"))}  # its name in older answers
        | {"project_id": body.get("project_uuid"), "ready": bool(response)}
        | _outcome(body, response, details)
        | _figures(response)
        | _callback(body.get("callback"))
    )
    return record if record.request_id else None


def _outcome(body: dict[str, Any], response: dict[str, Any], details: dict[str, Any]) -> dict[str, Any]:
    return {
        "code": _first(response.get("code"), body.get("code")),
        "deployment": _first(response.get("deployment"), body.get("deployment")),
        "method": _first(details.get("method"), response.get("method")),
        "completed": response.get("completed"),
        "message": response.get("message"),
    }


def _figures(response: dict[str, Any]) -> dict[str, Any]:
    agent = object_or_empty(response.get("sts_details"))
    return {
        "tokens_in": _total(response.get("token_details"), "input"),
        "tokens_out": _total(response.get("token_details"), "output"),
        "tts_characters": _total(object_or_empty(response.get("tts_details")).get("speech_segments"), "characters"),
        "agent_seconds": agent.get("duration"),
    }


def _callback(value: object) -> dict[str, Any]:
    callback = object_or_empty(value)
    return {"callback_attempts": callback.get("attempts"), "callback_code": callback.get("code")}


def _total(entries: object, name: str) -> Decimal | None:
    """Return the sum over a list's objects; None if the list is absent or empty, or a part is unknown."""
    if not isinstance(entries, list) or not entries:
        return None
    parts = [decimal_or_none(object_or_empty(entry).get(name)) for entry in entries]
    known = [part for part in parts if part is not None]
    return sum(known, Decimal()) if len(known) == len(parts) else None


def _first(*values: object) -> object:
    return next((value for value in values if value is not None), None)
