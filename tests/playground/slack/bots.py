"""A small stock Bolt app over either transport: the oracle that the emulated Slack speaks Slack."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from playground.clock import PlaygroundClock
from playground.slack import SlackEmulator
from tests.playground.slack.conftest import APP_TOKEN, BOT_TOKEN, SHORT, SIGNING_SECRET
from tests.playground.slack.driver import APPROVALS, Driver
from tests.playground.slack.samples import buttons, home, manifest, modal, section, text_input
from tests.waiting import until

Json = dict[str, Any]


class Desk:
    """The app, and everything it received."""

    def __init__(self) -> None:
        self.payloads: list[Json] = []
        self.headers: list[Json] = []
        self.errors: list[str] = []
        self.received = asyncio.Event()

    def keep(self, body: Json, headers: Json | None = None) -> None:
        """Note a payload."""
        self.payloads.append(body)
        self.headers.append(headers or {})
        self.received.set()

    def of_type(self, kind: str) -> list[Json]:
        """Return the interactions of one type, or the events of one type."""
        return [one for one in self.payloads if kind in (one.get("type"), one.get("event", {}).get("type"))]

    async def first(self, kind: str, count: int = 1) -> Json:
        """Wait until ``count`` payloads of a type came, and return the first."""
        async with asyncio.timeout(2):
            while len(self.of_type(kind)) < count:
                self.received.clear()
                await self.received.wait()
        return self.of_type(kind)[0]


def register(app: AsyncApp, desk: Desk) -> None:
    """Register what the small app answers."""
    for listeners in (_commands, _forms, _clicks, _events):
        listeners(app, desk)


def _commands(app: AsyncApp, desk: Desk) -> None:
    @app.command("/desk")
    async def command(ack: AsyncAck, body: Json, client: AsyncWebClient, respond: AsyncRespond) -> None:
        desk.keep(body)
        text = body["text"]
        if text == "ack with words":
            await ack("Words in the ack")
            return
        await ack()
        if text == "aloud":
            await respond("For everyone", response_type="in_channel")
        elif text == "form":
            await client.views_open(trigger_id=body["trigger_id"], view=modal(text_input("why")))
        elif text == "watched form":
            view = modal(text_input("why"), notify_on_close=True)
            await client.views_open(trigger_id=body["trigger_id"], view=view)
        else:
            await respond(f"Only for you: {text}")


def _forms(app: AsyncApp, desk: Desk) -> None:
    @app.view("form")
    async def submitted(ack: AsyncAck, body: Json, view: Json, client: AsyncWebClient) -> None:
        desk.keep(body)
        typed = view["state"]["values"]["why"]["typed"]["value"]
        if typed == "wrong":
            await ack(response_action="errors", errors={"why": "Not like this"})
        elif typed == "next":
            await ack(response_action="update", view=modal(section("Working on it")))
        elif typed == "deeper":
            await ack(response_action="push", view=modal(text_input("more")))
        elif typed == "enough":
            await ack(response_action="clear")
        else:
            await ack()
            await client.chat_postMessage(channel=APPROVALS, text="A request", blocks=[buttons("approve", "deny")])

    @app.view_closed("form")
    async def closed(ack: AsyncAck, body: Json) -> None:
        await ack()
        desk.keep(body)


def _clicks(app: AsyncApp, desk: Desk) -> None:
    @app.action("approve")
    async def approve(ack: AsyncAck, body: Json, respond: AsyncRespond) -> None:
        await ack()
        desk.keep(body)
        await respond(text="Approved", replace_original=True)

    @app.shortcut("ask")
    async def ask(ack: AsyncAck, body: Json) -> None:
        await ack()
        desk.keep(body)

    @app.shortcut("report")
    async def report(ack: AsyncAck, body: Json) -> None:
        await ack()
        desk.keep(body)

    @app.options("project")
    async def projects(ack: AsyncAck, body: Json) -> None:
        desk.keep(body)
        await ack(options=[{"text": {"type": "plain_text", "text": body["value"]}, "value": "p1"}])


def _events(app: AsyncApp, desk: Desk) -> None:
    @app.event("app_home_opened")
    async def opened(body: Json, event: Json, client: AsyncWebClient) -> None:
        await client.views_publish(user_id=event["user"], view=home("Welcome"))
        desk.keep(body)

    for name in ("app_mention", "message", "member_joined_channel", "user_change", "team_join", "tokens_revoked"):

        @app.event(name)
        async def event_came(body: Json, request: Any) -> None:
            desk.keep(body, dict(request.headers))


@asynccontextmanager
async def running(transport: str, clock: PlaygroundClock) -> AsyncIterator[tuple[SlackEmulator, Desk, Driver]]:
    """Run an emulated Slack and the small app over ``transport``; yield them with the people."""
    desk, site = Desk(), _HttpSite()
    url = await site.start() if transport == "http" else None
    emulator = SlackEmulator(
        clock,
        transport="http" if url else "socket",
        request_url=url,
        signing_secret=SIGNING_SECRET,
        bot_token=BOT_TOKEN,
        app_token=APP_TOKEN,
        manifest=manifest(),
        timings=SHORT,
    )
    base = await emulator.start()
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(BOT_TOKEN, base_url=f"{base}/api/", session=session)
        app = AsyncApp(client=client, signing_secret=SIGNING_SECRET)
        register(app, desk)
        site.app = app
        socket = AsyncSocketModeHandler(app, APP_TOKEN, ping_interval=0.2) if url is None else None
        try:
            if socket:
                await socket.connect_async()  # type: ignore[no-untyped-call]  # slack_bolt
            await until(lambda: emulator.state.delivery.connected)
            yield emulator, desk, Driver(base, session)
        finally:
            await emulator.state.background.stop()
            if socket:
                await socket.close_async()  # type: ignore[no-untyped-call]  # slack_bolt
            await emulator.stop()
            await site.stop()


class _HttpSite:
    """The app's own web server, for signed HTTP."""

    def __init__(self) -> None:
        self.app: AsyncApp | None = None
        self._runner: web.AppRunner | None = None

    async def start(self) -> str:
        """Listen and return the request URL."""
        application = web.Application()
        application.add_routes([web.post("/slack/events", self._answer)])
        self._runner = web.AppRunner(application, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}/slack/events"

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner:
            await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        if self.app is None:
            return web.Response(status=503)
        return await to_aiohttp_response(await self.app.async_dispatch(await to_bolt_request(request)))
