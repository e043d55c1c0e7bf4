"""Whose call it is: what opens nothing is refused on the next call."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import groq
import httpx
import openai
import pytest

from bot.gateway.directory import Upstream
from tests.clocks import machine_now
from tests.gateway.running import HELLO, MODEL, Running
from tests.sdks import TRUSTS_NOBODY


async def refused(call: Callable[[], Awaitable[Any]], error: type[Exception]) -> None:
    with pytest.raises(error):
        await call()


async def test_a_key_that_ended_is_refused_on_the_next_call(here: Running) -> None:
    groqs, openais = here.by_groq(), here.by_openai()
    sdk = {"model": MODEL, "messages": HELLO}
    await groqs.chat.completions.create(**sdk)
    here.change(is_ended=True)

    await refused(lambda: groqs.chat.completions.create(**sdk), groq.AuthenticationError)
    await refused(lambda: openais.chat.completions.create(**sdk), openai.AuthenticationError)
    await refused(groqs.models.list, groq.AuthenticationError)
    records = await here.told(4)
    assert [record.status for record in records] == [200, 401, 401, 401]
    assert records[-1].cause == "key_ended"
    assert len(here.groq.seen) == 1


async def test_a_key_ends_at_its_date(here: Running) -> None:
    here.change(ends_at=machine_now() + timedelta(seconds=60))
    assert (await here.post()).status_code == 200

    here.change(ends_at=machine_now())
    assert (await here.post()).status_code == 401


async def test_a_key_of_an_archived_project_opens_nothing_until_it_is_restored(here: Running) -> None:
    here.change(is_archived=True)
    answer = await here.post()
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "project_archived")

    here.change(is_archived=False)
    assert (await here.post()).status_code == 200


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"authorization": ""},
        {"authorization": "Bearer"},
        {"authorization": "Bearer kd_live_unknown"},
        {"authorization": "Basic a2V5"},
        {"authorization": b"Bearer \xff\xfe"},
        {"x-api-key": "kd_live_unknown"},
    ],
)
async def test_without_a_key_that_is_known_nothing_is_read_and_nothing_sent(here: Running, sent: Any) -> None:
    async with httpx.AsyncClient(verify=TRUSTS_NOBODY) as client:
        answer = await client.post(f"{here.url}/v1/chat/completions", json={"model": MODEL}, headers=sent)

    assert answer.status_code == 401
    assert answer.json()["error"] == {
        "message": "Invalid API Key",
        "type": "invalid_request_error",
        "code": "invalid_api_key",
    }
    assert here.gateway.counts["invalid_api_key"] == 1
    assert here.records == []


async def test_what_is_known_for_too_long_lets_nobody_in(here: Running) -> None:
    here.seconds.ahead += 31
    answer = await here.post()

    assert answer.status_code == 503
    assert float(answer.headers["retry-after"]) > 0
    assert here.groq.seen == []
    here.learn()
    assert (await here.post()).status_code == 200


async def test_a_key_that_ends_while_its_body_is_on_the_way_sends_nothing(here: Running) -> None:
    async def slowly() -> Any:
        yield b'{"model": "openai/gpt-oss-20b", "messages": '
        while not here.gateway.counts["begun"]:
            here.change(is_ended=True)
            here.gateway.counts["begun"] += 1
        yield b'[{"role": "user", "content": "hello"}]}'

    async with httpx.AsyncClient(verify=TRUSTS_NOBODY) as client:
        answer = await client.post(f"{here.url}/v1/chat/completions", content=slowly(), headers=here.bearer())

    assert answer.status_code == 401
    assert here.groq.seen == []


async def test_another_upstream_key_is_used_from_the_next_call_on(here: Running) -> None:
    await here.post()
    old = next(iter(here.organization.keys))
    new = here.organization.new_key()
    here.change(upstream=Upstream(here.groq.url, new))
    here.organization.keys.remove(old)

    assert (await here.post()).status_code == 200
    assert here.groq.seen[-1][2]["Authorization"] == f"Bearer {new}"


async def test_an_upstream_key_that_the_provider_rejects_is_not_the_callers_fault(here: Running) -> None:
    here.organization.keys.clear()
    answer = await here.post()

    assert (answer.status_code, answer.json()["error"]["code"]) == (424, "upstream_key_rejected")
    (record,) = await here.told()
    assert (record.status, record.upstream_status, record.cause) == (424, 401, "upstream_key_rejected")
