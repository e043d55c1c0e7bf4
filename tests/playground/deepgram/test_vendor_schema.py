"""Every answer of the emulator fits Deepgram's published specification, with the corrections that it needs."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from bot.providers.deepgram.keys import creation_body
from playground.deepgram import billing, usage
from playground.deepgram.faults import Kind
from playground.deepgram.server import DeepgramEmulator
from tests.clocks import SetClock
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


async def test_every_success_of_people_models_and_tokens_fits(judged: Judged, keys_path: str) -> None:
    project = keys_path.removesuffix("/keys")
    await judged.send("POST", f"{project}/invites", json={"email": "ana@acme.example", "scope": "member"})
    await judged.send("GET", f"{project}/invites")
    await judged.send("DELETE", f"{project}/invites/ana@acme.example")
    member = (await judged.send("GET", f"{project}/members"))["members"][-1]["member_id"]
    await judged.send("PUT", f"{project}/members/{member}/scopes", json={"scope": "admin"})
    await judged.send("DELETE", f"{project}/members/{member}")
    for path in ("/v1/models", f"{project}/models"):
        listed = await judged.send("GET", path, params={"include_outdated": "true"})
        for kind in ("stt", "tts"):
            await judged.send("GET", f"{path}/{listed[kind][0]['uuid']}")
    await judged.send("POST", "/v1/auth/grant", json={"ttl_seconds": 30})
    assert judged.seen == {(method, 200) for method in ("GET", "POST", "PUT", "DELETE")}


@pytest.mark.parametrize("place", ["response", "top"])
async def test_every_record_fits(
    judged: Judged, emulator: DeepgramEmulator, clock: SetClock, keys_path: str, place: Any
) -> None:
    emulator.state.outcome_place = place
    requests = keys_path.replace("keys", "requests")
    listed = (await judged.send("GET", requests, params={"limit": 1000, "end": "2026-11-20"}))["requests"]
    moment = datetime.fromisoformat(listed[0]["created"])
    clock.move(moment + timedelta(seconds=40) - clock.now())
    young = (await judged.send("GET", requests, params={"limit": 1}))["requests"]
    assert young[0]["response"] is None or young[0]["response"].get("details", {"usd": 0})["usd"] == 0
    for shape in ("A", "B"):
        emulator.state.request_shape = shape
        await judged.send("GET", f"{requests}/{young[0]['request_id']}")


async def test_every_report_fits(judged: Judged, emulator: DeepgramEmulator, keys_path: str) -> None:
    project, days = keys_path.removesuffix("/keys"), {"start": "2026-11-10", "end": "2026-11-20"}
    await judged.send("GET", f"{project}/usage", params=days)
    await judged.send("GET", f"{project}/usage/fields", params=days)
    for grouping in usage.GROUPINGS:
        await judged.send("GET", f"{project}/usage/breakdown", params=days | {"grouping": grouping})
    for groupings in ([], ["accessor"], list(billing.DIMENSIONS)):
        await judged.send("GET", f"{project}/billing/breakdown", params=days | {"grouping": groupings})
    await judged.send("GET", f"{project}/billing/fields", params=days)
    await judged.send("GET", f"{project}/purchases")
    balances = await judged.send("GET", f"{project}/balances")
    await judged.send("GET", f"{project}/balances/{balances['balances'][0]['balance_id']}")
    emulator.state.amounts_are_text = True
    await judged.send("GET", f"{project}/balances")


async def test_every_refusal_of_the_rest_fits(judged: Judged, emulator: DeepgramEmulator, keys_path: str) -> None:
    project = keys_path.removesuffix("/keys")
    limited = {"Authorization": f"Token {emulator.credentials['member']}"}
    for path, query in (
        ("requests", {"limit": 0}), ("requests", {"page": "x"}), ("requests", {"status": "odd"}),
        ("requests", {"start": "yesterday"}), ("usage", {"start": "21.11.2026"}), ("usage", {"diarize": "perhaps"}),
        ("usage/breakdown", {"grouping": "model"}), ("billing/breakdown", {"grouping": "endpoint"}),
        ("usage", {"start": "2026-02-01", "end": "2026-01-01"}), ("purchases", {"limit": 1001}),
        ("models", {"include_outdated": "1"}),
    ):  # fmt: skip
        await judged.send("GET", f"{project}/{path}", params=query)
    for body in ({}, {"email": "nobody", "scope": "member"}, {"email": "a@b.example", "scope": "emperor"}):
        await judged.send("POST", f"{project}/invites", json=body)
    await judged.send("POST", "/v1/auth/grant", json={"ttl_seconds": 0})
    assert {status for _, status in judged.seen} == {400}
    for path in ("balances", "billing/breakdown", "purchases", "invites"):
        await judged.send("GET", f"{project}/{path}", headers=limited)
    for path in (f"requests/{NOWHERE}", f"balances/{NOWHERE}", f"models/{NOWHERE}", "requests/odd"):
        await judged.send("GET", f"{project}/{path}")
    await judged.send("DELETE", f"{project}/invites/nobody@acme.example")
    await judged.send("DELETE", f"{project}/members/{NOWHERE}")
    assert {status for _, status in judged.seen} == {400, 403, 404}


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
