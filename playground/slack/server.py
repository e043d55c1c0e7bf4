"""The emulated Slack as one server on loopback."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from aiohttp import web
from aiohttp.typedefs import Handler

from playground.clock import PlaygroundClock, clock_routes
from playground.slack.control_routes import control_routes
from playground.slack.delivery import Delivery
from playground.slack.emulation import Emulation, Tokens
from playground.slack.guard import refuse_strangers
from playground.slack.http_delivery import HttpDelivery
from playground.slack.manifest import read_manifest
from playground.slack.provider_routes import provider_routes
from playground.slack.rate_limits import RateLimits
from playground.slack.response_routes import response_routes
from playground.slack.seed import seeded_workspace
from playground.slack.socket_mode import SocketMode
from playground.slack.state import Workspace
from playground.slack.timings import Timings
from playground.slack.ui_acts import act_routes
from playground.slack.ui_reads import read_routes
from playground.slack.web_api.dispatch import api_routes
from playground.slack.web_api.files import upload_routes
from playground.slack.wire import Json, SlackError

Transport = Literal["socket", "http"]

_LARGEST_BODY = 32 * 1024 * 1024
_VERIFICATION = "emulated-verification-token"


class SlackEmulator:
    """One workspace with one app, served on 127.0.0.1.

    ``manifest`` is the app's parsed manifest; without ``workspace`` a lifelike one is seeded. ``state`` gives tests all
    parts: the workspace, the record of calls, faults, triggers.
    """

    def __init__(
        self,
        clock: PlaygroundClock,
        *,
        transport: Transport,
        signing_secret: str,
        bot_token: str,
        app_token: str,
        manifest: Json,
        request_url: str | None = None,
        page_folder: Path | None = None,
        providers: Sequence[Json] = (),
        workspace: Workspace | None = None,
        timings: Timings | None = None,
        rate_limits: bool = True,
    ) -> None:
        self._page_folder = page_folder
        self._runner: web.AppRunner | None = None
        timings, app = timings or Timings(), read_manifest(manifest)
        workspace = workspace or seeded_workspace(clock.now(), app.name)
        delivery: Delivery = SocketMode(workspace.app.id, timings, self._tell_connection)
        if transport == "http":
            if not request_url:
                raise ValueError("HTTP delivery needs a request_url")
            delivery = HttpDelivery(request_url, signing_secret, _VERIFICATION, timings, self._tell_connection)
        self.state = Emulation(
            clock=clock,
            workspace=workspace,
            manifest=app,
            tokens=Tokens(bot_token, app_token, _VERIFICATION),
            timings=timings,
            transport=transport,
            delivery=delivery,
            rate_limits=RateLimits(enabled=rate_limits),
            providers=list(providers),
        )
        clock.on_move(lambda: self.state.tabs.push_all({"type": "clock", **clock.reading()}))

    async def start(self, port: int = 0) -> str:
        """Listen on 127.0.0.1 (0: any free port) and return the base address, without a slash at its end."""
        app = web.Application(middlewares=[refuse_strangers, _say_refusals], client_max_size=_LARGEST_BODY)
        app.add_routes(self._routes())
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.state.address = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        if isinstance(self.state.delivery, SocketMode):
            self.state.delivery.address = self.state.address
        await self.state.delivery.start()
        return self.state.address

    async def stop(self) -> None:
        """Close everything; nothing is delivered afterwards."""
        await self.state.background.stop()
        await self.state.delivery.stop()
        await self.state.tabs.close()
        if self._runner:
            await self._runner.cleanup()

    def _tell_connection(self) -> None:
        self.state.tell_bot_connection()

    def _routes(self) -> list[web.AbstractRouteDef]:
        state = self.state
        routes: list[web.AbstractRouteDef] = [
            *api_routes(state),
            *upload_routes(state),
            *response_routes(state),
            *read_routes(state),
            *act_routes(state),
            *control_routes(state),
            *provider_routes(state),
            *clock_routes(state.clock),
        ]
        if isinstance(state.delivery, SocketMode):
            routes.append(web.get("/link/", state.delivery.link))
        return routes + (_page_routes(self._page_folder) if self._page_folder else [])


def _page_routes(folder: Path) -> list[web.AbstractRouteDef]:
    async def index(_: web.Request) -> web.FileResponse:
        return web.FileResponse(folder / "index.html")

    async def icon(_: web.Request) -> web.FileResponse:
        return web.FileResponse(folder / "favicon.svg")

    return [web.get("/", index), web.get("/favicon.ico", icon), web.static("/page", folder)]


@web.middleware
async def _say_refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except SlackError as refusal:
        text = refusal.messages[0] if refusal.messages else refusal.code
        return web.json_response({"ok": False, "error": refusal.code, "text": text})
