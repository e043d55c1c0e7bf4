"""What the bot ever asked for: read by tests that look for secrets and for calls that must not be made."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from playground.slack.wire import Json

_MESSAGE_BODIES = frozenset({"channel", "user", "ts", "text", "blocks", "attachments", "thread_ts", "metadata"})


@dataclass
class Record:
    """Each Web API call, each view ever sent with the method that carried it, each payload delivered."""

    calls: list[Json] = field(default_factory=list)
    views: list[Json] = field(default_factory=list)
    deliveries: list[Json] = field(default_factory=list)

    def call(self, method: str, arguments: Json, answer: Json) -> None:
        """Note a call: its argument names, the body only for messages, and how it was answered."""
        entry: Json = {
            "method": method,
            "at": time.time(),
            "user": arguments.get("user") or arguments.get("user_id"),
            "arguments": sorted(name for name in arguments if name != "token"),
            "ok": answer.get("ok"),
            "error": answer.get("error"),
        }
        if method.startswith("chat."):
            entry["body"] = {name: arguments[name] for name in _MESSAGE_BODIES & arguments.keys()}
        self.calls.append(entry)

    def view(self, method: str, user: str, view: Json) -> None:
        """Note a view as it was sent."""
        self.views.append({"method": method, "user": user, "at": time.time(), "view": view})

    def delivery(self, kind: str, name: str, outcome: str) -> None:
        """Note a payload that was delivered to the bot, and what came of it."""
        self.deliveries.append({"kind": kind, "type": name, "outcome": outcome, "at": time.time()})
