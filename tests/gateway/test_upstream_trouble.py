"""What the provider, or the network before it, does wrong: passed on or mapped plainly, and settled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import groq
import httpx
import openai
import pytest

from bot.gateway import relay
from bot.gateway.directory import Upstream
from bot.gateway.metering import Usage
from playground.groq.faults import Fault
from tests.gateway.running import HELLO, MODEL, Running, limited

SDK = {"model": MODEL, "messages": HELLO}


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


LIMITED = (
    '{"error":{"message":"Rate limit reached for model `x` in organization `org_01hrsvc1b8` on tokens per minute '
    '(TPM): Limit 6000, Used 3547, Requested 3572. Please try again in 11.19s","type":"tokens"}}'
)


@pytest.mark.parametrize("status", [400, 403, 404, 413, 422, 429, 498, 500, 502, 503, 504])
async def test_what_the_provider_refuses_is_passed_on_by_its_status_and_text(here: Running, status: int) -> None:
    here.groq.faults.add(Fault("status", status=status, body=LIMITED, retry_after="11.19"))
    answer = await here.post()
    (record,) = await here.told()

    assert answer.status_code == status
    assert answer.headers["retry-after"] == "11.19"
    assert answer.json()["error"]["message"] == (
        "Rate limit reached for model `x` in organization `org_***` on tokens per minute "
        "(TPM): Limit 6000, Used 3547, Requested 3572. Please try again in 11.19s"
    )
    assert (record.status, record.upstream_status, record.cause) == (status, status, None)


async def test_the_providers_own_429_is_retried_by_sdks_once_they_waited(here: Running) -> None:
    here.groq.faults.add(Fault("status", status=429, body=LIMITED, retry_after="0.05"))
    answer = await here.by_groq(retries=2).chat.completions.create(**SDK)

    assert answer.choices
    assert [each.status for each in await here.told(2)] == [429, 200]


async def test_the_providers_429_with_a_long_wait_is_not_tried_blindly(here: Running) -> None:
    here.groq.faults.add(Fault("status", status=429, body=LIMITED, retry_after="2185.056"))
    with pytest.raises(groq.RateLimitError):
        await here.by_groq(retries=2).chat.completions.create(**SDK)

    assert len(here.groq.seen) == 1


@pytest.mark.parametrize(("status", "left"), [(429, 100), (498, 100), (500, 100), (400, 100)])
async def test_tokens_of_a_call_that_was_not_done_are_given_back(here: Running, status: int, left: int) -> None:
    here.add_key("prod", "prod", limits=limited(TPM=100))
    here.groq.faults.add(Fault("status", status=status))
    await here.post(name="prod", max_tokens=80)
    answer = await here.post(name="prod", max_tokens=10)

    assert int(answer.headers["x-ratelimit-remaining-tokens"]) == left - 11 - 10


async def test_a_provider_that_cannot_be_reached_is_503_costs_nothing_and_is_tried_again(here: Running) -> None:
    here.add_key("prod", "prod", limits=limited(RPM=1))
    upstream = here.known["prod"].upstream
    here.change("prod", upstream=Upstream("http://127.0.0.1:1", "gsk_anything"))
    answer = await here.post(name="prod")
    here.change("prod", upstream=upstream)

    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "upstream_unreachable")
    assert float(answer.headers["retry-after"]) > 0
    assert (await here.post(name="prod")).status_code == 200


BROKEN = {
    "upstream_cut": b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{",
    "upstream_malformed": b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1\r\n\r\n{",
}
NO_HTTP = b"SSH-2.0-OpenSSH_9.6\r\n"
REDIRECT = b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n"
BAD_GZIP = (
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\nabcd"
)


@pytest.mark.parametrize(
    ("said", "code"),
    [(said, code) for code, said in BROKEN.items()]
    + [(b"", "upstream_cut"), (NO_HTTP, "upstream_malformed"), (REDIRECT, "upstream_malformed")]
    + [(BAD_GZIP, "upstream_cut")],
)
async def test_what_broke_after_the_provider_was_reached_is_never_tried_again(
    here: Running, said: bytes, code: str
) -> None:
    async with saying(said) as url:
        before(here, url)
        with pytest.raises(openai.APIStatusError) as broken:
            await here.by_openai(retries=2).chat.completions.create(**SDK, max_tokens=10)

    assert broken.value.status_code == 424
    assert broken.value.response.json()["error"]["code"] == code
    (record,) = await here.told()
    assert (record.status, record.cause, record.usage) == (424, code, None)


async def test_a_call_that_broke_keeps_its_reservation(here: Running) -> None:
    here.add_key("prod", "prod", limits=limited(TPM=100))
    here.groq.faults.add(Fault("drop"))
    assert (await here.post(name="prod", max_tokens=80)).status_code == 424

    assert (await here.post(name="prod", max_tokens=80)).status_code == 429


async def test_half_an_answer_that_came_as_a_whole_one_is_no_answer(here: Running) -> None:
    here.groq.faults.add(Fault("malformed"))
    answer = await here.post()

    assert (answer.status_code, answer.json()["error"]["code"]) == (424, "upstream_malformed")


async def test_an_answer_that_is_compressed_all_the_same_is_read_and_metered(here: Running) -> None:
    here.groq.faults.add(Fault("gzip"))
    answer = await here.post(max_tokens=4)
    (record,) = await here.told()

    assert answer.json()["choices"][0]["message"]["content"] == "The quick brown fox"
    assert "content-encoding" not in answer.headers
    assert record.usage == Usage(6, 4)


async def test_a_large_answer_passes(here: Running) -> None:
    here.groq.faults.add(Fault("huge"))

    assert len((await here.post()).content) > 8_000_000


async def test_an_answer_beyond_all_measure_does_not(here: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "LARGEST_ANSWER", 1_000_000)
    here.groq.faults.add(Fault("huge"))
    answer = await here.post()

    assert (answer.status_code, answer.json()["error"]["code"]) == (424, "upstream_too_large")


async def test_a_slow_answer_is_waited_for(here: Running) -> None:
    here.groq.faults.add(Fault("slow", seconds=0.3))

    assert (await here.post()).status_code == 200
    (record,) = await here.told()
    assert record.total_ms > 300


STREAM = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
WORD = b'data: {"choices":[{"index":0,"delta":{"content":"four letters"}}]}\n\n'


async def read(client: Any) -> str:
    """Read a stream to its end with an SDK, and return its text."""
    text = ""
    async for chunk in await client.chat.completions.create(**SDK, max_tokens=90, stream=True):
        text += chunk.choices[0].delta.content or ""
    return text


async def test_a_cut_stream_is_an_error_to_both_sdks_and_not_tried_again(here: Running) -> None:
    here.groq.faults.add(Fault("cut", times=2, chunks=4))
    with pytest.raises(groq.APIError, match="broke off"):
        await read(here.by_groq(retries=2))
    with pytest.raises(openai.APIError, match="broke off"):
        await read(here.by_openai(retries=2))

    assert len(here.groq.seen) == 2


async def test_a_cut_stream_is_settled_by_what_was_delivered(here: Running) -> None:
    here.add_key("prod", "prod", limits=limited(TPM=200))
    here.groq.faults.add(Fault("cut", chunks=4))
    with pytest.raises(groq.APIError):
        await read(here.by_groq("prod"))
    (record,) = await here.told()
    answer = await here.post(name="prod", max_tokens=1)

    assert record.usage == Usage(11, 4, is_estimated=True)  # "The quick brown" has fifteen letters
    assert (record.status, record.cause) == (200, "upstream_cut")
    assert int(answer.headers["x-ratelimit-remaining-tokens"]) == 200 - 15 - 12


@pytest.mark.parametrize("end", [b"", b'data: {"choices":[{"index":0,"del', WORD[:-1]])
async def test_a_stream_that_ends_without_its_last_event_was_cut_however_clean_it_looks(
    here: Running, end: bytes
) -> None:
    async with saying(STREAM + WORD, end) as url:
        before(here, url)
        raw = (await here.post(stream=True)).text

    assert raw.startswith(WORD.decode() + "event: error\ndata: ")
    assert "upstream_cut" in raw


async def test_what_the_provider_says_in_a_stream_is_an_end_and_masked(here: Running) -> None:
    error = b'event: error\ndata: {"error":{"message":"over capacity for org_01abc","type":"x"}}\n\n'
    async with saying(STREAM + WORD, error) as url:
        before(here, url)
        raw = (await here.post(stream=True)).text

    assert raw == WORD.decode() + error.decode().replace("org_01abc", "org_***")
    (record,) = await here.told()
    assert record.usage == Usage(11, 3, is_estimated=True)


async def test_a_stream_is_over_at_its_last_event_even_if_the_connection_stays(here: Running) -> None:
    async with saying(STREAM + WORD + b"data: [DONE]\n\n", stays=True) as url:
        before(here, url)

        assert await read(here.by_groq()) == "four letters"
    (record,) = await here.told()
    assert (record.status, record.cause) == (200, None)


async def test_a_silent_provider_is_given_up(here: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    async with saying(stays=True) as url:
        before(here, url)
        timeout = here.relay._session.timeout  # noqa: SLF001 - ten minutes are too long for a test
        monkeypatch.setattr(here.relay._session, "_timeout", type(timeout)(sock_read=0.2))  # noqa: SLF001 - same
        answer = await here.post()

    assert (answer.status_code, answer.json()["error"]["code"]) == (424, "upstream_timeout")


async def test_a_client_that_leaves_while_a_whole_answer_is_made_is_charged_what_it_took(here: Running) -> None:
    here.groq.faults.add(Fault("slow", seconds=0.3))
    with pytest.raises(httpx.ReadTimeout):
        async with httpx.AsyncClient(timeout=0.1) as client:
            await client.post(f"{here.url}/v1/chat/completions", json={**SDK, "max_tokens": 4}, headers=here.bearer())
    (record,) = await here.told()

    assert record.usage == Usage(6, 4)
