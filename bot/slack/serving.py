"""Serves an application with uvicorn inside our own lifespan, under our own signals."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator

import uvicorn
from starlette.applications import Starlette

from bot.patience import BoundedHttp
from bot.slack.noise import Noise, count_instead


class _Server(uvicorn.Server):
    """uvicorn without its signal traps: who runs the process decides when it ends."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def listening(
    app: Starlette, port: int, host: str, *, graceful_seconds: int = 10, noise: Noise | None = None
) -> AsyncIterator[int]:
    """Serve while the block runs; yield the port (0 picks a free one). What is no HTTP is counted in ``noise``.

    Raises OSError at once if the port is taken. At the end no new connection is taken and open requests have
    ``graceful_seconds`` to finish.
    """
    bound = socket.create_server((host, port), reuse_port=False, backlog=2048)
    config = uvicorn.Config(
        app,
        http=BoundedHttp,
        proxy_headers=False,  # nothing here depends on what a proxy says
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=graceful_seconds,
    )
    count_instead("uvicorn.error", noise or Noise())
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[bound]), name="http")
    try:
        await server.up.wait()
        yield bound.getsockname()[1]
    finally:
        server.should_exit = True
        await serving
        bound.close()
