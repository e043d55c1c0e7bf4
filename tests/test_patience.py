"""Connections that anybody may open: none stays for ever, none grows for ever, and they cannot crowd Slack out."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from bot.patience import BoundedHttp
from bot.slack.http import health_app
from bot.slack.noise import Noise
from bot.slack.serving import listening
from tests.slack.conftest import never_ready

WHOLE = b"GET /healthz HTTP/1.1\r\nhost: keydesk\r\n\r\n"
HALVES = {
    "nothing": b"",
    "a line": b"GET /healthz HTTP/1.1\r\n",
    "half a header": b"GET /healthz HTTP/1.1\r\nhost: key",
    "half a body": b"POST /healthz HTTP/1.1\r\nhost: keydesk\r\ncontent-length: 9\r\n\r\nhalf",
    "half a chunk": b"POST /healthz HTTP/1.1\r\nhost: keydesk\r\ntransfer-encoding: chunked\r\n\r\n5\r\nha",
    "ends of lines after an answer": WHOLE + b"\r\n",
}


@pytest.fixture
def noise() -> Noise:
    return Noise()


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bounds that a test can wait for."""
    monkeypatch.setattr(BoundedHttp, "head_seconds", 0.2)
    monkeypatch.setattr(BoundedHttp, "body_seconds", 0.2)


@pytest.fixture
async def port(noise: Noise) -> AsyncIterator[int]:
    async with listening(health_app(never_ready), 0, "127.0.0.1", graceful_seconds=1, noise=noise) as port:
        yield port


async def said(port: int, sent: bytes) -> bytes:
    """Send something, and return all that is answered until the other side closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    try:
        return await asyncio.wait_for(reader.read(), 20)
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.usefixtures("hasty")
async def test_what_is_half_sent_does_not_stay_open(port: int, half: str) -> None:
    await said(port, HALVES[half])  # would wait for ever


@pytest.mark.usefixtures("hasty")
async def test_drop_by_drop_is_no_way_to_stay_either(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answer = asyncio.create_task(reader.read())
    for drop in b"GET /healthz HTTP/1.1\r\nx: " + b"a" * 400:
        if answer.done():
            break
        writer.write(bytes([drop]))
        await asyncio.sleep(0.01)
    with contextlib.suppress(ConnectionResetError):  # what was under way when it closed
        assert b" 408 " in await asyncio.wait_for(answer, 20)
    assert answer.done()
    writer.close()


@pytest.mark.parametrize(
    "head",
    [
        b"GET /healthz HTTP/1.1\r\nx: " + b"a" * 8_000_000 + b"\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nx: " + b"a" * 20_000 + b"\r\n\r\n",
        b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nhost: keydesk\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\n" + b"a: b\r\n" * 10_000 + b"\r\n",
    ],
    ids=["8 MB", "20 KB", "an endless address", "10,000 headers"],
)
async def test_a_head_beyond_all_measure_is_refused(port: int, head: bytes) -> None:
    assert b" 200 " not in await said(port, head)
    assert b" 200 " in await said(port, WHOLE.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n"))


async def test_many_that_send_nothing_crowd_nobody_out(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BoundedHttp, "most_connections", 5)
    idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(20)]
    one = await said(port, WHOLE.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n"))

    assert b" 200 " in one
    assert await asyncio.wait_for(idle[0][0].read(), 20) != b" 200 "  # the first that came made room
    for _, writer in idle:
        writer.close()


async def test_what_is_no_http_is_counted_and_not_listed(
    port: int, noise: Noise, caplog: pytest.LogCaptureFixture
) -> None:
    with capture_logs() as lines:
        for _ in range(5):
            await said(port, b"\x16\x03\x01 no http at all\r\n\r\n")
        await said(port, WHOLE.replace(b"\r\n\r\n", b"\r\nconnection: upgrade, close\r\nupgrade: websocket\r\n\r\n"))

    assert [line["event"] for line in lines] == ["slack.noise"]
    assert noise.waiting >= 5
    assert caplog.records == []
