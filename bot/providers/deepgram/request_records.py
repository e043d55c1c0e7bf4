"""A recorded request, as a value.

Live records differ from the specification: ``code`` and ``deployment`` are inside ``response``, ``callback`` is an
object, and groups of figures are absent where they do not apply; both places are read. An absent figure is unknown,
not zero.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from bot.providers.lenient import (
    decimal_or_none,
    object_or_empty,
)
from bot.providers.records import RequestRecord


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
