"""Signed requests as Slack sends them, whole: head and body, ready for a socket."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from bot.slack.http import PATH

SIGNING_SECRET = "0" * 32


def command(team: str, user: str, channel: str, typed: str) -> bytes:
    """Return a slash command (``/keydesk`` and what follows it)."""
    return _signed(
        {
            "token": "unused",
            "team_id": team,
            "team_domain": "bench",
            "channel_id": channel,
            "channel_name": "bench",
            "user_id": user,
            "user_name": "somebody",
            "command": "/keydesk",
            "text": typed,
            "api_app_id": "A0BENCH",
            "is_enterprise_install": "false",
            "trigger_id": uuid4().hex,
        }
    )


def click(team: str, user: str, action_id: str, value: str, message: dict[str, Any]) -> bytes:
    """Return the press of a button of a message (``channel`` and ``ts`` are its place)."""
    payload: dict[str, Any] = {
        "type": "block_actions",
        "user": {"id": user, "username": "somebody", "name": "somebody", "team_id": team},
        "api_app_id": "A0BENCH",
        "token": "unused",
        "container": {"type": "message", "message_ts": message["ts"], "channel_id": message["channel"]},
        "trigger_id": uuid4().hex,
        "team": {"id": team, "domain": "bench"},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": message["channel"], "name": "bench"},
        "message": message,
        "state": {"values": {}},
        "actions": [{"type": "button", "block_id": "decide", "action_id": action_id, "value": value}],
    }
    return _signed({"payload": json.dumps(payload)})


def _signed(form: dict[str, str]) -> bytes:
    body, moment = urlencode(form).encode(), int(time.time())
    digest = hmac.new(SIGNING_SECRET.encode(), b"v0:%d:%b" % (moment, body), hashlib.sha256).hexdigest()
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"User-Agent: Slackbot 1.0 (+https://api.slack.com/robots)\r\nAccept: application/json,*/*\r\n"
        f"X-Slack-Request-Timestamp: {moment}\r\nX-Slack-Signature: v0={digest}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
