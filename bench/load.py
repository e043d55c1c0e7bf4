"""The load: requests over kept connections, as fast as they are answered or at a fixed rate."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any

import httpx


class Connection:
    """One connection to a port of this machine, which stays open between requests."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, request: bytes) -> float:
        """Send a request and return the seconds until it was answered; RuntimeError unless with 200."""
        begun = time.perf_counter()
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        took = time.perf_counter() - begun
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"not taken: {head.splitlines()[0]!r}")
        lengths = [int(line[15:]) for line in head.lower().splitlines() if line.startswith(b"content-length:")]
        await self._reader.readexactly(lengths[0] if lengths else 0)
        return took

    def close(self) -> None:
        """Close it."""
        self._writer.close()


@contextlib.asynccontextmanager
async def connections(port: int, number: int) -> AsyncIterator[list[Connection]]:
    """Give so many connections."""
    opened = [Connection(*await asyncio.open_connection("127.0.0.1", port)) for _ in range(number)]
    try:
        yield opened
    finally:
        for connection in opened:
            connection.close()


async def closed_loop(port: int, requests: Sequence[bytes], *, at_once: int = 16) -> None:
    """Send everything, each connection its next request once the last one was answered."""
    waiting = iter(requests)

    async def keep_sending(connection: Connection) -> None:
        for request in waiting:
            await connection.send(request)

    async with connections(port, min(at_once, len(requests))) as opened:
        await asyncio.gather(*(keep_sending(connection) for connection in opened))


async def open_loop(port: int, requests: Iterable[bytes], *, a_second: float, at_once: int = 64) -> list[float]:
    """Send at a fixed rate whatever the answers do; return the seconds from each planned moment to its answer."""
    free: asyncio.Queue[Connection] = asyncio.Queue()
    begun, sent = time.perf_counter(), []

    async def send(request: bytes, planned: float) -> float:
        connection = await free.get()
        await connection.send(request)
        free.put_nowait(connection)
        return time.perf_counter() - planned

    async with connections(port, at_once) as opened:
        for connection in opened:
            free.put_nowait(connection)
        for number, request in enumerate(requests):
            planned = begun + number / a_second
            await asyncio.sleep(max(0.0, planned - time.perf_counter()))
            sent.append(asyncio.create_task(send(request, planned)))
        return list(await asyncio.gather(*sent))


async def usage(meter: int) -> dict[str, Any]:
    """Read what a process of the bench has used."""
    async with httpx.AsyncClient(trust_env=False) as client:
        answer: dict[str, Any] = (await client.get(f"http://127.0.0.1:{meter}/usage")).json()
        return answer
