"""What Slack sends, as small as it gets, and how it signs it."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any
from urllib.parse import urlencode

from tests.clocks import machine_seconds

SECRET = "a signing secret of the tests"
TEAM = {"id": "T1", "domain": "acme"}
ANA = {"id": "UANA", "name": "ana", "team_id": "T1"}


def command(text: str, slash: str = "/keydesk", **more: Any) -> dict[str, Any]:
    return {
        "command": slash,
        "text": text,
        "team_id": "T1",
        "user_id": "UANA",
        "channel_id": "C1",
        "trigger_id": "1.2.command",
    } | more


def action(action_id: str | None, value: str = "7", **more: Any) -> dict[str, Any]:
    pressed = {"type": "button", "block_id": "b", "value": value, "action_ts": "1.1"}
    if action_id is not None:
        pressed["action_id"] = action_id
    return {
        "type": "block_actions",
        "team": TEAM,
        "user": ANA,
        "channel": {"id": "C1", "name": "general"},
        "trigger_id": "1.2.action",
        "actions": [pressed],
        "message": {"ts": "1.1", "text": "hello"},
    } | more


def submission(callback_id: str, **view: Any) -> dict[str, Any]:
    return {
        "type": "view_submission",
        "team": TEAM,
        "user": ANA,
        "trigger_id": "1.2.view",
        "view": view_object(callback_id, **view),
    }


def view_object(callback_id: str, **more: Any) -> dict[str, Any]:
    field = {"type": "input", "block_id": "reason", "element": {"type": "plain_text_input", "action_id": "text"}}
    return {
        "id": "V9",
        "type": "modal",
        "callback_id": callback_id,
        "hash": "h0",
        "blocks": [field],
        "state": {"values": {"reason": {"text": {"type": "plain_text_input", "value": "because"}}}},
    } | more


def closed(callback_id: str) -> dict[str, Any]:
    return submission(callback_id) | {"type": "view_closed", "is_cleared": False}


def shortcut(callback_id: str) -> dict[str, Any]:
    return {"type": "shortcut", "team": TEAM, "user": ANA, "callback_id": callback_id, "trigger_id": "1.2.short"}


def suggestion(action_id: str, typed: str) -> dict[str, Any]:
    return {
        "type": "block_suggestion",
        "team": TEAM,
        "user": ANA,
        "action_id": action_id,
        "block_id": "b",
        "value": typed,
        "view": view_object("form"),
    }


def event(kind: str, event_id: str = "Ev1", **more: Any) -> dict[str, Any]:
    return {
        "type": "event_callback",
        "team_id": "T1",
        "event_id": event_id,
        "event": {"type": kind, "user": "UANA", **more},
    }


def encoded(payload: dict[str, Any]) -> tuple[str, str]:
    """Return body and content type as Slack would send this payload over HTTP."""
    if "command" in payload:
        return urlencode(payload), "application/x-www-form-urlencoded"
    if payload.get("type") == "event_callback":
        return json.dumps(payload), "application/json"
    return urlencode({"payload": json.dumps(payload)}), "application/x-www-form-urlencoded"


def signed(body: str | bytes, content_type: str, *, secret: str = SECRET) -> dict[str, str]:
    now = str(int(machine_seconds()))
    signed_bytes = f"v0:{now}:".encode() + (body.encode() if isinstance(body, str) else body)
    signature = "v0=" + hmac.new(secret.encode(), signed_bytes, hashlib.sha256).hexdigest()
    return {
        "content-type": content_type,
        "x-slack-request-timestamp": now,
        "x-slack-signature": signature,
    }


def envelope_kind(payload: dict[str, Any]) -> str:
    if "command" in payload:
        return "slash_commands"
    return "events_api" if payload.get("type") == "event_callback" else "interactive"
