"""Limits bite: exactly, before the provider is asked, and in words that SDKs and people understand."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from typing import Any

import groq
import openai
import pytest

from bot.gateway.windows import Metric
from tests.gateway.running import HELLO, MODEL, OTHER_MODEL, WIDE, Running, limited
from tests.waiting import until

SDK = {"model": MODEL, "messages": HELLO}


@pytest.mark.parametrize("calls", [2, 9, 10, 11, 30])
async def test_of_calls_behind_a_barrier_exactly_the_limit_passes(here: Running, calls: int) -> None:
    here.add_key("prod", "prod", limits=limited(RPM=10))
    here.seconds.at_begin_of_slot()
    statuses = Counter(await here.statuses(calls, "prod"))

    assert statuses[200] == min(calls, 10)
    assert statuses[429] == max(0, calls - 10)
    assert len(here.groq.seen) == min(calls, 10)


async def test_two_keys_of_a_project_share_its_limit_and_projects_share_the_organizations(here: Running) -> None:
    ceiling = limited(RPM=10)
    here.add_key("a", "prod", limits=limited(RPM=8), organization=ceiling)
    here.add_key("b", "prod", limits=limited(RPM=8), organization=ceiling)
    here.add_key("c", "dev", organization=ceiling)
    of_prod = Counter(await here.statuses(6, "a")) + Counter(await here.statuses(6, "b"))
    of_dev = Counter(await here.statuses(6, "c"))

    assert of_prod == {200: 8, 429: 4}
    assert of_dev == {200: 2, 429: 4}


async def test_a_refused_call_costs_nothing(here: Running) -> None:
    here.add_key("small", "small", limits=limited(RPM=1), organization=limited(RPM=4))
    here.add_key("other", "other", organization=limited(RPM=4))
    await here.statuses(9, "small")

    assert Counter(await here.statuses(5, "other")) == {200: 3, 429: 2}


async def test_tokens_are_reserved_before_so_that_calls_at_once_never_pass_the_limit(here: Running) -> None:
    here.groq.state.answer_tokens = 30
    here.add_key("prod", "prod", limits=limited(TPM=100))
    statuses = Counter(await here.statuses(5, "prod", max_tokens=30))
    served = here.groq.state.served

    assert statuses[200] == 2  # ten of the prompt and its marks, and thirty to answer
    assert sum(each.input_tokens + each.output_tokens for each in served.values()) <= 100


async def test_what_was_reserved_and_not_used_is_given_back(here: Running) -> None:
    here.add_key("prod", "prod", limits=limited(TPM=100))
    statuses = [(await here.post(name="prod", max_tokens=80)).status_code for _ in range(2)]
    here.groq.state.answer_tokens = 2
    later = (await here.post(name="prod", max_tokens=20)).status_code

    assert statuses == [200, 429]  # 6 and 20 used; 10 and 80 more do not fit
    assert later == 200


async def test_cached_tokens_count_toward_no_limit(here: Running) -> None:
    here.groq.state.cached_tokens = 100
    here.groq.state.answer_tokens = 1
    here.add_key("prod", "prod", limits=limited(TPM=120))
    prompt = [{"role": "user", "content": "x" * 400}]

    assert [(await here.post(name="prod", messages=prompt, max_tokens=1)).status_code for _ in range(4)] == [200] * 4


async def test_a_surplus_is_charged_at_once_and_blocks_the_next_call(here: Running) -> None:
    here.groq.state.answer_tokens = 3000
    here.add_key("prod", "prod", limits=limited(TPM=2000))
    first = await here.post(name="prod", max_tokens=None)

    assert first.json()["usage"]["completion_tokens"] == 3000
    assert (await here.post(name="prod", max_tokens=1)).status_code == 429


@pytest.mark.parametrize("scope", ["key", "project", "organization"])
@pytest.mark.parametrize("metric", ["RPM", "RPD", "TPM", "TPD", "ITPM", "OTPM"])
async def test_every_limit_that_can_be_set_bites_at_every_scope(here: Running, metric: str, scope: str) -> None:
    limit = 1 if metric.startswith("R") else 20
    limits = limited(**{metric: limit})
    here.groq.state.answer_tokens = 5
    of: dict[str, Any] = {"own" if scope == "key" else "limits" if scope == "project" else "organization": limits}
    here.add_key("prod", "prod", **of)
    answers = [await here.post(name="prod", max_tokens=5) for _ in range(6)]
    error = next(each.json()["error"] for each in answers if each.status_code == 429)

    assert answers[0].status_code == 200
    assert (error["keydesk"]["scope"], error["keydesk"]["metric"]) == (scope, metric)
    assert f"({metric}): Limit {limit}" in error["message"]


async def test_limits_are_of_one_model(here: Running) -> None:
    here.add_key("prod", "prod", limits=limited(RPM=1))

    assert [(await here.post(name="prod")).status_code for _ in range(2)] == [200, 429]
    assert (await here.post(name="prod", model=OTHER_MODEL)).status_code == 200


async def test_a_limit_may_be_set_lowered_cleared_and_be_0(here: Running) -> None:
    async def under(limits: Any) -> int:
        project, organization = here.known["app"].limits
        here.change(limits=(replace(project, limits=limits), organization))
        return (await here.post()).status_code

    assert await under({}) == 200
    assert await under(limited(RPM=1)) == 429  # what ran before the limit was set counts
    assert await under(limited(RPM=2)) == 200
    assert await under(limited(RPM=0)) == 403
    assert await under({}) == 200


async def test_a_limit_of_0_blocks_a_model_and_takes_it_off_the_list(here: Running) -> None:
    here.add_key("prod", "prod", limits=limited(TPD=0))

    with pytest.raises(groq.PermissionDeniedError):
        await here.by_groq("prod").chat.completions.create(**SDK)
    assert MODEL not in {each.id for each in (await here.by_groq("prod").models.list()).data}


async def test_what_can_never_fit_is_413_and_not_tried_again(here: Running) -> None:
    here.add_key("prod", "prod", limits=limited(TPM=100))

    with pytest.raises(groq.APIStatusError) as refused:
        await here.by_groq("prod", retries=2).chat.completions.create(**SDK, max_tokens=500)
    assert refused.value.status_code == 413
    assert "Limit 100, Used 0, Requested 511, please reduce your message size" in refused.value.message
    assert len(here.records) == 1


@pytest.mark.parametrize("sdk", ["groq", "openai"])
async def test_sdks_wait_as_long_as_they_are_told_and_succeed(here: Running, sdk: str) -> None:
    client = here.by_groq(retries=2) if sdk == "groq" else here.by_openai(retries=2)
    project, organization = here.known["app"].limits
    here.change(limits=(replace(project, limits=limited(RPM=1)), organization))
    await client.models.list()  # what is slow at first
    here.seconds.at_begin_of_slot()
    await here.post()
    here.seconds.ahead += 60  # the first call leaves the window within a second
    here.learn()

    assert (await client.chat.completions.create(**SDK)).choices
    statuses = [(each.status, each.retry_count) for each in here.records if each.endpoint != "models"]
    assert statuses == [(200, 0), (429, 0), (200, 1)]


async def test_a_wait_of_more_than_a_minute_is_one_call_with_both_sdks(here: Running) -> None:
    here.add_key("prod", "prod", limits=limited(RPD=1))
    await here.post(name="prod")
    with pytest.raises(groq.RateLimitError) as by_groq:
        await here.by_groq("prod", retries=2).chat.completions.create(**SDK)
    with pytest.raises(openai.RateLimitError) as by_openai:
        await here.by_openai("prod", retries=2).chat.completions.create(**SDK)

    assert len(here.records) == 3
    for headers in (by_groq.value.response.headers, by_openai.value.response.headers):
        assert headers["x-should-retry"] == "false"
        assert float(headers["retry-after"]) > 86_000


async def test_retry_after_is_a_number_after_which_the_call_fits(here: Running) -> None:
    here.add_key("prod", "prod", limits=limited(RPM=2))
    await here.statuses(2, "prod")
    refused = await here.post(name="prod")
    wait = float(refused.headers["retry-after"])
    assert 58 < wait <= 61

    here.seconds.ahead += wait
    here.learn()
    assert (await here.post(name="prod")).status_code == 200


async def test_headers_tell_the_scope_that_has_least_left(here: Running) -> None:
    wide = {**WIDE, Metric.RPD: 1000, Metric.TPM: 50_000}
    here.add_key("prod", "prod", limits=limited(RPD=500, TPM=8000), organization={MODEL: wide})
    first = await here.post(name="prod", max_tokens=10)

    assert first.headers["x-ratelimit-limit-requests"] == "500"
    assert first.headers["x-ratelimit-remaining-requests"] == "499"
    assert first.headers["x-ratelimit-limit-tokens"] == "8000"
    assert int(first.headers["x-ratelimit-remaining-tokens"]) == 8000 - 11 - 10
    assert first.headers["x-ratelimit-reset-tokens"].startswith(("1m0", "1m1", "59", "60"))


async def test_a_model_that_nobody_limits_keeps_no_counter(here: Running) -> None:
    here.add_key("prod", "prod", organization=limited(RPM=1))

    assert [(await here.post(name="prod", model=OTHER_MODEL)).status_code for _ in range(2)] == [200, 200]
    assert "x-ratelimit-limit-requests" not in (await here.post(name="prod", model=OTHER_MODEL)).headers


async def test_what_a_call_that_the_provider_did_not_do_reserved_is_given_back(here: Running) -> None:
    here.add_key("prod", "prod", limits=limited(TPM=100, RPM=10))
    for _ in range(3):
        assert (await here.post(name="prod", model=MODEL, messages=[], max_tokens=90)).status_code == 400

    assert (await here.post(name="prod", max_tokens=80)).status_code == 200


async def test_a_stream_that_its_client_drops_keeps_its_reservation_and_closes_the_provider(here: Running) -> None:
    here.groq.state.between_chunks = 0.02
    here.groq.state.answer_tokens = 500
    here.add_key("prod", "prod", limits=limited(TPM=1000))
    stream = await here.by_groq("prod").chat.completions.create(**SDK, max_tokens=900, stream=True)
    async for _ in stream:
        break
    await stream.close()
    (record,) = await here.told()
    await until(lambda: here.groq.state.dropped == 1)

    assert (record.status, record.cause, record.usage) == (499, "client_gone", None)
    assert here.relay.open_calls == 0
    assert (await here.post(name="prod", max_tokens=200)).status_code == 429


async def test_many_streams_at_once_are_settled_by_their_usage(here: Running) -> None:
    here.groq.state.answer_tokens = 5
    here.add_key("prod", "prod", limits=limited(TPM=2000))

    async def one() -> None:
        async for _ in await here.by_groq("prod").chat.completions.create(**SDK, max_tokens=80, stream=True):
            pass

    await asyncio.gather(*(one() for _ in range(20)))
    answer = await here.post(name="prod", max_tokens=1)
    assert int(answer.headers["x-ratelimit-remaining-tokens"]) == 2000 - 20 * 11 - 12
