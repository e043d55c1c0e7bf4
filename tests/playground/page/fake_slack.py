"""A small server that speaks the page's contract, so that the page is tested alone: scripted answers, kept requests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.clocks import beginning
from tests.waiting import until

Json = dict[str, Any]
PAGE = Path(__file__).parents[3] / "playground" / "page"

ANA = {
    "id": "U1",
    "name": "ana",
    "real_name": "Ana Lopes",
    "title": "Speech engineer",
    "tz": "Europe/Lisbon",
    "tz_offset": 0,
    "color": "2b8a3e",
    "is_bot": False,
    "is_guest": False,
    "deleted": False,
    "initials": "AL",
}
RAJ = ANA | {
    "id": "U2",
    "name": "raj",
    "real_name": "Raj Patel",
    "title": "Platform lead",
    "tz": "Asia/Kolkata",
    "color": "9c36b5",
    "initials": "RP",
}
GIL = ANA | {"id": "U3", "name": "gil", "real_name": "Gil Guest", "is_guest": True, "color": "e67700", "initials": "GG"}
BOT = ANA | {"id": "UB", "name": "keydesk", "real_name": "Keydesk", "title": "", "is_bot": True, "initials": "K"}
APP = {"id": "A1", "name": "Keydesk", "bot_user_id": "UB"}
CHANNELS = [
    {
        "id": "C1",
        "name": "key-requests",
        "type": "channel",
        "is_member": True,
        "topic": "Ask with `/keys`",
        "num_members": 3,
    },
    {"id": "C2", "name": "security", "type": "private", "is_member": True, "topic": "", "num_members": 2},
    {"id": "C3", "name": "old-project", "type": "channel", "is_member": True, "topic": "", "is_archived": True},
    {"id": "C4", "name": "partner-voice", "type": "channel", "is_member": True, "topic": "", "is_ext_shared": True},
    {"id": "D1", "name": "", "type": "dm", "is_member": True, "with": "UB"},
    {"id": "D2", "name": "", "type": "dm", "is_member": True, "with": "U2"},
]
COMMANDS = [
    {"command": "/keys", "description": "Keys: request, list, revoke", "usage_hint": "[request | list | revoke]"},
    {"command": "/keydesk", "description": "Everything the desk can do", "usage_hint": "<noun> <verb>"},
]
SHORTCUTS = [
    {"name": "Request a key", "type": "global", "callback_id": "ask", "description": "Opens the form"},
    {"name": "Report a leaked key", "type": "message", "callback_id": "leak", "description": "Ends it at once"},
]

TOUR = [
    {"user": "U1", "text": "Send `/keys request`", "command": "/keys request"},
    {"user": "U1", "text": "Read <#C2>", "open": "C2"},
    {"user": "U1", "text": "Move the clock", "open": "panel"},
    {"user": "U2", "text": "<@U2> decides", "open": "messages"},
]


@dataclass
class FakeSlack:
    """What the page was told and what it asked; a test scripts `answers` by path and pushes frames."""

    messages: list[Json] = field(default_factory=list)
    answers: dict[str, Json] = field(default_factory=dict)
    asked: list[tuple[str, Json]] = field(default_factory=list)
    sockets: set[web.WebSocketResponse] = field(default_factory=set)
    home: Json | None = None
    offset_seconds: float = 0.0
    faults: list[Json] = field(default_factory=list)
    address: str = ""

    def forget(self) -> None:
        """Begin anew at the same address."""
        vars(self).update(vars(FakeSlack(sockets=self.sockets, address=self.address)))

    def say(self, text: str = "", *, blocks: list[Json] | None = None, **more: Any) -> Json:
        """Put a message of the bot into the channel before the page is opened."""
        message: Json = {"channel": "C1", "ts": self.next_ts(), "user": "UB", "bot_id": "B1", "text": text} | more
        if blocks is not None:
            message["blocks"] = blocks
        self.messages.append(message)
        return message

    def next_ts(self) -> str:
        """Return a timestamp after all others."""
        return f"{beginning().timestamp() - 60 + len(self.messages):.6f}"

    async def push(self, frame: Json) -> None:
        """Push a frame to every open page."""
        for socket in list(self.sockets):
            await socket.send_json(frame)

    async def hang_up(self) -> None:
        """Drop every page's socket."""
        for socket in list(self.sockets):
            await socket.close()

    async def heard(self, path: str, times: int = 1) -> Json:
        """Return the body of the last request to this path, once so many came; fails when patience ends."""
        await until(lambda: sum(asked == path for asked, _ in self.asked) >= times)
        return next(body for asked, body in reversed(self.asked) if asked == path)

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the contract's routes."""
        return [
            web.get("/", _index),
            web.static("/page", PAGE),
            web.get("/ui/state", self._state),
            web.get("/ui/messages", self._messages),
            web.get("/ui/replies", self._replies),
            web.get("/ui/home", self._home),
            web.get("/ui/socket", self._socket),
            web.post("/clock", self._clock),
            web.get("/faults", self._faults),
            web.route("*", "/providers/Deepgram/faults", self._faults),
            web.post("/{path:.*}", self._asked),
        ]

    async def _state(self, request: web.Request) -> web.Response:
        people = [ANA, RAJ, GIL, BOT]
        me = next((one for one in people if one["id"] == request.query.get("user")), ANA)
        return web.json_response(
            {
                "me": me,
                "team": {"id": "T1", "name": "Northwind Voice", "domain": "northwind"},
                "people": people,
                "channels": CHANNELS,
                "apps": [APP],
                "commands": COMMANDS,
                "shortcuts": SHORTCUTS,
                "clock": {"offset_seconds": self.offset_seconds},
                "transport": "socket",
                "providers": [{"name": "Deepgram", "url": "http://127.0.0.1:1"}],
                "tour": TOUR,
                "bot": {"connected": True},
                "banner": "Nothing in this workspace is real",
            }
        )

    async def _messages(self, request: web.Request) -> web.Response:
        of_channel = [one for one in self.messages if one["channel"] == request.query["channel"]]
        lines = [one for one in of_channel if one.get("thread_ts") in (None, one["ts"])]
        return web.json_response({"messages": lines, "has_more": False})

    async def _replies(self, request: web.Request) -> web.Response:
        ts = request.query["ts"]
        return web.json_response(
            {"messages": [one for one in self.messages if ts in (one["ts"], one.get("thread_ts"))]}
        )

    async def _home(self, _: web.Request) -> web.Response:
        return web.json_response({"view": self.home})

    async def _clock(self, request: web.Request) -> web.Response:
        self.offset_seconds += (await request.json())["advance_seconds"]
        return web.json_response({"offset_seconds": self.offset_seconds})

    async def _faults(self, request: web.Request) -> web.Response:
        if request.method == "POST":
            self.faults.append(await request.json())
        if request.method == "DELETE":
            self.faults.clear()
        shown = self.faults if request.path != "/faults" else []
        return web.json_response({"ok": True, "faults": shown})

    async def _asked(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.asked.append((request.path, body))
        return web.json_response(self.answers.get(request.path, {"ok": True}))

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.add(socket)
        with suppress(asyncio.CancelledError):
            async for _ in socket:
                pass
        self.sockets.discard(socket)
        return socket


@asynccontextmanager
async def serving(fake: FakeSlack, port: int = 0) -> AsyncIterator[FakeSlack]:
    """Serve until the block ends; `address` says where."""
    application = web.Application()
    application.add_routes(fake.routes())
    application.on_response_prepare.append(_let_files_be_kept)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    host, bound = runner.addresses[0][:2]
    fake.address = f"http://{host}:{bound}"
    try:
        yield fake
    finally:
        await fake.hang_up()
        await runner.cleanup()


async def _let_files_be_kept(request: web.Request, answer: web.StreamResponse) -> None:
    if request.path.startswith("/page/"):
        answer.headers["Cache-Control"] = "max-age=3600"


async def _index(_: web.Request) -> web.StreamResponse:
    return web.FileResponse(PAGE / "index.html")
