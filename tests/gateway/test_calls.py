"""Calls by the official SDKs through the gateway, unchanged but for the base address and the key."""

from __future__ import annotations

import re
from typing import Any

import groq
import httpx
import pytest

from bot.gateway.metering import Usage
from tests.gateway.running import HELLO, MODEL, OTHER_MODEL, Running
from tests.sdks import TRUSTS_NOBODY

SDK = {"model": MODEL, "messages": HELLO}


async def chat(here: Running, **more: Any) -> Any:
    return await here.by_groq().chat.completions.create(**SDK, **more)


async def test_a_chat_by_groqs_sdk(here: Running) -> None:
    answer = await chat(here, max_tokens=4)

    assert answer.choices[0].message.content == "The quick brown fox"
    assert answer.usage.completion_tokens == 4


async def test_a_chat_by_openais_sdk(here: Running) -> None:
    answer = await here.by_openai().chat.completions.create(**SDK, max_tokens=4)

    assert answer.choices[0].message.content == "The quick brown fox"


async def test_a_base_address_without_openai_in_it_does_as_well(here: Running) -> None:
    client = here.by_openai().with_options(base_url=f"{here.url}/v1")
    answer = await client.chat.completions.create(**SDK, max_tokens=4)

    assert answer.choices[0].message.content == "The quick brown fox"
    assert here.groq.seen[-1][:2] == ("POST", "/openai/v1/chat/completions")


async def test_a_stream_by_both_sdks(here: Running) -> None:
    for client in (here.by_groq(), here.by_openai()):
        stream = await client.chat.completions.create(**SDK, max_tokens=4, stream=True)
        chunks = [chunk async for chunk in stream]

        assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "The quick brown fox"
        assert chunks[-1].x_groq is not None


async def test_responses_whole_and_as_a_stream(here: Running) -> None:
    client = here.by_openai()
    whole = await client.responses.create(model=MODEL, input="Say", max_output_tokens=3)
    stream = await client.responses.create(model=MODEL, input="Say", max_output_tokens=3, stream=True)
    events = [event async for event in stream]

    assert whole.output_text == "The quick brown"
    assert events[-1].type == "response.completed"
    first, second = await here.told(2)
    assert first.usage == second.usage == Usage(1, 3)
    assert (first.endpoint, first.is_stream, second.is_stream) == ("responses", False, True)


async def test_embeddings(here: Running) -> None:
    answer = await here.by_groq().embeddings.create(model=MODEL, input=["one", "two"])

    assert len(answer.data) == 2
    (record,) = await here.told()
    assert record.usage is not None
    assert record.usage.output_tokens == 0


async def test_models_are_those_that_the_project_may_use(here: Running) -> None:
    everything = {each.id for each in (await here.by_groq().models.list()).data}
    here.change(models=frozenset({MODEL, "not/there"}))
    listed = await here.by_groq().models.list()

    assert len(everything) > 1
    assert [each.id for each in listed.data] == [MODEL]
    assert (await here.by_openai().models.retrieve(MODEL)).id == MODEL
    with pytest.raises(groq.NotFoundError):
        await here.by_groq().models.retrieve(OTHER_MODEL)


async def test_a_model_beside_the_projects_list_is_refused_and_never_sent(here: Running) -> None:
    here.change(models=frozenset({OTHER_MODEL}))

    with pytest.raises(groq.PermissionDeniedError, match="blocked at the project level"):
        await chat(here)
    compound: dict[str, Any] = {"model": OTHER_MODEL, "compound_custom": {"models": {"reasoning_model": MODEL}}}
    assert (await here.post(**compound)).status_code == 403
    assert here.groq.seen == []


ELSEWHERE = [
    ("POST", "/openai/v1/organization/projects"),
    ("GET", "/openai/v1/chat/completions"),
    ("POST", "/v1/chat/completions/"),
    ("POST", "/V1/chat/completions"),
    ("DELETE", f"/v1/models/{MODEL}"),
    ("GET", "/v1/models/../files"),
    ("GET", "/v1/models/%2e%2e/files"),
    ("GET", "/v1/models/a/%2e%2e/%2e%2e/files"),
    ("GET", "/v1/models/a%3Fb"),
    ("GET", "/v1/fine_tunings"),
    ("GET", "/"),
]


