"""The transport: what is retried, how long, and how many calls run at once."""

import asyncio

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.errors import ProviderError
from bot.providers.answers import Answer, Outcome, Trouble, retry_after
from bot.providers.http import (
    CALLS_AT_ONCE,
    LONGEST_PAUSE_SECONDS,
    READS_AT_ONCE,
    RETRIES,
    UNHURRIED_READS_AT_ONCE,
    CallLimits,
    ProviderCall,
    Transport,
    pause_before_retry,
    unhurried,
)


def plainly(call: ProviderCall, outcome: Outcome) -> ProviderError:
    return ProviderError(f"{call.method} {outcome}")


def transport(client: httpx.AsyncClient, limits: CallLimits | None = None) -> Transport:
    return Transport("https://provider.example/", SecretStr("Token k"), plainly, client=client, limits=limits)


async def test_at_most_four_calls_run_at_once_and_one_place_is_kept_for_changes() -> None:
    running, most = 0, 0

    async def answer(_: httpx.Request) -> httpx.Response:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.01)
        running -= 1
        return httpx.Response(200, json={})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        each = transport(client)
        await asyncio.gather(*(each.read("/x", "to read") for _ in range(20)))
        assert most == READS_AT_ONCE
        await asyncio.gather(*(each.change(ProviderCall("POST", "/x", "to change")) for _ in range(20)))
    assert most == CALLS_AT_ONCE


async def test_a_read_that_somebody_waits_for_is_sent_while_a_hundred_of_a_round_wait() -> None:
    running: list[str] = []
    full, go_on = asyncio.Event(), asyncio.Event()

    async def answer(request: httpx.Request) -> httpx.Response:
        running.append(request.url.path)
        if len(running) == UNHURRIED_READS_AT_ONCE:
            full.set()
        if request.url.path == "/round":
            await go_on.wait()
        return httpx.Response(200, json={})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        each = transport(client)

        @unhurried
        async def read() -> None:
            await each.read("/round", "to read")

        round_ = asyncio.gather(*(read() for _ in range(100)))
        await full.wait()
        await each.read("/asked", "to read")
        assert running == [*["/round"] * UNHURRIED_READS_AT_ONCE, "/asked"]
        go_on.set()
        await round_
    assert running.count("/round") == 100


async def test_a_change_that_found_no_free_slot_was_not_sent() -> None:
    sent: list[str] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.url.path)
        return httpx.Response(200)

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        each = transport(client, CallLimits(change=0.1))
        for _ in range(CALLS_AT_ONCE):
            await each._slots.acquire()  # noqa: SLF001 other calls hold them, however slow this machine is
        with pytest.raises(ProviderError, match="NOT_SENT"):
            await each.change(ProviderCall("POST", "/change", "to change"))
    assert sent == []


async def test_a_read_is_bounded_as_a_whole() -> None:
    async def hang(_: httpx.Request) -> httpx.Response:
        await asyncio.sleep(5)
        return httpx.Response(200)

    async with httpx.AsyncClient(transport=httpx.MockTransport(hang)) as client, asyncio.timeout(1):
        with pytest.raises(ProviderError):
            await transport(client, CallLimits(read=5, read_total=0.1)).read("/x", "to read")


async def test_the_request_carries_the_credential_and_follows_no_redirect() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(302, headers={"Location": "https://elsewhere.example/"})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        with pytest.raises(ProviderError):
            await transport(client).read("/x", "to read", params={"status": "active"})
    assert [str(request.url) for request in seen] == ["https://provider.example/x?status=active"]
    assert seen[0].headers["Authorization"] == "Token k"


async def test_an_injected_client_stays_open() -> None:
    async with httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(200))) as client:
        await transport(client).aclose()
        assert not client.is_closed


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 200])
def test_a_definite_answer_is_not_asked_for_again(status: int) -> None:
    assert pause_before_retry(Answer(status, ""), 0) is None


@pytest.mark.parametrize("turn", range(RETRIES))
@pytest.mark.parametrize("outcome", [Trouble.NOT_SENT, Trouble.NO_ANSWER, Answer(500, ""), Answer(429, "")])
def test_pauses_are_short_and_grow(outcome: Outcome, turn: int) -> None:
    seconds = pause_before_retry(outcome, turn)
    assert seconds is not None
    assert 0.1 * 2**turn <= seconds <= 0.3 * 2**turn


@given(st.floats(0, 1e9))
def test_a_provider_is_never_asked_before_it_said(seconds: float) -> None:
    pause = pause_before_retry(Answer(429, "", seconds), 0)
    assert pause == (seconds if seconds <= LONGEST_PAUSE_SECONDS else None)


@given(st.text())
def test_any_retry_after_is_a_number_of_seconds_or_nothing(value: str) -> None:
    seconds = retry_after(value)
    assert seconds is None or 0 <= seconds <= 3600


@pytest.mark.parametrize(
    ("value", "seconds"),
    [(None, None), ("1.5", 1.5), ("-1", None), ("nan", None), ("1e18", 3600), ("Sat, 21 Nov 2026 09:30:00 GMT", None)],
)
def test_retry_after_is_read_as_seconds(value: str | None, seconds: float | None) -> None:
    assert retry_after(value) == seconds


async def test_an_answer_is_read_as_utf_8_whatever_its_header_says() -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        headers = {"Content-Type": "application/json; charset=zlib"}
        return httpx.Response(200, content='{"name": "字幕"}'.encode(), headers=headers)

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        assert await transport(client).read("/x", "to read") == {"name": "字幕"}
