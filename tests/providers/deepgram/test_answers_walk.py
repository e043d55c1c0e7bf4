"""The answers walk at the client: every change × every answer, every read × every odd field."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from bot.errors import ProviderError, Unclear
from bot.providers.deepgram.client import Deepgram
from bot.providers.listed import Listed
from playground.deepgram.bodies_on_demand import FOREIGN_404S, SAYINGS, with_field
from playground.deepgram.server import DeepgramEmulator
from playground.deepgram.state import Project

P, K, E = "0a1b2c3d-0000-4000-8000-000000000001", "0a1b2c3d-0000-4000-8000-000000000002", "ana@acme.example"
Do = Callable[[Deepgram], Awaitable[Any]]

CHANGES: dict[str, Do] = {
    "delete_key": lambda to: to.delete_key(P, K),
    "rename_project": lambda to: to.rename_project(P, "new"),
    "delete_project": lambda to: to.delete_project(P),
    "remove_member": lambda to: to.remove_member(P, K),
    "change_member_scope": lambda to: to.change_member_scope(P, K, "admin"),
    "send_invite": lambda to: to.send_invite(P, E, "member"),
    "delete_invite": lambda to: to.delete_invite(P, E),
}
CREATIONS: dict[str, Do] = {
    "create_key": lambda to: to.create_key(P, comment="c", scopes=["usage:write"]),
    "grant_token": lambda to: to.grant_token(),
}
DONE = [(200, ""), (204, ""), (200, "{}"), (200, '{"message": "Deleted."}'), (201, "{}"), (200, '{"error": null}')]
UNCLEAR = [
    *((200, text) for name, text in SAYINGS.items() if name != "object"),
    (200, '{"message": "Delet'), (200, "null"), (200, "true"), (200, "\x00"), (200, "<!DOCTYPE html>"),
    (200, '{"error": "no such key"}'), (200, '{"errors": [1]}'), (200, '{"ok": false}'), (200, '{"success": false}'),
    (200, '{"code": 403, "message": "no"}'), (200, '{"status": "error"}'), (200, '{"statusCode": "500"}'),
    (200, '{"category": "X"}'), (202, "{}"), (206, "{}"), (207, "{}"), (301, ""), (302, ""),
    (408, ""), (421, ""), (425, ""), (460, ""), (499, ""), (500, "{}"), (503, ""), (599, ""),
    *((404, text) for text in FOREIGN_404S.values()),
    (404, "\ufeff<html>"), (403, "<!-- blocked -->"), (400, "<div>no</div>"),
]  # fmt: skip


@asynccontextmanager
async def answered(status: int, body: bytes) -> AsyncIterator[Deepgram]:
    """Speak with somebody who gives this one answer to everything."""
    transport = httpx.MockTransport(lambda _: httpx.Response(status, content=body))
    async with httpx.AsyncClient(transport=transport) as client:
        yield Deepgram(SecretStr("k"), client=client)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize(("status", "text"), DONE)
async def test_a_change_is_done_on_an_empty_answer_or_an_object_without_an_error(
    change: str, status: int, text: str
) -> None:
    async with answered(status, text.encode()) as deepgram:
        await CHANGES[change](deepgram)


@pytest.mark.parametrize("change", CHANGES | CREATIONS)
async def test_every_other_answer_leaves_a_change_unclear(change: str) -> None:
    for status, text in UNCLEAR:
        async with answered(status, text.encode()) as deepgram:
            with pytest.raises(Unclear):
                await (CHANGES | CREATIONS)[change](deepgram)


@pytest.mark.parametrize("change", CREATIONS)
async def test_a_creation_whose_answer_holds_no_secret_is_unclear(change: str) -> None:
    for status, text in DONE:
        async with answered(status, text.encode()) as deepgram:
            with pytest.raises(Unclear):
                await CREATIONS[change](deepgram)


async def test_an_error_within_a_success_is_quoted_to_whoever_asked() -> None:
    async with answered(200, json.dumps({"err_code": "X", "err_msg": "No such key."}).encode()) as deepgram:
        with pytest.raises(Unclear, match=r"Deepgram says: “No such key\.”"):
            await deepgram.delete_key(P, K)


# --- reads ---

Read = Callable[[Deepgram, Project], Awaitable[Any]]
READS: dict[str, Read] = {
    "keys": lambda to, at: to.keys(at.project_id),
    "billing_breakdown": lambda to, at: to.billing_breakdown(at.project_id, ["accessor", "tags", "deployment"]),
    "projects": lambda to, _: to.projects(),
    "project": lambda to, at: to.project(at.project_id),
    "key": lambda to, at: to.key(at.project_id, next(iter(at.keys))),
    "members": lambda to, at: to.members(at.project_id),
    "member_scopes": lambda to, at: to.member_scopes(at.project_id, next(iter(at.members))),
    "invites": lambda to, at: to.invites(at.project_id),
    "requests": lambda to, at: to.request_page(at.project_id, page_size=20),
    "usage": lambda to, at: to.usage(at.project_id),
    "usage_breakdown": lambda to, at: to.usage_breakdown(at.project_id, "tags"),
    "usage_fields": lambda to, at: to.usage_fields(at.project_id),
    "billing_fields": lambda to, at: to.billing_fields(at.project_id),
    "balances": lambda to, at: to.balances(at.project_id),
    "purchases": lambda to, at: to.purchases(at.project_id),
    "models": lambda to, _: to.models(),
}
IN_MAKE_TEST = {"keys", "members"}
ODD: list[Any] = [None, "text", 1.4e-20, 1e300, -1, [], {}, [None], ["a", 1], True, "hosted:us", 10**400]
ABSENT = "left out"
# What an answer, or an entry of a list, is nothing without.
NEEDED = frozenset(
    """projects api_keys members invites requests results balances orders stt tts project_id api_key_id member_id email
    request_id balance_id order_id uuid api_key member scopes request""".split()  # noqa: SIM905  a list of words
)


class Keeping(httpx.AsyncHTTPTransport):
    """Keeps the latest answer."""

    answer = b""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await super().handle_async_request(request)
        self.answer = await response.aread()
        return httpx.Response(response.status_code, content=self.answer)


def names(found: Any) -> Iterator[str]:
    """Yield the name of every field, however deep."""
    if isinstance(found, list):
        for each in found[:5]:
            yield from names(each)
    if isinstance(found, dict):
        for name, value in found.items():
            yield name
            yield from names(value)


def size(read: Any) -> int:
    """Return how many entries were read."""
    entries = getattr(read, "results", None) or getattr(read, "records", None) or getattr(read, "orders", None) or read
    return len(entries) if isinstance(entries, list | tuple) else 1


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in IN_MAKE_TEST else pytest.mark.soak) for name in READS]
)
async def test_an_odd_field_blanks_nothing_but_itself(emulator: DeepgramEmulator, project: Project, name: str) -> None:
    project.invites["ana@acme.example"] = "member"
    keeping = Keeping()
    async with httpx.AsyncClient(transport=keeping) as http:
        secret = SecretStr(emulator.credentials["owner"])
        whole = await READS[name](Deepgram(secret, emulator.url, client=http), project)
    told = json.loads(keeping.answer)
    assert size(whole) > 0
    for field in sorted(set(names(told))):
        for odd in [*ODD, ABSENT]:
            body = json.dumps(with_field(field, odd, absent=odd is ABSENT)(told))
            async with answered(200, body.encode()) as deepgram:
                try:
                    read = await READS[name](deepgram, project)
                except ProviderError:
                    assert field in NEEDED, (field, odd)
                    continue
            left_out = read.left_out if isinstance(read, Listed) else getattr(read, "left_out", 0)
            assert size(read) + left_out == size(whole) or field in NEEDED, (field, odd)
