"""One Web API call: its arguments, who makes it, and where methods are registered."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from playground.slack.emulation import Emulation
from playground.slack.state import Channel, Person, Workspace
from playground.slack.wire import Json, SlackError

Item = TypeVar("Item")

_CHANNEL_SCOPES = {"channel": "channels", "private": "groups", "dm": "im"}


@dataclass
class Call:
    """A call that was let through, and convenient access to its arguments (strings in forms, JSON elsewhere)."""

    emulation: Emulation
    arguments: Json

    @property
    def workspace(self) -> Workspace:
        """Return the workspace."""
        return self.emulation.workspace

    @property
    def now(self) -> datetime:
        """Return the served moment."""
        return self.emulation.clock.now()

    @property
    def bot(self) -> str:
        """Return the bot's user id."""
        return self.workspace.app.bot_user_id

    def text(self, name: str, default: str = "") -> str:
        """Return a text argument."""
        value = self.arguments.get(name)
        return default if value is None else str(value)

    def required(self, name: str) -> str:
        """Return a text argument; `invalid_arguments` when it is missing."""
        value = self.text(name)
        if not value:
            raise SlackError("invalid_arguments", f"missing required field: {name}")
        return value

    def flag(self, name: str) -> bool:
        """Return a yes or no argument."""
        return str(self.arguments.get(name, "")).lower() in ("true", "1")

    def number(self, name: str, default: int, limit: int = 1000) -> int:
        """Return a whole number between 1 and ``limit``; `invalid_arguments` otherwise."""
        try:
            value = int(self.arguments.get(name) or default)
        except (TypeError, ValueError):
            raise SlackError("invalid_arguments", f"must be a number [json-pointer:/{name}]") from None
        if not 1 <= value <= limit:
            raise SlackError("invalid_arguments", f"must be between 1 and {limit} [json-pointer:/{name}]")
        return value

    def json(self, name: str, error: str = "invalid_arguments") -> object:
        """Return an argument that may come as JSON text; ``error`` when that cannot be read."""
        value = self.arguments.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise SlackError(error, f"not valid JSON [json-pointer:/{name}]") from None

    def objects(self, name: str, error: str) -> list[Json] | None:
        """Return a list of objects, None when absent or empty; ``error`` for anything else."""
        value = self.json(name, error)
        if value is None or value == []:
            return None
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise SlackError(error, f"must be an array of objects [json-pointer:/{name}]")
        return value

    def object(self, name: str, error: str = "invalid_arguments") -> Json | None:
        """Return an object, None when absent; ``error`` for anything else."""
        value = self.json(name, error)
        if value is not None and not isinstance(value, dict):
            raise SlackError(error, f"must be an object [json-pointer:/{name}]")
        return value

    def person(self, name: str = "user") -> Person:
        """Return the person an argument names; `user_not_found`."""
        found = self.workspace.people.get(self.required(name))
        if found is None:
            raise SlackError("user_not_found")
        return found

    def visible_channel(self, name: str = "channel") -> Channel:
        """Return a channel that the bot may know of; `channel_not_found`."""
        channel = self.workspace.channels.get(self.required(name))
        if channel is None or not self.sees(channel):
            raise SlackError("channel_not_found")
        return channel

    def sees(self, channel: Channel) -> bool:
        """Whether the bot may know of this channel."""
        return channel.kind == "channel" or self.bot in channel.members

    def require_channel_scope(self, channel: Channel, action: str) -> None:
        """Require the scope for this kind of channel, such as `groups:read`; `missing_scope`."""
        self.require_scope(f"{_CHANNEL_SCOPES[channel.kind]}:{action}")

    def has_scope(self, scope: str) -> bool:
        """Whether the bot's token carries this scope."""
        return scope in self.emulation.manifest.bot_scopes

    def require_scope(self, *scopes: str) -> None:
        """Require one of these scopes; `missing_scope` names what is needed and what is there."""
        if scopes and not any(self.has_scope(scope) for scope in scopes):
            provided = ",".join(sorted(self.emulation.manifest.bot_scopes))
            raise SlackError("missing_scope", needed=",".join(scopes), provided=provided)

    def page(self, items: list[Item], limit: int) -> tuple[list[Item], Json]:
        """Return one page of items and the `response_metadata` with the next cursor; `invalid_cursor`."""
        cursor = self.text("cursor", "page:0")
        prefix, _, start_text = cursor.partition(":")
        if prefix != "page" or not start_text.isdigit():
            raise SlackError("invalid_cursor")
        start = int(start_text)
        end = start + limit
        following = f"page:{end}" if end < len(items) else ""
        return items[start:end], {"response_metadata": {"next_cursor": following}}


Method = Callable[[Call], Json]
"""Does one method's work and returns its answer without `ok`; raises `SlackError`."""
