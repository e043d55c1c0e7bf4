"""Runs a gateway: opens its port with uvicorn, and drains it when it is told to stop.

From then on no new call is taken, which a 503 with ``retry-after`` says on connections that are open or still come in.
Calls under way have some seconds to end by themselves; then streams end with an error event.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from typing import Any

import structlog
import uvicorn

from bot.gateway.app import Gateway
from bot.gateway.relay import Relay
from bot.open_port import opened
from bot.patience import BoundedHttp

DRAIN_SECONDS = 30.0
KEEP_ALIVE_SECONDS = 75  # longer than pools of clients keep a connection: they close it, and no call meets a closed one
LAST_WORDS_SECONDS = 2  # for what was answered to be sent

log = structlog.get_logger()


class GatewayHttp(BoundedHttp):
    """Waits longer for a body than `bot.gateway.app` does, which says why, and takes more connections: streams last."""

    body_seconds = 120.0
    most_connections = 8192

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.access_log = False  # uvicorn's setting only takes handlers away, and a path may be anybody's words


@contextlib.asynccontextmanager
async def listening(
    gateway: Gateway, relay: Relay, host: str, port: int, drain_seconds: float = DRAIN_SECONDS
) -> AsyncIterator[int]:
    """Serve while the block runs, and drain at its end; yield the port (0 picks a free one).

    Raises:
        OSError: the port is taken.
    """
    async with opened(_config(gateway), host, port) as bound:
        try:
            yield bound
        finally:
            gateway.is_stopping = True
            await _drain(relay, drain_seconds)


def _config(gateway: Gateway) -> uvicorn.Config:
    return uvicorn.Config(
        gateway,
        http=GatewayHttp,
        interface="asgi3",
        ws="none",
        lifespan="off",
        log_config=None,
        server_header=False,
        proxy_headers=False,  # nothing here depends on what a proxy says
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=LAST_WORDS_SECONDS,
    )


async def _drain(relay: Relay, seconds: float) -> None:
    """Wait until no call is under way, or break off those that still are."""
    await relay.idle(seconds)
    if relay.open_calls:
        log.warning("gateway.broke_off", calls=relay.open_calls)
        relay.break_off()


async def until_stopped(
    gateway: Gateway, relay: Relay, host: str, port: int, drain_seconds: float = DRAIN_SECONDS
) -> None:
    """Serve until SIGTERM or SIGINT, and drain.

    Raises:
        OSError: the port is taken.
    """
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with listening(gateway, relay, host, port, drain_seconds) as bound:
        log.info("gateway.ready", host=host, port=bound)
        await stop.wait()
        log.info("gateway.stopping", calls=relay.open_calls)
