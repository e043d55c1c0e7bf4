"""Serves an application with uvicorn inside our own lifespan, under our own signals."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import uvicorn
from starlette.applications import Starlette

from bot.open_port import opened
from bot.patience import BoundedHttp
from bot.slack.noise import Noise, count_instead


@contextlib.asynccontextmanager
async def listening(
    app: Starlette, port: int, host: str, *, graceful_seconds: int = 10, noise: Noise | None = None
) -> AsyncIterator[int]:
    """Serve while the block runs; yield the port (0 picks a free one). What is no HTTP is counted in ``noise``.

    Raises OSError at once if the port is taken. At the end no new connection is taken and open requests have
    ``graceful_seconds`` to finish.
    """
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
    async with opened(config, host, port) as bound:
        yield bound
