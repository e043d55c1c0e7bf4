"""A message: what everyone in a channel sees, or (ephemeral) one person in the tabs open at that moment."""

from __future__ import annotations

from dataclasses import dataclass, field

from playground.slack.wire import Json

TEXT_LIMIT = 40_000
"""Longer texts are cut (api.slack.com/changelog/2018-04-truncating-really-long-messages)."""


@dataclass
class Message:
    """One message and all that it ever said."""

    ts: str
    channel: str
    text: str
    user: str | None = None
    bot_id: str | None = None
    app_id: str | None = None
    username: str | None = None
    blocks: list[Json] | None = None
    attachments: list[Json] | None = None
    thread_ts: str | None = None
    metadata: Json | None = None
    files: list[Json] = field(default_factory=list)
    edited: Json | None = None
    deleted: bool = False
    reply_users: list[str] = field(default_factory=list)
    reply_count: int = 0
    latest_reply: str | None = None
    ephemeral_for: str | None = None
    sessions: set[str] = field(default_factory=set)
    versions: list[Json] = field(default_factory=list)

    def wire(self) -> Json:
        """Return the message as Slack's API and events write it (metadata only on demand: `with_metadata`)."""
        optional = {
            "bot_id": self.bot_id,
            "app_id": self.app_id,
            "username": self.username,
            "blocks": self.blocks,
            "attachments": self.attachments,
            "thread_ts": self.thread_ts,
            "files": self.files or None,
            "edited": self.edited,
        }
        wire: Json = {"type": "message", "user": self.user, "ts": self.ts, "text": self.text}
        wire |= {name: value for name, value in optional.items() if value is not None}
        return wire | self._thread()

    def with_metadata(self) -> Json:
        """Return the wire form with the metadata its sender attached."""
        return self.wire() | ({"metadata": self.metadata} if self.metadata else {})

    def for_page(self) -> Json:
        """Return the form that the page draws."""
        flags = {"ephemeral": True} if self.ephemeral_for else {}
        return self.with_metadata() | {"channel": self.channel} | flags

    def remember(self, method: str) -> None:
        """Keep what the message says now, and which method made it say so."""
        body = self.with_metadata() | {"files": [dict(file) for file in self.files]}
        self.versions.append({"method": method, **body})

    def _thread(self) -> Json:
        if not self.reply_count:
            return {}
        return {
            "thread_ts": self.ts,
            "reply_count": self.reply_count,
            "reply_users": self.reply_users,
            "latest_reply": self.latest_reply,
        }
