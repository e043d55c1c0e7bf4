"""Faults and the record of calls, as the playground's page and the tests use them."""

import asyncio
from typing import Any

import httpx
import pytest

from playground.deepgram.server import DeepgramEmulator

BODY = {"comment": "c", "scopes": ["usage:write"]}


async def test_a_fault_is_added_listed_met_and_gone(http: httpx.AsyncClient) -> None:
    wanted: dict[str, Any] = {
        "match": {"method": "GET", "path_regex": "^/v1/projects$"},
        "kind": "429",
        "retry_after": "7",
    }
    assert len((await http.post("/faults", json=wanted)).json()["faults"]) == 1
    assert (await http.get("/v1/auth/token")).status_code == 200
    limited = await http.get("/v1/projects")
    assert (limited.status_code, limited.headers["Retry-After"]) == (429, "7")
    assert (await http.get("/faults")).json()["faults"] == []
    assert (await http.get("/v1/projects")).status_code == 200


async def test_clearing_lets_go_of_a_hanging_call(http: httpx.AsyncClient, emulator: DeepgramEmulator) -> None:
    emulator.faults.add("timeout_before", "GET", "/v1/projects")
    hanging = asyncio.create_task(http.get("/v1/projects"))
    while emulator.faults.active:  # noqa: ASYNC110  the server takes the fault when the call arrives
        await asyncio.sleep(0)
    await http.delete("/faults")
    with pytest.raises(httpx.RemoteProtocolError):
        await hanging


@pytest.mark.parametrize(
    "wanted", [{}, {"kind": "418"}, {"kind": "500", "match": {"path_regex": "("}}, {"kind": "500", "typo": 1}, []]
)
async def test_a_fault_that_makes_no_sense_is_refused(http: httpx.AsyncClient, wanted: Any) -> None:
    assert (await http.post("/faults", json=wanted)).status_code == 400


async def test_a_fault_of_one_query_leaves_every_other_alone(http: httpx.AsyncClient, keys_path: str) -> None:
    wanted = {"match": {"path_regex": "/keys$", "query_regex": "(^|&)status=expired"}, "kind": "503", "times": None}
    assert (await http.post("/faults", json=wanted)).status_code == 200
    answers = [(await http.get(keys_path, params=query)).status_code for query in ({}, {"status": "active"})]
    assert answers == [200, 200]
    assert (await http.get(keys_path, params={"status": "expired"})).status_code == 503
    wrong = {"match": {"query_regex": "("}, "kind": "503"}
    assert (await http.post("/faults", json=wanted | wrong)).status_code == 400


async def test_a_project_is_told_otherwise_than_the_others_until_told_anew(
    http: httpx.AsyncClient, emulator: DeepgramEmulator
) -> None:
    mine, other, *_ = emulator.state.projects

    async def prices(project_id: str) -> set[type]:
        days = {"start": "2026-11-19", "end": "2026-11-20"}
        answer = await http.get(f"/v1/projects/{project_id}/billing/breakdown", params=days)
        return {type(row["dollars"]) for row in answer.json()["results"]}

    told = await http.put(f"/telling/{mine.upper()}", json={"prices": "null"})
    assert told.json()["telling"]["prices"] == "null"
    assert (await prices(mine), await prices(other)) == ({type(None)}, {float})
    wrong: Any
    for wrong in ({"prices": "free"}, {"typo": 1}, []):
        assert (await http.put(f"/telling/{mine}", json=wrong)).status_code == 400
    assert await prices(mine) == {type(None)}
    assert (await http.put(f"/telling/{mine}", json={})).status_code == 200
    assert await prices(mine) == {float}


async def test_calls_are_kept_without_credentials_or_secrets(
    http: httpx.AsyncClient, emulator: DeepgramEmulator, keys_path: str
) -> None:
    secret = (await http.post(keys_path, json=BODY)).json()["key"]
    await http.get(keys_path, params={"status": "active"})
    answer = await http.get("/inspect/calls")
    assert answer.json()["calls"] == [
        {"method": "POST", "path": keys_path, "query": {}, "body": BODY},
        {"method": "GET", "path": keys_path, "query": {"status": "active"}, "body": None},
    ]
    assert secret not in answer.text
    assert emulator.credentials["admin"] not in answer.text


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Host": "evil.example"}, {"Origin": "null"}])
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/faults"), ("DELETE", "/faults"), ("PUT", "/telling/p1"), ("GET", "/inspect/calls")]
)
async def test_a_foreign_page_cannot_reach_the_controls(
    http: httpx.AsyncClient, method: str, path: str, headers: dict[str, str]
) -> None:
    assert (await http.request(method, path, headers=headers, json={"kind": "500"})).status_code == 403


async def test_the_own_page_reaches_the_controls(http: httpx.AsyncClient, emulator: DeepgramEmulator) -> None:
    assert (await http.get("/faults", headers={"Origin": emulator.url})).status_code == 200


def test_it_listens_on_loopback_only(emulator: DeepgramEmulator) -> None:
    assert emulator.url.startswith("http://127.0.0.1:")
