"""The emulated Groq, spoken to by the official SDKs: what it answers, what it refuses, and what it does wrong."""

from __future__ import annotations

import re

import groq
import openai
import pytest
from groq.types.chat import ChatCompletion

from playground.groq.faults import Fault
from playground.groq.refusals import duration
from playground.groq.state import MODELS, Served
from tests.playground.groq.conftest import MODEL, Groq

LIMIT = re.compile(r"\((RPM|TPM)\): Limit (\d+), Used (\d+), Requested (\d+)\. Please try again in (.+)\.")


async def asks(here: Groq, words: str = "Say something long enough", most: int | None = None) -> ChatCompletion:
    """Ask by the Groq SDK."""
    messages = [{"role": "user", "content": words}]
    return await here.groq.chat.completions.create(model=MODEL, messages=messages, max_tokens=most)  # type: ignore[arg-type] # plain dicts are what people write


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


async def test_faults_come_as_often_as_was_asked(here: Groq) -> None:
    faults = here.emulator.faults
    faults.add(Fault("status", status=498, body='{"error":{"message":"capacity","type":"flex"}}'))
    with pytest.raises(groq.APIStatusError) as refused:
        await asks(here)
    assert refused.value.status_code == 498
    faults.add(Fault("drop"))
    with pytest.raises(groq.APIConnectionError):
        await asks(here)
    faults.add(Fault("gzip"))
    assert (await asks(here)).usage is not None
    faults.add(Fault("cut", chunks=2))
    stream = await here.groq.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": "Say"}], stream=True
    )
    with pytest.raises(Exception, match=r"incomplete|peer closed"):
        _ = [chunk async for chunk in stream]
    assert len((await asks(here)).choices) == 1
