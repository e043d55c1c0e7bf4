"""Slack's answers are read within bounds, through slack_sdk as well."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bot.slack.connection import Slack, connect
from bot.slack.web import SlackError, SlackUnclear

MEGABYTE = 2**20
ROWS = 60_000  # more than the loop parses by itself


async def answer(request: web.Request) -> web.StreamResponse:
    """Answer a method by its name: ``packed`` and ``endless`` have no end, ``many`` is large and right."""
    method = request.match_info["method"]
    if method == "many":
        return web.json_response({"ok": True, "members": [{"id": "U1", "name": "字幕"}] * ROWS})
    if method == "page":
        return web.Response(text="<html>502</html>", content_type="text/html")
    reply = web.StreamResponse(headers={"Content-Type": "application/json"})
    piece = b"a" * MEGABYTE
    if method == "packed":
        reply.headers["Content-Encoding"] = "gzip"
    await reply.prepare(request)
    try:
        if method == "packed":
            packer = zlib.compressobj(9, zlib.DEFLATED, 31)
            await reply.write(packer.compress(b'{"ok": "') + packer.flush(zlib.Z_FULL_FLUSH))
            piece = packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH)  # the same bytes again are as good
        for _ in range(2000):
            await reply.write(piece)
            await asyncio.sleep(0)
    except ConnectionError:
        pass
    return reply


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    app = web.Application()
    app.router.add_route("*", "/api/{method}", answer)
    runner = web.AppRunner(app, shutdown_timeout=1.0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    connected = connect("xoxb-of-the-test", f"http://127.0.0.1:{runner.addresses[0][1]}/api/")
    yield connected
    await connected.close()
    await runner.cleanup()


@pytest.mark.parametrize("method", ["packed", "endless"])
async def test_an_answer_without_end_is_given_up(slack: Slack, method: str) -> None:
    async with asyncio.timeout(60):
        with pytest.raises(SlackUnclear):
            await slack.background.write(method, {})


async def test_a_large_answer_is_read_whole(slack: Slack) -> None:
    found = await slack.background.read("many", {})
    assert found["members"] == [{"id": "U1", "name": "字幕"}] * ROWS


async def test_a_page_in_place_of_an_answer_is_an_error(slack: Slack) -> None:
    with pytest.raises(SlackError):
        await slack.background.write("page", {})