async def test_every_other_path_is_404_and_counted_and_never_sent(here: Running) -> None:
    async with httpx.AsyncClient(verify=TRUSTS_NOBODY) as client:
        for method, path in ELSEWHERE:
            url = httpx.URL(here.url).copy_with(raw_path=path.encode())
            answer = await client.request(method, url, headers=here.bearer())

            assert (answer.status_code, answer.json()["error"]["code"]) == (404, "unknown_url"), path
    assert here.gateway.counts["unknown_path"] == len(ELSEWHERE)
    assert here.groq.seen == []
    assert here.records == []


async def test_health_is_told_to_anybody(here: Running) -> None:
    async with httpx.AsyncClient(verify=TRUSTS_NOBODY) as client:
        assert (await client.get(f"{here.url}/healthz")).json() == {"ok": True}
        assert (await client.get(f"{here.url}/readyz")).status_code == 200
        here.seconds.ahead += 60
        assert (await client.get(f"{here.url}/readyz")).status_code == 503


async def test_a_record_holds_what_a_call_was_and_took(here: Running) -> None:
    here.groq.state.cached_tokens = 2
    await chat(here, max_tokens=4, extra_headers={"x-stainless-retry-count": "1"})
    (record,) = await here.told()

    assert (record.endpoint, record.model, record.status, record.upstream_status) == (
        "chat/completions",
        MODEL,
        200,
        200,
    )
    assert (record.key_id, record.project_id) == ("key-app", "project-prod")
    assert record.usage == Usage(6, 4, 2)
    assert record.upstream_id is not None
    assert re.fullmatch(r"req_\w+", record.upstream_id)
    assert (record.retry_count, record.cause, record.is_stream) == (1, None, False)
    assert record.total_ms > 0
    assert record.first_token_ms is None


async def test_a_record_names_a_model_that_we_or_the_provider_know(here: Running) -> None:
    for model in (MODEL, "qwen/qwen3.8-27b", "a-word-that-somebody-wrote"):
        await here.post(model=model)

    assert [each.model for each in await here.told(3)] == [MODEL, "qwen/qwen3.8-27b", "(unknown)"]
    assert [each.status for each in here.records] == [200, 200, 404]


async def test_a_record_of_a_stream_tells_the_first_token(here: Running) -> None:
    here.groq.state.between_chunks = 0.02
    async for _ in await chat(here, max_tokens=4, stream=True):
        pass
    (record,) = await here.told()

    assert record.first_token_ms is not None
    assert 15 < record.first_token_ms < record.total_ms - 60
    assert record.usage == Usage(6, 4)


async def test_headers_pass_by_allow_list(here: Running) -> None:
    answer = await here.post()
    sent = {name.lower(): value for name, value in here.groq.seen[-1][2].items()}

    assert "set-cookie" not in answer.headers
    assert answer.headers["x-request-id"].startswith("req_")
    assert sent["accept-encoding"] == "identity"
    assert sent["authorization"] == f"Bearer {next(iter(here.organization.keys))}"
    assert here.secrets["app"] not in str(sent)


async def test_a_name_given_twice_is_sent_as_it_was_judged(here: Running) -> None:
    here.change(models=frozenset({MODEL}))
    body = f'{{"model": "{OTHER_MODEL}", "messages": [{{"role": "user", "content": "x"}}], "model": "{MODEL}"}}'
    async with httpx.AsyncClient(verify=TRUSTS_NOBODY) as client:
        answer = await client.post(f"{here.url}/v1/chat/completions", content=body, headers=here.bearer())

    assert answer.json()["model"] == MODEL
    spelled = await here.post(Model=OTHER_MODEL)
    assert (spelled.status_code, spelled.json()["error"]["type"]) == (400, "invalid_request_error")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"model": 7}', b'{"model": ""}', b"\xff", b"[" * 5000])
async def test_a_body_that_cannot_be_judged_is_400(here: Running, body: bytes) -> None:
    async with httpx.AsyncClient(verify=TRUSTS_NOBODY) as client:
        answer = await client.post(f"{here.url}/v1/chat/completions", content=body, headers=here.bearer())

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_request")
    assert here.groq.seen == []
