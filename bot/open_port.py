"""An open port: uvicorn behind a socket of ours, for as long as a block runs."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator

import uvicorn

WAITING_CONNECTIONS = 2048


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
async def opened(config: uvicorn.Config, host: str, port: int) -> AsyncIterator[int]:
    """Serve while the block runs; yield the port (0 picks a free one).

    At the end no new connection is taken, and open requests have the seconds that ``config`` gives them.

    Raises:
        OSError: the port is taken; nothing was served.
    """
    bound = socket.create_server((host, port), backlog=WAITING_CONNECTIONS)
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[bound]), name="http")
    try:
        await server.up.wait()
        yield bound.getsockname()[1]
    finally:
        server.should_exit = True
        await serving
        bound.close()
