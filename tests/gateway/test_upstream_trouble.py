"""What the provider, or the network before it, does wrong: passed on or mapped plainly, and settled."""

from __future__ import annotations

from pathlib import Path

import groq
import httpx
import openai
import pytest

from bot.gateway import relay
from bot.gateway.directory import Upstream
from bot.gateway.metering import Usage
from playground.groq.faults import Fault, Kind
from tests.gateway.raw_upstream import before, saying
from tests.gateway.running import HELLO, MODEL, Running, limited
from tests.sdks import TRUSTS_NOBODY
from tests.waiting import until

SDK = {"model": MODEL, "messages": HELLO}


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
        async with httpx.AsyncClient(timeout=0.1, verify=TRUSTS_NOBODY) as client:
            await client.post(f"{here.url}/v1/chat/completions", json={**SDK, "max_tokens": 4}, headers=here.bearer())
    (record,) = await here.told()

    assert record.usage == Usage(6, 4)


WHOLE: tuple[Kind, ...] = ("status", "malformed", "drop", "drop_after", "huge", "gzip")
STREAMED: tuple[Kind, ...] = ("cut", "end", "error_event")


async def test_nothing_stays_open_whatever_went_wrong(here: Running) -> None:
    def opened() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    async def trouble() -> None:
        for fault in map(Fault, WHOLE):
            here.groq.faults.add(fault)
            await here.post()
        for fault in map(Fault, STREAMED):
            here.groq.faults.add(fault)
            await here.post(stream=True)

    await trouble()
    before_it = opened()
    for _ in range(5):
        await trouble()
    await until(lambda: opened() <= before_it)

    assert here.relay.open_calls == 0
