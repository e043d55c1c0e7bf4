"""The emulated Groq, spoken to by the official SDKs: what it answers, what it refuses, and what it does wrong."""

from __future__ import annotations

import re
from typing import Any

import groq
import openai
import pytest
from groq.types.chat import ChatCompletion

from playground.groq.catalogue import MODELS
from playground.groq.refusals import duration
from playground.groq.state import Served
from tests.playground.groq.conftest import HELLO, MODEL, Groq, asks

LIMIT = re.compile(r"\((RPM|TPM)\): Limit (\d+), Used (\d+), Requested (\d+)\. Please try again in (.+)\.")


async def test_both_sdks_read_an_answer_and_what_it_took(here: Groq) -> None:
    by_groq = await asks(here)
    by_openai = await here.openai.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": "Say something long enough"}]
    )
    for answer in (by_groq, by_openai):
        assert (answer.choices[0].message.content or "").startswith("The quick brown fox")
        assert answer.usage is not None
        assert (answer.usage.prompt_tokens, answer.usage.completion_tokens, answer.usage.total_tokens) == (6, 20, 26)
    assert here.emulator.state.served == {(here.key, MODEL): Served(2, 12, 40, 0)}


async def test_a_stream_tells_usage_in_its_last_chunk(here: Groq) -> None:
    stream = await here.groq.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": "Say"}], stream=True, max_tokens=4
    )
    chunks = [chunk async for chunk in stream]
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "The quick brown fox"
    assert chunks[0].x_groq is not None
    assert chunks[0].x_groq.id is not None
    assert chunks[-1].x_groq is not None
    assert chunks[-1].x_groq.usage is not None
    assert chunks[-1].x_groq.usage.completion_tokens == 4


async def test_responses_are_answered_whole_and_as_a_stream(here: Groq) -> None:
    whole = await here.openai.responses.create(model=MODEL, input="Say something", max_output_tokens=3)
    assert whole.output_text == "The quick brown"
    assert whole.usage is not None
    assert whole.usage.output_tokens == 3
    stream = await here.openai.responses.create(model=MODEL, input="Say", max_output_tokens=3, stream=True)
    events = [event async for event in stream]
    assert events[-1].type == "response.completed"
    assert events[-1].response.usage is not None
    assert events[-1].response.usage.output_tokens == 3


async def test_models_and_embeddings_are_there(here: Groq) -> None:
    listed = await here.groq.models.list()
    assert {model.id for model in listed.data} == set(MODELS)
    assert (await here.openai.models.retrieve(MODEL)).owned_by == "OpenAI"
    vectors = await here.openai.embeddings.create(model=MODEL, input=["one", "two"], encoding_format="float")
    assert len(vectors.data) == 2


async def test_what_is_not_there_is_refused_in_groqs_words(here: Groq) -> None:
    with pytest.raises(groq.NotFoundError, match="does not exist or you do not have access"):
        await here.groq.chat.completions.create(
            model="llama-3.1-8b-instant", messages=[{"role": "user", "content": ""}]
        )
    with pytest.raises(openai.NotFoundError, match="Unknown request URL"):
        await here.openai.images.generate(prompt="a fox")
    with pytest.raises(groq.AuthenticationError, match="Invalid API Key"):
        await here.groq.with_options(api_key="gsk_nobody").models.list()
    here.organization.blocked = True
    with pytest.raises(groq.BadRequestError, match="spend limit"):
        await asks(here)


async def test_limits_are_told_as_groq_tells_them_and_refill_continuously(here: Groq) -> None:
    here.organization.limits[MODEL] = {"RPM": 2, "RPD": 1_000, "TPM": 8_000}
    raw = await here.groq.chat.completions.with_raw_response.create(
        model=MODEL, messages=[{"role": "user", "content": "Say"}]
    )
    assert raw.headers["x-ratelimit-limit-requests"] == "1000"
    assert raw.headers["x-ratelimit-remaining-requests"] == "999"
    assert raw.headers["x-ratelimit-reset-requests"] == "1m26.4s"
    assert raw.headers["x-ratelimit-limit-tokens"] == "8000"
    await asks(here)
    with pytest.raises(groq.RateLimitError) as refused:
        await asks(here)
    found = LIMIT.search(str(refused.value))
    assert found is not None
    assert found.groups() == ("RPM", "2", "2", "1", "30s")
    assert refused.value.response.headers["retry-after"] == "30.00"
    here.clock.now += 30
    await asks(here)


