"""The routes by which people and tests set the emulated Groq, and the program that starts it alone."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from typing import Any

import groq
import httpx
import pytest
from groq import AsyncGroq

from tests.playground.groq.conftest import HELLO, MODEL, Groq, asks
from tests.sdks import TRUSTS_NOBODY


@pytest.fixture
async def control(here: Groq) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the control routes, which want no key."""
    async with httpx.AsyncClient(verify=TRUSTS_NOBODY, base_url=here.emulator.url) as client:
        yield client


async def test_an_organization_is_made_limited_and_blocked(here: Groq, control: httpx.AsyncClient) -> None:
    made = (await control.post("/control/organizations", json={"limits": {MODEL: {"RPM": 1}}})).json()
    sdk = here.groq.with_options(api_key=made["key"])
    await sdk.chat.completions.create(model=MODEL, messages=HELLO)
    with pytest.raises(groq.RateLimitError):
        await sdk.chat.completions.create(model=MODEL, messages=HELLO)
    one = f"/control/organizations/{made['id']}"
    await control.patch(one, json={"limits": {}, "blocked": True})
    with pytest.raises(groq.BadRequestError, match="spend limit"):
        await sdk.models.list()
    await control.patch(one, json={"blocked": False})
    second = (await control.post(f"{one}/keys")).json()["key"]
    await control.delete(f"{one}/keys/{made['key']}")
    with pytest.raises(groq.AuthenticationError):
        await sdk.models.list()
    await sdk.with_options(api_key=second).models.list()


async def test_manners_and_faults_are_set_and_told(here: Groq, control: httpx.AsyncClient) -> None:
    await control.patch("/control/manners", json={"answer_tokens": 3, "cached_tokens": 2})
    assert (await asks(here)).choices[0].message.content == "The quick brown"
    await control.post("/control/faults", json={"kind": "status", "status": 502, "path": "chat"})
    with pytest.raises(groq.InternalServerError):
        await asks(here)
    await control.post("/control/faults", json={"kind": "drop", "times": None})
    told = (await control.get("/control")).json()
    assert told["served"][0] | {"key": ""} == {
        "key": "",
        "model": MODEL,
        "calls": 1,
        "input_tokens": 6,
        "output_tokens": 3,
        "cached_tokens": 2,
        "audio_seconds": 0.0,
        "characters": 0,
        "broken": 0,
        "unsent_tokens": 0,
    }
    assert [fault["kind"] for fault in told["faults"]] == ["drop"]
    await control.delete("/control/faults")
    await asks(here)


async def test_a_model_can_be_retired(here: Groq, control: httpx.AsyncClient) -> None:
    await control.delete(f"/control/models/{MODEL}")
    with pytest.raises(groq.NotFoundError, match="does not exist"):
        await asks(here)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "/manners", {"answer_token": 3}),
        ("PATCH", "/manners", {"answer_tokens": "many"}),
        ("PATCH", "/manners", []),
        ("POST", "/faults", {"kind": "sleepy"}),
        ("POST", "/faults", {"kind": "cut", "path": "("}),
        ("POST", "/organizations", {"limits": {MODEL: {"RPX": 1}}}),
        ("PATCH", "/organizations/org_nobody", {"blocked": True}),
    ],
)
async def test_what_cannot_be_set_is_said(control: httpx.AsyncClient, method: str, path: str, body: Any) -> None:
    answer = await control.request(method, f"/control{path}", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]


async def test_a_page_of_somebody_else_sets_nothing(control: httpx.AsyncClient) -> None:
    answer = await control.post("/control/faults", json={"kind": "drop"}, headers={"origin": "https://example.com"})
    assert answer.status_code == 403
    assert (await control.get("/control", headers={"host": "rebound.example:80"})).status_code == 403


async def test_it_starts_alone_and_names_its_address_and_a_key() -> None:
    started = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "playground.groq", stdout=asyncio.subprocess.PIPE
    )
    assert started.stdout is not None
    lines = [(await started.stdout.readline()).decode().strip() for _ in range(3)]
    assert lines[0].startswith("Groq is emulated at http://127.0.0.1:")
    told = dict(line.split("=", 1) for line in lines[1:])
    async with AsyncGroq(api_key=told["GROQ_API_KEY"], base_url=told["GROQ_BASE_URL"], max_retries=0) as sdk:
        raw = await sdk.chat.completions.with_raw_response.create(model=MODEL, messages=HELLO)
    assert raw.headers["x-ratelimit-limit-tokens"] == "8000"
    started.terminate()
    assert await started.wait() == 0
