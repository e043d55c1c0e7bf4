"""Which role may do what: Deepgram's table of roles, walked through every operation."""

from typing import Any

import httpx
import pytest

from playground.deepgram.server import DeepgramEmulator

EVERYBODY, ADMINS, OWNERS = ("owner", "admin", "member"), ("owner", "admin"), ("owner",)
OPERATIONS: list[tuple[str, str, Any, tuple[str, ...]]] = [
    ("GET", "/v1/projects", None, EVERYBODY),
    ("GET", "{p}", None, EVERYBODY),
    ("PATCH", "{p}", {"name": "new"}, EVERYBODY),
    ("DELETE", "{p}", None, OWNERS),
    ("GET", "{p}/keys", None, EVERYBODY),
    ("POST", "{p}/keys", {"comment": "c", "scopes": ["usage:write"]}, EVERYBODY),
    ("POST", "{p}/keys", {"comment": "c", "scopes": ["admin"]}, ADMINS),
    ("GET", "{p}/members", None, ADMINS),
    ("GET", "{p}/members/{member}/scopes", None, ADMINS),
    ("PUT", "{p}/members/{member}/scopes", {"scope": "admin"}, ADMINS),
    ("PUT", "{p}/members/{member}/scopes", {"scope": "owner"}, OWNERS),
    ("PUT", "{p}/members/{owner}/scopes", {"scope": "member"}, OWNERS),
    ("GET", "{p}/members/{owner}/scopes", None, ADMINS),
    ("DELETE", "{p}/members/{member}", None, ADMINS),
    ("DELETE", "{p}/members/{owner}", None, OWNERS),
    ("GET", "{p}/invites", None, ADMINS),
    ("POST", "{p}/invites", {"email": "a@b.example", "scope": "member"}, ADMINS),
    ("POST", "{p}/invites", {"email": "a@b.example", "scope": "owner"}, OWNERS),
    ("DELETE", "{p}/invites/contractor.lopez@alder-finch.example", None, ADMINS),
    ("GET", "{p}/requests", None, EVERYBODY),
    ("GET", "{p}/usage", None, EVERYBODY),
    ("GET", "{p}/usage/fields", None, EVERYBODY),
    ("GET", "{p}/usage/breakdown", None, EVERYBODY),
    ("GET", "{p}/balances", None, ADMINS),
    ("GET", "{p}/billing/breakdown", None, ADMINS),
    ("GET", "{p}/billing/fields", None, ADMINS),
    ("GET", "{p}/purchases", None, ADMINS),
    ("GET", "{p}/models", None, EVERYBODY),
    ("GET", "/v1/models", None, EVERYBODY),
    ("POST", "/v1/auth/grant", {"ttl_seconds": 30}, EVERYBODY),
]


@pytest.mark.parametrize("role", EVERYBODY)
@pytest.mark.parametrize(("method", "path", "body", "allowed"), OPERATIONS)
async def test_a_role_may_do_what_the_table_says_and_no_more(
    http: httpx.AsyncClient,
    emulator: DeepgramEmulator,
    role: str,
    method: str,
    path: str,
    body: Any,
    allowed: tuple[str, ...],
) -> None:
    staging = list(emulator.state.projects.values())[1]
    people = {account.email.split("@")[0]: account.account_id for account in emulator.state.accounts.values()}
    path = path.replace("{p}", f"/v1/projects/{staging.project_id}")
    path = path.replace("{member}", people["li.wei"]).replace("{owner}", people["tomas.finch"])
    before = repr(staging)
    headers = {"Authorization": f"Token {emulator.credentials[role]}"}
    answer = await http.request(method, path, json=body, headers=headers)
    assert answer.status_code == (200 if role in allowed else 403), answer.text
    if role not in allowed:
        assert answer.json()["category"] == "INSUFFICIENT_PERMISSIONS"
        assert repr(staging) == before


async def test_a_lowered_creator_lowers_its_key_at_once(http: httpx.AsyncClient, emulator: DeepgramEmulator) -> None:
    project = next(iter(emulator.state.projects.values()))
    key = emulator.state.key_of(emulator.credentials["admin"])
    assert key is not None
    path = f"/v1/projects/{project.project_id}/balances"
    assert (await http.get(path)).status_code == 200
    project.members[key.account_id] = ["member"]
    assert "'billing:read'" in (await http.get(path)).json()["details"]