async def test_what_can_never_fit_is_too_large(here: Groq) -> None:
    here.organization.limits[MODEL] = {"TPM": 100}
    with pytest.raises(groq.APIStatusError, match=r"Limit 100, Requested 506, please reduce") as refused:
        await asks(here, most=500)
    assert refused.value.status_code == 413
    await asks(here, most=90)
    with pytest.raises(groq.RateLimitError, match="TPM"):
        await asks(here, most=90)


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.12, "120ms"), (11.19, "11.19s"), (2185.056, "36m25.056s"), (7265, "2h1m5s")]
)
def test_waits_are_written_as_groq_writes_them(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"n": 2}, "at most 1"),
        ({"max_tokens": 0}, "at least 1"),
        ({"max_tokens": 100_000}, "less than or equal to `65536`"),
        ({"messages": []}, "'messages' : property is missing"),
        ({"model": "whisper-large-v3"}, "does not support chat completions"),
        ({"messages": [{"role": "user", "content": "long " * 110_000}]}, "reduce the length of the messages"),
    ],
)
async def test_a_body_that_groq_cannot_take_costs_nothing(here: Groq, changes: dict[str, Any], words: str) -> None:
    here.organization.limits[MODEL] = {"RPM": 1}
    body = {"model": MODEL, "messages": HELLO, **changes}
    with pytest.raises(groq.BadRequestError, match=words):
        await here.groq.post("/openai/v1/chat/completions", body=body, cast_to=ChatCompletion)
    await asks(here)
    assert here.emulator.state.refused == {400: 1}


async def test_the_flex_tier_can_be_full(here: Groq) -> None:
    here.emulator.state.flex_is_full = True
    await asks(here)
    with pytest.raises(groq.APIStatusError, match="at capacity") as refused:
        await here.groq.chat.completions.create(model=MODEL, messages=HELLO, service_tier="flex")
    assert refused.value.status_code == 498


async def test_a_streamed_answer_tells_usage_to_openais_sdk_where_it_asks(here: Groq) -> None:
    stream = await here.openai.chat.completions.create(
        model=MODEL, messages=HELLO, stream=True, max_tokens=4, stream_options={"include_usage": True}
    )
    chunks = [chunk async for chunk in stream]
    assert chunks[-1].choices == []
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens == 4
    assert chunks[-2].choices[0].finish_reason == "length"


async def test_what_was_reserved_and_not_used_is_given_back_unless_a_test_says_no(here: Groq) -> None:
    here.organization.limits[MODEL] = {"TPM": 200}
    await asks(here, most=190)
    await asks(here, most=160)
    here.emulator.state.gives_back = False
    here.clock.now += 60
    await asks(here, most=190)
    with pytest.raises(groq.RateLimitError, match="Limit 200, Used 196, Requested 166"):
        await asks(here, most=160)


async def test_cached_tokens_count_toward_no_limit(here: Groq) -> None:
    here.organization.limits[MODEL] = {"TPM": 50}
    here.emulator.state.cached_tokens = 1_000
    answer = await asks(here, words="long " * 400)
    assert answer.usage is not None
    assert answer.usage.prompt_tokens_details is not None
    assert answer.usage.prompt_tokens_details.cached_tokens == 500
    assert here.emulator.state.served[here.key, MODEL].cached_tokens == 500


@pytest.mark.parametrize(
    ("metric", "limit", "words"),
    [
        ("RPM", 1, r"requests per minute \(RPM\): Limit 1, Used 1, Requested 1"),
        ("RPD", 1, r"requests per day \(RPD\): Limit 1, Used 1, Requested 1\. Please try again in 24h0m0s"),
        ("TPM", 40, r"tokens per minute \(TPM\): Limit 40, Used 26, Requested 26"),
        ("TPD", 40, r"tokens per day \(TPD\): Limit 40, Used 26, Requested 26"),
        ("ITPM", 10, r"input tokens per minute \(ITPM\): Limit 10, Used 6, Requested 6"),
        ("OTPM", 30, r"output tokens per minute \(OTPM\): Limit 30, Used 20, Requested 20"),
    ],
)
async def test_every_limit_of_text_bites(here: Groq, metric: str, limit: int, words: str) -> None:
    here.organization.limits[MODEL] = {metric: limit}
    await asks(here)
    with pytest.raises(groq.RateLimitError, match=words):
        await asks(here)


async def test_a_refused_request_tells_nothing_of_tokens(here: Groq) -> None:
    here.organization.limits[MODEL] = {"RPM": 1, "RPD": 10, "TPM": 1_000}
    await asks(here)
    with pytest.raises(groq.RateLimitError) as refused:
        await asks(here)
    told = refused.value.response.headers
    assert told["x-ratelimit-remaining-requests"] == "9"
    assert "x-ratelimit-remaining-tokens" not in told


async def test_waiting_as_long_as_was_told_is_enough(here: Groq) -> None:
    here.organization.limits[MODEL] = {"TPM": 70}
    await asks(here)
    await asks(here)
    for _ in range(20):
        with pytest.raises(groq.RateLimitError) as refused:
            await asks(here)
        here.clock.now += float(refused.value.response.headers["retry-after"])
        await asks(here)


async def test_organizations_share_neither_keys_nor_limits(here: Groq) -> None:
    here.organization.limits[MODEL] = {"RPM": 1}
    other = here.emulator.state.add_organization({MODEL: {"RPM": 1}}).new_key()
    await asks(here)
    await here.groq.with_options(api_key=other).chat.completions.create(model=MODEL, messages=HELLO)
    with pytest.raises(groq.RateLimitError, match=here.organization.id):
        await asks(here)
    here.organization.keys.remove(here.key)
    with pytest.raises(groq.AuthenticationError):
        await asks(here)
