"""The emulated Deepgram as a server on loopback."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from aiohttp import web
from aiohttp.typedefs import Handler

from playground.deepgram import (
    billing,
    control,
    invites,
    keys,
    members,
    models,
    projects,
    refusals,
    requests,
    tokens,
    usage,
)
from playground.deepgram.faults import Faults
from playground.deepgram.ledger import Ledger
from playground.deepgram.seed import seed, seed_beside
from playground.deepgram.state import State
from playground.loopback import Port, is_foreign


class DeepgramEmulator:
    """Deepgram's management API with a memory; ``now`` decides what has expired.

    ``credentials`` holds the secrets of three seeded management keys, by the role of their creator: "owner",
    "admin" and "member".
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.state = State(now)
        self.credentials = seed(self.state)
        self.ledger = Ledger(now)
        self.faults = Faults()
        self.calls = control.Calls()
        self.url = ""
        self._port = Port()

    def open_account(self, name: str, *projects: str, role: str = "admin") -> str:
        """Add a company with projects that no other credential sees; its own is in ``credentials`` by the name."""
        self.credentials[name] = seed_beside(self.state, f"{name}.example", projects, role)
        return self.credentials[name]

    async def start(self, port: int = 0) -> str:
        """Serve on 127.0.0.1 (any free port for 0) and return the address."""
        self.url = await self._port.open(self._app(), port)
        return self.url

    async def stop(self) -> None:
        """Stop serving; what was to happen late does not happen any more. The state stays."""
        await self.faults.stop()
        await self._port.close()

    def _app(self) -> web.Application:
        app = web.Application(middlewares=[self._each])
        app.add_routes(control.routes(self.faults, self.calls, self.state))
        for noun in (projects, keys, members, invites, models, tokens):
            app.add_routes(noun.routes(self.state))
        for told in (requests, usage, billing):
            app.add_routes(told.routes(self.state, self.ledger))
        return app

    @web.middleware
    async def _each(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith(control.CONTROL):
            return web.Response(status=403) if is_foreign(request) else await handler(request)
        await self.calls.record(request)
        return await self.faults.serve(request, _known_paths_only(handler))


def _known_paths_only(handler: Handler) -> Handler:
    async def known(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPNotFound:
            return refusals.no_such_path().response()
        except web.HTTPMethodNotAllowed:
            return refusals.Refusal(405, "Method Not Allowed").response()

    return known
