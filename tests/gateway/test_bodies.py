"""Bodies that are too large, too slow, or never come to their end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import groq
import pytest

from bot.gateway import leash
from bot.gateway.app import Bounds
from bot.gateway.serve import GatewayHttp
from tests.gateway.running import HELLO, MODEL, Running, running
from tests.sdks import groq_sdk
from tests.waiting import until

SMALL = Bounds(body_bytes=10_000, body_seconds=0.3)


@pytest.fixture
async def small() -> AsyncIterator[Running]:
    """A gateway that takes small bodies and waits for them a third of a second."""
    async with running(SMALL) as found:
        found.add_key()
        yield found


@pytest.mark.parametrize("size", [10_001, 19_000, 200_000, 20_000_000])
async def test_a_body_over_the_limit_is_413_with_its_reason_and_not_tried_again(small: Running, size: int) -> None:
    with pytest.raises(groq.APIStatusError) as refused:
        await small.by_groq(retries=2).chat.completions.create(
            model=MODEL, messages=[{"role": "user", "content": "x" * size}]
        )

    assert refused.value.status_code == 413
    assert "larger than 10000 bytes" in refused.value.message
    assert [each.cause for each in small.records] == ["request_too_large"]
    assert small.groq.seen == []


async def test_a_body_of_unknown_length_is_counted_while_it_comes(small: Running) -> None:
    head = head_of(small, "transfer-encoding: chunked", "connection: close")
    chunk = b"1000\r\n" + b"x" * 4096 + b"\r\n"
    answer = await sent(small, head + chunk * 6)

    assert answer.startswith(b"HTTP/1.1 413 ")


async def test_a_body_that_is_just_small_enough_passes(small: Running) -> None:
    room = 10_000 - len(f'{{"model":"{MODEL}","messages":[{{"role":"user","content":""}}],"max_tokens":10}}')
    answer = await small.post(messages=[{"role": "user", "content": "x" * room}])

    assert answer.status_code == 200


async def test_a_body_of_many_megabytes_passes_while_others_have_their_turn(here: Running) -> None:
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 6_000_000}}
    said = [{"role": "user", "content": [{"type": "text", "text": "hello"}, image]}]
    answer = await here.post(messages=said, max_tokens=2)

    assert answer.status_code == 200
    assert int(here.groq.seen[-1][2]["Content-Length"]) > 6_000_000


def head_of(here: Running, *lines: str) -> bytes:
    given = [f"authorization: Bearer {here.secrets['app']}", "host: gateway", *lines]
    return "\r\n".join(["POST /v1/chat/completions HTTP/1.1", *given, "", ""]).encode()


async def sent(here: Running, said: bytes, *, leave: bool = False) -> bytes:
    """Send bytes by hand; return all that comes until the gateway closes, or nothing where we leave."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(here.url.rpartition(":")[2]))
    writer.write(said)
    await writer.drain()
    if leave:
        await asyncio.sleep(0.05)
    answer = b"" if leave else await asyncio.wait_for(reader.read(), 10)
    writer.close()
    return answer


async def test_a_body_that_stays_half_sent_is_refused_in_time(small: Running) -> None:
    answer = await sent(small, head_of(small, "content-length: 500") + b'{"model": ')

    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"x-should-retry: false" in answer
    assert b"connection: close" in answer
    (record,) = await small.told()
    assert (record.status, record.cause) == (408, "request_timeout")


async def test_a_client_that_leaves_before_its_body_is_whole_is_no_call_to_the_provider(small: Running) -> None:
    await sent(small, head_of(small, "content-length: 500") + b'{"model": ', leave=True)
    (record,) = await small.told()

    assert (record.status, record.cause) == (499, "client_gone")
    assert small.groq.seen == []


async def test_a_head_that_stays_half_sent_is_closed(small: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(GatewayHttp, "head_seconds", 0.3)
    answer = await sent(small, b"POST /v1/chat/completions HTTP/1.1\r\nauthoriz")

    assert answer.startswith(b"HTTP/1.1 408 ")


async def test_a_client_that_takes_nothing_is_left(here: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leash, "SLOWEST_CLIENT_SECONDS", 0.3)
    here.groq.state.answer_tokens = 60_000
    body = b'{"model":"%s","messages":[{"role":"user","content":"x"}],"stream":true}' % MODEL.encode()
    _, writer = await asyncio.open_connection("127.0.0.1", int(here.url.rpartition(":")[2]), limit=1024)
    writer.write(head_of(here, f"content-length: {len(body)}") + body)
    (record,) = await here.told()

    assert record.cause == "client_too_slow"
    await until(lambda: here.groq.state.dropped == 1)
    writer.transport.abort()


async def test_pipelined_calls_are_answered_one_after_the_other(here: Running) -> None:
    body = b'{"model":"%s","messages":[{"role":"user","content":"x"}],"max_tokens":1}' % MODEL.encode()
    one = head_of(here, f"content-length: {len(body)}") + body
    last = head_of(here, f"content-length: {len(body)}", "connection: close") + body
    answer = await sent(here, one + one + last)

    assert answer.count(b"HTTP/1.1 200 OK") == 3


async def test_a_call_of_nobody_reads_no_body(here: Running) -> None:
    sdk: Any = groq_sdk(here.url, "kd_live_unknown")
    with pytest.raises(groq.AuthenticationError):
        await sdk.chat.completions.create(model=MODEL, messages=HELLO)
    await sdk.close()
