"""A Slack that keeps what stands where, refuses what a test says, and answers an edit as slowly as it says."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.blocks import Block
from bot.slack.web import SlackError, SlackWeb

OURS = {"is_member": True, "is_ext_shared": False}
SHARED = {"is_member": True, "is_ext_shared": True}


@dataclass
class Pace:
    """What an edit waits for, before it lands and before it is answered."""

    landing: asyncio.Event = field(default_factory=asyncio.Event)
    answering: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class Message:
    """What stands in a conversation now."""

    channel: str
    text: str
    blocks: Sequence[Block]
    thread_ts: str | None
    edits: int = 0


class Conversations(SlackWeb):
    """Direct conversations are named “D” and the user's id; ``refusals`` go by that channel, or by a user's id."""

    def __init__(self) -> None:
        super().__init__(AsyncWebClient(token="xoxb-never-used"), 1.0)
        self.messages: dict[str, Message] = {}
        self.refusals: dict[str, SlackError] = {}
        self.channels: dict[str, Mapping[str, Any]] = {}
        self.people: tuple[str, ...] = ()
        self.paces: deque[Pace] = deque()
        self.meanwhile: dict[str, Callable[[], Awaitable[object]]] = {}

    def cards(self, channel: str) -> list[Message]:
        """Return the messages of a conversation that stand in no thread."""
        return [each for each in self.messages.values() if each.channel == channel and each.thread_ts is None]

    def replies(self, channel: str) -> list[str]:
        """Return what was said in the threads of a conversation."""
        return [each.text for each in self.messages.values() if each.channel == channel and each.thread_ts is not None]

    async def post(
        self,
        channel: str,
        text: str,
        blocks: Sequence[Block] | None = None,
        *,
        metadata: Mapping[str, Any] | None = None,
        thread_ts: str | None = None,
    ) -> str:
        """Keep a message."""
        del metadata
        self._refuse(channel)
        ts = str(len(self.messages) + 1)
        self.messages[ts] = Message(channel, text, blocks or [], thread_ts)
        await self._meanwhile("post")
        return ts

    async def update(self, channel: str, ts: str, text: str, blocks: Sequence[Block] | None = None) -> None:
        """Replace a message, at its pace."""
        pace = self.paces.popleft() if self.paces else None
        if pace is not None:
            await pace.landing.wait()
        self._refuse(channel)
        message = self.messages[ts]
        message.text, message.blocks, message.edits = text, blocks or [], message.edits + 1
        if pace is not None:
            await pace.answering.wait()

    async def open_dm(self, user_id: str) -> str:
        """Name a person's conversation."""
        self._refuse(user_id)
        return f"D{user_id}"

    async def channel(self, channel_id: str) -> Mapping[str, Any]:
        """Return what a test says of a channel."""
        await self._meanwhile("channel")
        return self.channels.get(channel_id, OURS)

    async def members(self, channel_id: str) -> AsyncIterator[str]:
        """Yield who is in every channel."""
        del channel_id
        for user_id in self.people:
            yield user_id

    async def _meanwhile(self, method: str) -> None:
        """Let happen what a test says, once, before this method is answered."""
        happens = self.meanwhile.pop(method, None)
        if happens is not None:
            await happens()

    def _refuse(self, place: str) -> None:
        if place in self.refusals:
            raise self.refusals[place]
