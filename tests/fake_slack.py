"""The one fake of Slack's client: it keeps what stands where, and refuses or waits as a test says.

What speaks HTTP or draws pages is tested against the emulator (`playground/slack`) instead.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.blocks import Block
from bot.slack.blocks_check.whole import problems_of_message
from bot.slack.groups import UserGroup
from bot.slack.web import SlackError, SlackWeb
from tests.factories import TEAM

OURS = {"is_member": True, "is_ext_shared": False}
SHARED = {"is_member": True, "is_ext_shared": True}
IN_A_THREAD = "chat.postMessage in a thread"


@dataclass
class Pace:
    """What an edit waits for, before it lands and before it is answered."""

    landing: asyncio.Event = field(default_factory=asyncio.Event)
    answering: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class Message:
    """What stands in a conversation; ``versions`` are its blocks, as posted and after each edit."""

    channel: str
    text: str
    thread_ts: str | None
    versions: list[Sequence[Block]]

    @property
    def blocks(self) -> Sequence[Block]:
        """What it shows now."""
        return self.versions[-1]

    @property
    def edits(self) -> int:
        """How often it was edited."""
        return len(self.versions) - 1


class FakeSlack(SlackWeb):
    """Direct conversations are named “D” and the user's id.

    ``refusals`` go by a channel or a user's id, ``refuses`` by a method, and ``fails`` by a method too, each once.
    ``paces`` are those of the next edits, ``meanwhile`` happens once, before the method that it names is answered.
    Everybody is a member of the workspace but the ``gone`` and the ``unknown``; of the ``silent`` nothing is told.
    """

    def __init__(self) -> None:
        super().__init__(AsyncWebClient(token="xoxb-never-used"), 1.0)
        self.messages: dict[str, Message] = {}
        self.edited: list[Sequence[Block]] = []
        """What messages outside threads were edited to, one after the other."""
        self.homes: list[str] = []
        """Whose homes were drawn, one after the other."""
        self.shown: dict[str, Any] = {}
        """What a window was last made to show."""
        self.came: list[tuple[str, str]] = []
        """How each view came to stand in its window: opened, pushed or updated, and the id of the window."""
        self.calls: Counter[str] = Counter()
        self.refusals: dict[str, SlackError] = {}
        self.refuses: dict[str, Exception] = {}
        self.fails: defaultdict[str, list[SlackError]] = defaultdict(list)
        self.paces: deque[Pace] = deque()
        self.meanwhile: dict[str, Callable[[], Awaitable[object]]] = {}
        self.channels: dict[str, Mapping[str, Any]] = {}
        self.elsewhere: dict[str, Any] = dict(OURS)
        """What every other channel is."""
        self.people: tuple[str, ...] = ()
        """Who is in every channel but those in ``people_in``."""
        self.people_in: dict[str, tuple[str, ...]] = {}
        self.groups: dict[str, frozenset[str]] = {}
        self.gone: set[str] = set()
        self.unknown: set[str] = set()
        self.silent: set[str] = set()

    # --- looking ---

    @property
    def posted(self) -> list[tuple[str, Sequence[Block]]]:
        """Every message outside threads, as it was posted: its channel and blocks."""
        return [(each.channel, each.versions[0]) for each in self.messages.values() if each.thread_ts is None]

    @property
    def told(self) -> list[tuple[str, str]]:
        """Every message: its channel and text."""
        return [(each.channel, each.text) for each in self.messages.values()]

    def cards(self, channel: str) -> list[Message]:
        """Return the messages of a conversation that stand in no thread."""
        return [each for each in self.messages.values() if each.channel == channel and each.thread_ts is None]

    def replies(self, channel: str) -> list[str]:
        """Return what was said in the threads of a conversation."""
        return [each.text for each in self.messages.values() if each.channel == channel and each.thread_ts is not None]

    def thread(self) -> list[Sequence[Block]]:
        """Return the versions of the first message that stands in a thread."""
        return next(each.versions for each in self.messages.values() if each.thread_ts is not None)

    # --- messages ---

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
        self._answers("chat.postMessage" if thread_ts is None else IN_A_THREAD, channel)
        assert problems_of_message(list(blocks or []), text) == []
        ts = str(len(self.messages) + 1)
        self.messages[ts] = Message(channel, text, thread_ts, [list(blocks or [])])
        await self._meanwhile("chat.postMessage")
        return ts

    async def update(self, channel: str, ts: str, text: str, blocks: Sequence[Block] | None = None) -> None:
        """Replace a message, at its pace."""
        pace = self.paces.popleft() if self.paces else None
        if pace is not None:
            await pace.landing.wait()
        self._answers("chat.update", channel)
        assert problems_of_message(list(blocks or []), text) == []
        message = self.messages[ts]
        message.text = text
        message.versions.append(list(blocks or []))
        if message.thread_ts is None:
            self.edited.append(message.blocks)
        if pace is not None:
            await pace.answering.wait()

    async def open_dm(self, user_id: str) -> str:
        """Name a person's conversation."""
        self._answers("conversations.open", user_id)
        return f"D{user_id}"

    async def channel(self, channel_id: str) -> Mapping[str, Any]:
        """Return what a test says of a channel."""
        await self._meanwhile("conversations.info")
        return {"id": channel_id, **self.channels.get(channel_id, self.elsewhere)}

    async def members(self, channel_id: str) -> AsyncIterator[str]:
        """Yield who is in a channel."""
        for user_id in self.people_in.get(channel_id, self.people):
            yield user_id

    # --- windows and homes ---

    async def open_view(self, trigger_id: str, view: Block) -> tuple[str, str]:
        """Open a window."""
        del trigger_id
        return self._shows_now("opened", "views.open", "VNEW", view)

    async def push_view(self, trigger_id: str, view: Block) -> tuple[str, str]:
        """Open a window over another."""
        del trigger_id
        return self._shows_now("pushed", "views.push", "VNEW", view)

    async def update_view(self, view_id: str, hash_: str | None, view: Block) -> tuple[str, str]:
        """Show something else in a window."""
        del hash_
        return self._shows_now("updated", "views.update", view_id, view)

    async def publish_home(self, user_id: str, view: Block) -> None:
        """Draw somebody's home."""
        del view
        self._answers("views.publish", user_id)
        self.homes.append(user_id)

    def _shows_now(self, how: str, method: str, view_id: str, view: Block) -> tuple[str, str]:
        self._answers(method)
        self.came.append((how, view_id))
        self.shown = view
        return view_id, "h2"

    # --- the workspace ---

    async def auth_test(self) -> Any:
        """Tell whose token it is."""
        self._answers("auth.test")
        return type("Identity", (), {"team": "Northwind"})

    async def user_profile(self, user_id: str) -> Mapping[str, Any]:
        """Tell about a person."""
        if user_id in self.unknown | self.silent:
            raise SlackError("users.info", "user_not_found" if user_id in self.unknown else "fatal_error")
        told = {"id": user_id, "team_id": TEAM, "name": user_id.lower(), "is_restricted": False}
        return told | {"deleted": user_id in self.gone}

    async def user_groups(self, team_id: str = "") -> list[UserGroup]:
        """Tell about the groups."""
        del team_id
        self._answers("usergroups.list")
        return [UserGroup(id_, f"team-{id_.lower()}", id_, members) for id_, members in self.groups.items()]

    # --- refusing ---

    def _answers(self, method: str, place: str = "") -> None:
        """Count a call, and refuse it where a test says so.

        Raises:
            SlackError: or whatever else a test has put there.
        """
        self.calls[method] += 1
        if self.fails[method]:
            raise self.fails[method].pop(0)
        refusal = self.refuses.get(method) or self.refusals.get(place)
        if refusal is not None:
            raise refusal

    async def _meanwhile(self, method: str) -> None:
        """Let happen what a test says, once."""
        happens = self.meanwhile.pop(method, None)
        if happens is not None:
            await happens()
