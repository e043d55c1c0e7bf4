"""Runs a process: builds the app, opens its doors, and closes them in order when it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, Literal, TypeVar

import structlog

from bot.app import App, build, dbos_engine
from bot.config import Settings
from bot.home.check import Check
from bot.slack.http import health_app, web_app
from bot.slack.serving import listening
from bot.slack.socket import SocketDoor, socket_door

Role = Literal["run", "web", "worker"]

T = TypeVar("T")

DRAIN_SECONDS = 20.0

log = structlog.get_logger()


def run_loop(main: Coroutine[Any, Any, T]) -> T:
    """Run ``main`` in uvloop where it exists: per request it takes a fraction of asyncio's own CPU."""
    loop = importlib.import_module("uvloop").new_event_loop if sys.platform != "win32" else None
    with asyncio.Runner(loop_factory=loop) as runner:
        return runner.run(main)


async def serve(settings: Settings, role: Role, *, frozen: bool = False) -> int:
    """Run until SIGTERM or SIGINT; return the exit code (1 if Slack's socket fell silent for good).

    Raises:
        SlackError: Slack does not accept a token.
        OSError: the port is taken.
    """
    stop = asyncio.Event()
    failed = asyncio.Event()
    _stop_on_signals(stop)

    def on_silent() -> None:
        failed.set()
        stop.set()

    app = await build(settings, dbos_engine(role), frozen=frozen)
    try:
        await app.start()
        gc.freeze()  # what lives as long as the process need not be looked through again: a tenth of a second each time
        async with _open(app, role, on_silent) as port:
            log.info("keydesk.ready", role=role, transport=settings.keydesk_transport, port=port, frozen=frozen)
            await stop.wait()
            log.info("keydesk.stopping", silent=failed.is_set())
    finally:
        await app.close()
    return 1 if failed.is_set() else 0


def _stop_on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)


@contextlib.asynccontextmanager
async def _open(app: App, role: Role, on_silent: Callable[[], None]) -> AsyncIterator[int]:
    """Take in what Slack sends while the block runs; intake stops first, then what runs is awaited."""
    settings, ready = app.settings, app.rooms.status.ready
    token, noise = settings.keydesk_health_token.get_secret_value(), app.slack_app.noise
    if role == "worker":
        async with listening(health_app(ready, token), settings.port, settings.host, noise=noise) as port:
            yield port
    elif settings.keydesk_transport == "http":
        async with listening(web_app(app.slack_app, ready, token), settings.port, settings.host, noise=noise) as port:
            yield port
        await app.slack_app.drain(DRAIN_SECONDS)
    else:
        door = _socket(app, on_silent)
        async with listening(health_app(ready, token), settings.port, settings.host, noise=noise) as port:
            await door.start()
            yield port
            await door.stop(DRAIN_SECONDS)


def _socket(app: App, on_silent: Callable[[], None]) -> SocketDoor:
    door = socket_door(
        app.slack_app,
        app.slack,
        app_token=app.settings.slack_app_token.get_secret_value(),
        on_silent=on_silent,
        api_url=app.settings.slack_api_url,
    )

    async def socket() -> Check:
        return Check(*await door.check())

    app.rooms.status.watch(socket)
    return door
