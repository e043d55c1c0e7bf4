"""A provider that says whatever bytes a test wants."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.gateway.directory import Upstream
from tests.gateway.running import Running


@asynccontextmanager
async def saying(*parts: bytes, stays: bool = False) -> AsyncIterator[str]:
    """Serve these bytes to every request, and then close the connection, or keep it open without a word."""
    over = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0.02)
        if stays:
            await over.wait()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    over.set()
    server.close()


def before(here: Running, url: str) -> None:
    """Put this address in the place of the provider."""
    here.change(upstream=Upstream(url, "gsk_anything"))
