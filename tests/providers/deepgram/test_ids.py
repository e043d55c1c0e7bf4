"""Ids are UUIDs or go nowhere."""

import contextlib
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.errors import NotUnderstood
from bot.providers.deepgram.client import Deepgram
from bot.providers.deepgram.ids import path_id

GOOD = "8f1c2f3e-5b1e-4a53-9d64-2f4f1b1f7c11"
HOSTILE = [
    "", ".", "..", "a/b", "%2e%2e", "a?x", "a#b", "x/../..", "\\..", GOOD + "/", GOOD + "\n", " " + GOOD, GOOD + "?x=1",
    GOOD.replace("-", ""), "{" + GOOD + "}", "urn:uuid:" + GOOD, GOOD[:-1], GOOD + "0", GOOD[:-1] + "१", "null",
]  # fmt: skip
CALLS: dict[str, Callable[[Deepgram, str], Awaitable[object]]] = {
    "project": lambda client, value: client.project(value),
    "rename_project": lambda client, value: client.rename_project(value, "n"),
    "delete_project": lambda client, value: client.delete_project(value),
    "keys": lambda client, value: client.keys(value),
    "create_key": lambda client, value: client.create_key(value, comment="c", scopes=["member"]),
    "key of": lambda client, value: client.key(value, GOOD),
    "key": lambda client, value: client.key(GOOD, value),
    "delete_key of": lambda client, value: client.delete_key(value, GOOD),
    "delete_key": lambda client, value: client.delete_key(GOOD, value),
    "member_scopes of": lambda client, value: client.member_scopes(value, GOOD),
    "member_scopes": lambda client, value: client.member_scopes(GOOD, value),
}


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("name", CALLS)
async def test_a_hostile_id_reaches_no_wire(name: str, value: str) -> None:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, json={})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        with pytest.raises(NotUnderstood):
            await CALLS[name](Deepgram(SecretStr("k"), client=client), value)
    assert not sent


@given(st.text(max_size=60))
def test_whatever_is_no_uuid_is_refused(value: str) -> None:
    with contextlib.suppress(ValueError):
        assume(str(UUID(value)) != value.lower())
    with pytest.raises(NotUnderstood):
        path_id(value, "key")


@given(st.uuids())
def test_a_uuid_stays_one_segment_of_the_path(value: UUID) -> None:
    url = httpx.URL(f"https://api.deepgram.com/v1/projects/{path_id(str(value), 'project')}/keys")
    assert urlsplit(str(url)).path == f"/v1/projects/{value}/keys"
