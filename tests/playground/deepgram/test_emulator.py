"""The emulated Deepgram is as strict as the real one is known to be."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from playground.deepgram.seed_many import seed_many
from playground.deepgram.server import DeepgramEmulator
from tests.clocks import SetClock

NOWHERE = "00000000-0000-4000-8000-000000000000"
BODY: dict[str, Any] = {"comment": "c", "scopes": ["usage:write"]}


def token(emulator: DeepgramEmulator, role: str) -> dict[str, str]:
    return {"Authorization": f"Token {emulator.credentials[role]}"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"expiration_date": "2027-01-01"}, "not enough for unique date and time"),
        ({"expiration_date": "2027-01-01T00:00:00"}, "not enough for unique date and time"),
        ({"expiration_date": "2020-01-01T00:00:00Z"}, "must be in the future"),
        ({"expiration_date": 5}, "invalid characters"),
        ({"tags": []}, "tags"),
        ({"tags": ["x" * 129]}, "longer than 128"),
        ({"tags": "x"}, "tags"),
        ({"scopes": []}, "scopes"),
        ({"scopes": "member"}, "scopes"),
        ({"comment": None}, "comment"),
        ({"time_to_live_in_seconds": 0}, "positive integer"),
        ({"time_to_live_in_seconds": "60"}, "positive integer"),
        ({"time_to_live_in_seconds": 60, "expiration_date": "2027-01-01T00:00:00Z"}, "only one of"),
    ],
)
async def test_a_bad_body_makes_no_key(
    http: httpx.AsyncClient, emulator: DeepgramEmulator, keys_path: str, change: dict[str, Any], words: str
) -> None:
    before = sum(len(project.keys) for project in emulator.state.projects.values())
    answer = await http.post(keys_path, json=BODY | change)
    assert (answer.status_code, answer.json()["category"]) == (400, "INVALID_JSON")
    assert words in answer.json()["details"]
    assert sum(len(project.keys) for project in emulator.state.projects.values()) == before


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"null", b'{"comment": "c"}'])
async def test_a_body_that_is_no_creation_is_invalid(http: httpx.AsyncClient, keys_path: str, raw: bytes) -> None:
    assert (await http.post(keys_path, content=raw)).json()["category"] == "INVALID_JSON"


async def test_a_misspelt_lifetime_is_ignored_and_the_key_never_ends(http: httpx.AsyncClient, keys_path: str) -> None:
    assert "expiration_date" not in (await http.post(keys_path, json=BODY | {"time_to_live": 60})).json()


async def test_a_lifetime_follows_the_emulators_clock(
    http: httpx.AsyncClient, emulator: DeepgramEmulator, keys_path: str, clock: SetClock
) -> None:
    created = (await http.post(keys_path, json=BODY | {"time_to_live_in_seconds": 60})).json()
    assert emulator.state.is_live(created["key"])
    clock.move(timedelta(seconds=60))
    assert not emulator.state.is_live(created["key"])
    refused = await http.get("/v1/projects", headers={"Authorization": f"Token {created['key']}"})
    assert (refused.status_code, refused.json()["err_code"]) == (401, "INVALID_AUTH")


async def test_keys_write_brings_keys_read(http: httpx.AsyncClient, keys_path: str) -> None:
    created = (await http.post(keys_path, json={"comment": "c", "scopes": ["keys:write"]})).json()
    assert created["scopes"] == ["keys:write", "keys:read"]


async def test_a_secret_is_kept_as_a_hash_and_looks_unreal(
    http: httpx.AsyncClient, emulator: DeepgramEmulator, keys_path: str
) -> None:
    secret = (await http.post(keys_path, json=BODY)).json()["key"]
    assert secret.startswith("emulated-")
    everything = repr([vars(emulator.state), [vars(project) for project in emulator.state.projects.values()]])
    assert secret not in everything + repr(emulator.calls.kept)


@pytest.mark.parametrize("value", ["malformed", "1", "x" * 36, "%2e%2e"])
async def test_a_malformed_id_is_a_plain_text_404(http: httpx.AsyncClient, value: str) -> None:
    answer = await http.get(f"/v1/projects/{value}/keys")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/plain; charset=utf-8")
    assert answer.text.startswith("UUID parsing failed")


async def test_an_unknown_path_and_a_wrong_method_are_refused(http: httpx.AsyncClient, keys_path: str) -> None:
    unknown = await http.get("/v1/nothing")
    assert (unknown.status_code, unknown.text) == (404, "Not Found")
    assert (await http.put(keys_path, json={})).status_code == 405


@pytest.mark.parametrize("header", [None, "Token", "Token nothing", "Bearer {}", "{}"])
async def test_only_a_token_of_a_live_key_opens_anything(emulator: DeepgramEmulator, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header.format(emulator.credentials["owner"])}
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(f"{emulator.url}/v1/projects", headers=headers)
    assert (answer.status_code, answer.json()["err_code"]) == (401, "INVALID_AUTH")


async def test_a_project_of_others_is_not_found(
    http: httpx.AsyncClient, emulator: DeepgramEmulator, keys_path: str
) -> None:
    first = next(iter(emulator.state.projects.values()))
    key = emulator.state.key_of(emulator.credentials["admin"])
    assert key is not None
    del first.members[key.account_id]
    assert not emulator.state.is_live(emulator.credentials["admin"])
    answer = await http.get(keys_path, headers=token(emulator, "owner"))
    assert answer.status_code == 200


async def test_a_removed_members_keys_die(emulator: DeepgramEmulator) -> None:
    project = next(iter(emulator.state.projects.values()))
    _, secret = emulator.state.add_key(project, next(iter(project.members)), "c", ["member"])
    assert emulator.state.is_live(secret)
    project.members.clear()
    assert not emulator.state.is_live(secret)


async def test_leaving_kills_the_leavers_keys_and_the_only_owner_stays(
    http: httpx.AsyncClient, emulator: DeepgramEmulator
) -> None:
    second = list(emulator.state.projects.values())[1]
    path = f"/v1/projects/{second.project_id}"
    secret = (await http.post(f"{path}/keys", json=BODY)).json()["key"]
    assert (await http.delete(f"{path}/leave")).status_code == 200
    assert not emulator.state.is_live(secret)
    second.members = {account: ["owner"] for account in list(second.members)[:1]}
    refused = await http.delete(f"{path}/leave", headers=token(emulator, "owner"))
    assert (refused.status_code, len(second.members)) == (400, 1)


async def test_a_demoted_creator_weakens_its_keys(
    http: httpx.AsyncClient, emulator: DeepgramEmulator, keys_path: str
) -> None:
    project = next(iter(emulator.state.projects.values()))
    key = emulator.state.key_of(emulator.credentials["admin"])
    assert key is not None
    project.members[key.account_id] = ["member"]
    listed = (await http.get(keys_path)).json()["api_keys"]
    assert {entry["member"]["member_id"] for entry in listed} == {key.account_id}


async def test_a_member_may_not_read_members(
    http: httpx.AsyncClient, emulator: DeepgramEmulator, keys_path: str
) -> None:
    path = keys_path.replace("keys", "members")
    modern = await http.get(path, headers=token(emulator, "member"))
    assert (modern.status_code, "'members:read'" in modern.json()["details"]) == (403, True)
    emulator.state.permission_family = "legacy"
    legacy = await http.get(path, headers=token(emulator, "member"))
    assert (legacy.status_code, legacy.json()["err_code"]) == (401, "INSUFFICIENT_PERMISSIONS")


async def test_the_seed_is_the_same_at_every_start(emulator: DeepgramEmulator, clock: SetClock) -> None:
    again = DeepgramEmulator(clock.now)
    assert again.credentials == emulator.credentials
    assert again.state.projects.keys() == emulator.state.projects.keys()
    for project_id, project in again.state.projects.items():
        before = emulator.state.projects[project_id]
        assert (project.members, project.keys.keys()) == (before.members, before.keys.keys())


async def test_many_projects_and_keys_are_listed_whole(http: httpx.AsyncClient, emulator: DeepgramEmulator) -> None:
    added = seed_many(emulator.state, projects=30, keys=200)
    assert len((await http.get("/v1/projects")).json()["projects"]) == 39
    keys = (await http.get(f"/v1/projects/{added[-1].project_id}/keys")).json()["api_keys"]
    assert len({entry["api_key"]["api_key_id"] for entry in keys}) == 200


async def test_the_emulator_starts_again_with_what_it_knew(emulator: DeepgramEmulator) -> None:
    await emulator.stop()
    project = next(iter(emulator.state.projects.values()))
    project.name = "kept"
    await emulator.start()
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(f"{emulator.url}/v1/projects", headers=token(emulator, "owner"))
    assert answer.json()["projects"][0]["name"] == "kept"
