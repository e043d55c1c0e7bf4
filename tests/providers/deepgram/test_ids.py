"""Ids are UUIDs or go nowhere."""

import contextlib
import re
from collections.abc import Awaitable, Callable
from urllib.parse import unquote, urlsplit
from uuid import UUID

import httpx
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.errors import NotUnderstood
from bot.providers.deepgram.client import Deepgram
from bot.providers.deepgram.ids import path_email, path_id

GOOD = "8f1c2f3e-5b1e-4a53-9d64-2f4f1b1f7c11"
HOSTILE = [
    "", ".", "..", "a/b", "%2e%2e", "a?x", "a#b", "x/../..", "\\..", GOOD + "/", GOOD + "\n", " " + GOOD, GOOD + "?x=1",
    "{" + GOOD + "}", "urn:uuid:" + GOOD, GOOD[:-1], GOOD + "0", GOOD[:-1] + "१", "null",
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
    "members": lambda client, value: client.members(value),
    "remove_member": lambda client, value: client.remove_member(GOOD, value),
    "change_member_scope": lambda client, value: client.change_member_scope(GOOD, value, "member"),
    "invites": lambda client, value: client.invites(value),
    "send_invite of": lambda client, value: client.send_invite(value, "a@b.com", "member"),
    "send_invite": lambda client, value: client.send_invite(GOOD, value, "member"),
    "delete_invite of": lambda client, value: client.delete_invite(value, "a@b.com"),
    "delete_invite": lambda client, value: client.delete_invite(GOOD, value),
    "request_page": lambda client, value: client.request_page(value),
    "request": lambda client, value: client.request(GOOD, value),
    "usage": lambda client, value: client.usage(value),
    "usage_breakdown": lambda client, value: client.usage_breakdown(value),
    "usage_fields": lambda client, value: client.usage_fields(value),
    "balances": lambda client, value: client.balances(value),
    "balance": lambda client, value: client.balance(GOOD, value),
    "billing_breakdown": lambda client, value: client.billing_breakdown(value),
    "billing_fields": lambda client, value: client.billing_fields(value),
    "purchases": lambda client, value: client.purchases(value),
    "project_models": lambda client, value: client.project_models(value),
    "project_model": lambda client, value: client.project_model(GOOD, value),
    "model": lambda client, value: client.model(value),
}


@pytest.mark.parametrize("name", CALLS)
async def test_a_hostile_id_reaches_no_wire(name: str) -> None:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, json={})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        for value in HOSTILE:
            with pytest.raises(NotUnderstood):
                await CALLS[name](Deepgram(SecretStr("k"), client=client), value)
    assert not sent


@pytest.mark.parametrize(
    "value",
    [
        "ana@acme.com/../..", "../ana@acme.com", "ana@acme.com?x=1", "ana@acme.com#x", "ana%2e%2e@acme.com",
        "@acme.com", "ana@", "ana@acme", "ana@@acme.com", "ana@acme..com", ".ana@acme.com", "a..b@acme.com",
        "ana @acme.com", "ana@acme.com\n", "ana@-acme.com", "ana@acme.com,eve@acme.com", "Ana <ana@acme.com>",
        '"a b"@acme.com', "аna@acme.com", "ana@[127.0.0.1]", "ana@127.0.0.1", "a" * 250 + "@acme.com",
        "ana@acme.com\x00", "ana\\@acme.com",
    ],
)  # fmt: skip
def test_what_is_no_plain_address_is_refused(value: str) -> None:
    with pytest.raises(NotUnderstood):
        path_email(value)


@pytest.mark.parametrize("value", ["ana@acme.com", "a.b+dg@mail.acme.co.uk", "o'brien@acme.ie", "x_1@1.acme.xn--p1ai"])
def test_what_people_have_is_an_address_and_one_segment(value: str) -> None:
    url = httpx.URL(f"https://api.deepgram.com/v1/projects/p/invites/{path_email(value)}")
    assert url.path == f"/v1/projects/p/invites/{value}"
    assert url.raw_path.decode().count("/") == 5


@given(st.text(max_size=30) | st.text("ab@.%/?#+-_'\\ ", max_size=20))
def test_any_text_is_refused_or_stays_one_segment(value: str) -> None:
    with contextlib.suppress(NotUnderstood):
        quoted = path_email(value)
        assert re.fullmatch(r"[A-Za-z0-9_.%-]+", quoted)
        assert unquote(quoted) == value


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
