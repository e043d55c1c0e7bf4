"""Every answer of the emulator fits Deepgram's published specification, with the corrections that it needs."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from bot.providers.deepgram.keys import creation_body
from playground.deepgram.faults import Kind
from playground.deepgram.server import DeepgramEmulator
from tests.playground.deepgram.contract import OVERLAY, Contract, corrected, load, vendor_file

pytestmark = pytest.mark.skipif(
    not vendor_file().is_file(),
    reason="Deepgram's OpenAPI is not here; set KEYDESK_VENDOR_DATA to the folder of deepgram-openapi.yml",
)
OVERLAID = load(OVERLAY)
NOWHERE = "00000000-0000-4000-8000-000000000000"
BODY = {"comment": "c", "scopes": ["usage:write"]}
FAULTY_STATUSES: tuple[Kind, ...] = ("401", "403", "404", "409", "429", "500", "503")


@pytest.fixture(scope="module")
def published() -> Contract:
    return Contract(load(vendor_file()))


@pytest.fixture(scope="module")
def contract(published: Contract) -> Contract:
    return Contract(corrected(published.spec, OVERLAID))


@pytest.mark.parametrize("correction", OVERLAID["corrections"], ids=lambda correction: correction["name"])
def test_a_correction_is_still_needed_and_helps(published: Contract, contract: Contract, correction: Any) -> None:
    refused, accepted = correction.get("wrongly_refused", []), correction.get("wrongly_accepted", [])
    assert refused or accepted
    for value in refused:
        assert not published.accepts(correction["at"], value)
        assert contract.complaints(correction["at"], value) == []
    for value in accepted:
        assert published.accepts(correction["at"], value)
        assert not contract.accepts(correction["at"], value)


def test_the_specification_still_knows_only_two_statuses_and_no_check_of_a_key(published: Contract) -> None:
    described = {
        status
        for path, operations in published.spec["paths"].items()
        if path.startswith("/v1/projects")
        for operation in operations.values()
        for status in operation["responses"]
    }
    assert not described & set(OVERLAID["undocumented_statuses"])
    assert not OVERLAID["undocumented_operations"].keys() & published.spec["paths"].keys()


class Judged:
    """Sends requests and judges each answer."""

    def __init__(self, http: httpx.AsyncClient, contract: Contract) -> None:
        self._http = http
        self._contract = contract
        self.seen: set[tuple[str, int]] = set()

    async def send(self, method: str, path: str, **options: Any) -> Any:
        answer = await self._http.request(method, path, **options)
        is_text = answer.headers["content-type"].startswith("text/plain")
        value = answer.text if is_text else answer.json()
        complaints = self._contract.complaints_about_answer(method, path, answer.status_code, value)
        assert complaints == [], (method, path, answer.status_code, value)
        self.seen.add((method, answer.status_code))
        return value


@pytest.fixture
def judged(http: httpx.AsyncClient, emulator: DeepgramEmulator, contract: Contract) -> Judged:
    http.headers["Authorization"] = f"Token {emulator.credentials['owner']}"
    return Judged(http, contract)


async def test_every_success_fits(judged: Judged, emulator: DeepgramEmulator, keys_path: str) -> None:
    project = keys_path.removesuffix("/keys")
    await judged.send("GET", "/v1/auth/token")
    await judged.send("GET", "/v1/projects")
    await judged.send("GET", project)
    await judged.send("PATCH", project, json={"name": "new"})
    await judged.send("GET", f"{project}/members")
    created = await judged.send("POST", keys_path, json=BODY | {"tags": ["t"], "time_to_live_in_seconds": 9})
    key_path = f"{keys_path}/{created['api_key_id']}"
    emulator.state.key_shape = "A"
    await judged.send("GET", key_path)
    emulator.state.key_shape = "B"
    member = await judged.send("GET", key_path)
    await judged.send("GET", f"{project}/members/{member['member']['member_id']}/scopes")
    for full in (False, True):
        emulator.state.list_tells_expiry = full
        await judged.send("GET", keys_path, params={"status": "active"})
        await judged.send("GET", keys_path, params={"status": "expired"})
    await judged.send("DELETE", key_path)
    *_, left, deleted = emulator.state.projects
    await judged.send("DELETE", f"/v1/projects/{left}/leave")
    await judged.send("DELETE", f"/v1/projects/{deleted}")
    assert judged.seen == {(method, 200) for method in ("GET", "POST", "PATCH", "DELETE")}


async def test_every_refusal_fits(judged: Judged, emulator: DeepgramEmulator, keys_path: str) -> None:
    project = keys_path.removesuffix("/keys")
    limited = {"Authorization": f"Token {emulator.credentials['member']}"}
    for bad in ({}, {"comment": 1}, BODY | {"tags": []}, BODY | {"expiration_date": "2027-01-01"}):
        await judged.send("POST", keys_path, json=bad)
    await judged.send("GET", keys_path, params={"status": "odd"})
    await judged.send("GET", "/v1/projects", headers={"Authorization": "Token nothing"})
    await judged.send("GET", f"/v1/projects/{NOWHERE}")
    await judged.send("GET", "/v1/projects/malformed/keys")
    await judged.send("GET", f"{keys_path}/{NOWHERE}")
    await judged.send("GET", f"{project}/members/{NOWHERE}/scopes")
    await judged.send("GET", f"{project}/members", headers=limited)
    emulator.state.permission_family = "legacy"
    await judged.send("DELETE", project, headers=limited)
    statuses = {status for _, status in judged.seen}
    assert statuses == {400, 401, 403, 404}


async def test_every_fault_with_a_body_fits(judged: Judged, emulator: DeepgramEmulator, keys_path: str) -> None:
    for kind in FAULTY_STATUSES:
        emulator.faults.add(kind, times=2)
        await judged.send("GET", "/v1/projects")
        await judged.send("POST", keys_path, json=BODY)
    assert {status for _, status in judged.seen} == {int(kind) for kind in FAULTY_STATUSES}


def test_a_body_that_our_client_sends_fits(contract: Contract) -> None:
    place = ["components", "schemas", "CreateKeyV1Request"]
    assert contract.complaints(place, creation_body("c", ["member"], [], None)) == []
    body = creation_body("c", ["member"], ["customer:birch"], datetime(2027, 1, 1, tzinfo=UTC))
    assert contract.complaints(place, body) == []
