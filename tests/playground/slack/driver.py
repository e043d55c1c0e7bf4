"""Drives the emulated Slack as a page does: people say, press, submit and look."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp

from tests.clocks import PATIENCE

Json = dict[str, Any]

PRIYA, AMARA, LIWEI, GUEST, GONE, PARTNER = (
    "U0PRIYA0003",
    "U0AMARA0001",
    "U0LIWEI0002",
    "U0GUEST0010",
    "U0GONE00011",
    "U0PARTN0012",
)
APPROVALS, SPEECH, GENERAL, SECRET, SHARED, ARCHIVED = (
    "C0APPROVE02",
    "C0SPEECH003",
    "C0GENERAL01",
    "C0SECURE007",
    "C0PARTNER08",
    "C0OLDPROJ09",
)


class Tab:
    """One open page, and the frames it got."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket

    async def next(self, frame_type: str) -> Json:
        """Return the next frame of this type, passing over others; fails when patience ends."""
        async with asyncio.timeout(PATIENCE):
            while True:
                frame: Json = await self._socket.receive_json()
                if frame["type"] == frame_type:
                    return frame

    async def close(self) -> None:
        """Close the page."""
        await self._socket.close()


class Driver:
    """Everything a page can do, as plain requests."""

    def __init__(self, base: str, client: aiohttp.ClientSession) -> None:
        self.base = base
        self.client = client

    async def read(self, path: str, **query: str) -> Json:
        """GET a route."""
        async with self.client.get(self.base + path, params=query) as answer:
            body: Json = await answer.json()
            return body

    async def do(self, path: str, **body: Any) -> Json:
        """POST to a route."""
        async with self.client.post(self.base + path, json={"session": "tab", **body}) as answer:
            result: Json = await answer.json()
            return result

    async def tab(self, user: str, session: str = "tab") -> Tab:
        """Open a page."""
        return Tab(await self.client.ws_connect(f"{self.base}/ui/socket?user={user}&session={session}"))

    async def say(self, user: str, channel: str, text: str, **more: Any) -> Json:
        """Type a line."""
        return await self.do("/ui/message", user=user, channel=channel, text=text, **more)

    async def press(self, user: str, message: Json, action_id: str, **more: Any) -> Json:
        """Press a button of a message."""
        place = {"type": "message", "channel": message["channel"], "ts": message["ts"]}
        block_id = message["blocks"][0]["block_id"]
        return await self.do(
            "/ui/action", user=user, container=place, block_id=block_id, action_id=action_id, type="button", **more
        )

    async def press_in_view(self, user: str, view: Json, block_id: str, action_id: str, **more: Any) -> Json:
        """Use an element of a view."""
        place = {"type": "view", "view_id": view["id"]}
        return await self.do("/ui/action", user=user, container=place, block_id=block_id, action_id=action_id, **more)

    async def submit(self, user: str, view_id: str, **typed: str) -> Json:
        """Submit a form whose inputs are texts, by block_id."""
        values = {
            block_id: {"typed": {"type": "plain_text_input", "value": value}} for block_id, value in typed.items()
        }
        return await self.do("/ui/submit", user=user, view_id=view_id, state={"values": values})

    async def messages(self, user: str, channel: str, **query: str) -> list[Json]:
        """Return what this person sees in a channel."""
        answer = await self.read("/ui/messages", user=user, channel=channel, **query)
        found: list[Json] = answer["messages"]
        return found
