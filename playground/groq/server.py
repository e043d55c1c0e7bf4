"""The emulated Groq as a server on loopback."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from aiohttp import web
from aiohttp.typedefs import Handler

from playground.groq import control, models, refusals
from playground.groq.faults import Faults
from playground.groq.inference import Inference
from playground.groq.speech import Speech
from playground.groq.state import State
from playground.loopback import Port, is_foreign

CALLS_KEPT = 10_000
LARGEST_BODY = 100 * 1024 * 1024


class GroqEmulator:
    """Groq's public API with a memory; ``now`` is monotonic seconds, by which its limits refill."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.state = State(now)
        self.faults = Faults()
        self.seen: list[tuple[str, str, Mapping[str, str]]] = []
        """The latest calls: method, path and headers."""
        self.url = ""
        self._port = Port()

    async def start(self, port: int = 0) -> str:
        """Serve on 127.0.0.1 (any free port for 0) and return the address."""
        self.url = await self._port.open(self._app(), port)
        return self.url

    async def stop(self) -> None:
        """Stop serving; the state stays."""
        await self._port.close()

    def _app(self) -> web.Application:
        app = web.Application(middlewares=[self._each], client_max_size=LARGEST_BODY)
        app.add_routes(control.routes(self.state, self.faults))
        app.add_routes(models.routes(self.state))
        app.add_routes(Inference(self.state, self.faults).routes())
        app.add_routes(Speech(self.state).routes())
        return app

    @web.middleware
    async def _each(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith(control.CONTROL):
            return web.Response(status=403) if is_foreign(request) else await handler(request)
        self.seen.append((request.method, request.path, dict(request.headers)))
        del self.seen[:-CALLS_KEPT]
        try:
            return await self.faults.serve(request, handler)
        except refusals.Refusal as refused:
            return self._refuse(refused)
        except web.HTTPRequestEntityTooLarge:
            return self._refuse(refusals.too_long_a_body())
        except (web.HTTPNotFound, web.HTTPMethodNotAllowed):
            return self._refuse(refusals.no_such_path(request.method, request.path))

    def _refuse(self, refused: refusals.Refusal) -> web.Response:
        self.state.refused[refused.status] += 1
        return refused.response()
