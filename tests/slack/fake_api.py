"""A small Web API and Socket Mode server in this process: it records calls, and answers as the test tells it."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Mapping
from typing import Any

from aiohttp import WSMsgType, web

from tests.clocks import PATIENCE

Answer = Mapping[str, Any]


class FakeApi:
    """``answers[method]`` is a list of ``(status, body)`` used up one by one; without one the call succeeds."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[str, list[tuple[int, Answer]]] = {}
        self.uploads: list[bytes] = []
        self.responses: list[dict[str, Any]] = []
        self.response_status = 200
        self.response_body = "ok"
        self.sockets: list[web.WebSocketResponse] = []
        self.pongs = True
        self._numbers = itertools.count(1)
        self._acks: dict[str, asyncio.Future[dict[str, Any] | None]] = {}
        self._runner: web.AppRunner | None = None
        self.port = 0

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/"

    @property
    def response_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/response/1"

    async def start(self) -> None:
        app = web.Application(client_max_size=16 * 2**20)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_post("/response/1", self._response)
        app.router.add_post("/upload/1", self._upload)
        app.router.add_get("/socket", self._socket)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        for socket in self.sockets:
            await socket.close()
        if self._runner:
            await self._runner.cleanup()

    def called(self, method: str) -> list[dict[str, Any]]:
        return [given for name, given in self.calls if name == method]

    def refuse(self, method: str, error: str, times: int = 1) -> None:
        self.answers.setdefault(method, []).extend([(200, {"ok": False, "error": error})] * times)

    def break_down(self, method: str, times: int = 1) -> None:
        self.answers.setdefault(method, []).extend([(503, {"ok": False, "error": "service_unavailable"})] * times)

    async def deliver(self, kind: str, payload: Mapping[str, Any], seconds: float = PATIENCE) -> dict[str, Any] | None:
        """Send an envelope to one connection; return the answer's payload, or raise TimeoutError without an ack."""
        envelope_id = f"e{next(self._numbers)}"
        self._acks[envelope_id] = asyncio.get_running_loop().create_future()
        envelope = {
            "type": kind,
            "envelope_id": envelope_id,
            "payload": payload,
            "accepts_response_payload": True,
        }
        await self.sockets[-1].send_json(envelope)
        return await asyncio.wait_for(self._acks[envelope_id], seconds)

    async def _api(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        given = dict(request.query)
        if request.method == "POST" and request.can_read_body:
            is_json = request.content_type == "application/json"
            given |= await request.json() if is_json else dict(await request.post())  # type: ignore[arg-type] # no test uploads a file
        self.calls.append((method, given))
        waiting = self.answers.get(method)
        status, answer = waiting.pop(0) if waiting else (200, self._success(method))
        headers = {"Retry-After": "1"} if status == 429 else {"x-oauth-scopes": "chat:write,commands"}
        return web.json_response(dict(answer), status=status, headers=headers)

    def _success(self, method: str) -> Answer:
        number = next(self._numbers)
        special: dict[str, Answer] = {
            "auth.test": {"team_id": "T1", "team": "Acme", "user_id": "UBOT", "bot_id": "B1", "url": "u"},
            "chat.postMessage": {"ts": f"1700000000.{number:06}", "channel": "C1"},
            "conversations.open": {"channel": {"id": "D1"}},
            "files.getUploadURLExternal": {"upload_url": f"http://127.0.0.1:{self.port}/upload/1", "file_id": "F1"},
            "apps.connections.open": {"url": f"ws://127.0.0.1:{self.port}/socket"},
        }
        if method.startswith("views."):
            return {"ok": True, "view": {"id": "V1", "hash": f"h{number}"}}
        return {"ok": True, **special.get(method, {})}

    async def _response(self, request: web.Request) -> web.Response:
        self.responses.append(await request.json())
        return web.Response(status=self.response_status, text=self.response_body)

    async def _upload(self, request: web.Request) -> web.Response:
        self.uploads.append(await request.read())
        return web.Response(status=self.response_status)

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        self.sockets.append(socket)
        await socket.send_json({"type": "hello"})
        async for message in socket:
            if message.type == WSMsgType.PING and self.pongs:
                await socket.pong(message.data)
            elif message.type == WSMsgType.TEXT:
                ack = message.json()
                self._acks[ack["envelope_id"]].set_result(ack.get("payload"))
        return socket
