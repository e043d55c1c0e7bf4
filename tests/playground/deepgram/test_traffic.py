"""The emulated requests: the same at every look, adding up, and cheap in great numbers."""

import time
import tracemalloc
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from playground.deepgram.ledger import DAYS_KEPT, RETENTION, Kind, Ledger, Slot
from playground.deepgram.request_ids import request_id, request_of
from playground.deepgram.request_records import record
from playground.deepgram.seed_many import seed_many, seed_members, seed_requests
from playground.deepgram.server import DeepgramEmulator
from playground.deepgram.state import Project
from tests.clocks import SetClock

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def any_kind(_: Kind) -> bool:
    return True


@pytest.fixture
def production(emulator: DeepgramEmulator) -> Project:
    return next(iter(emulator.state.projects.values()))


def everything(ledger: Ledger, project: Project, size: int = 1000) -> list[Slot]:
    found: list[Slot] = []
    pages = ledger.find(project, LONG_AGO, ledger.now(), any_kind)
    while part := pages.part(len(found), size):
        found += part
    return found


def test_what_was_requested_is_the_same_at_every_look(emulator: DeepgramEmulator, production: Project) -> None:
    whole = everything(emulator.ledger, production)
    again = Ledger(emulator.state.now)
    assert everything(again, production, size=911) == whole
    shown = [record(emulator.state, again, production, slot) for slot in whole[:500]]
    assert shown == [record(emulator.state, emulator.ledger, production, slot) for slot in whole[:500]]


def test_a_later_look_adds_only_what_is_newer(emulator: DeepgramEmulator, production: Project, clock: SetClock) -> None:
    before = everything(emulator.ledger, production)
    clock.move(timedelta(hours=30))
    after = everything(emulator.ledger, production)
    kept = [slot for slot in before if slot.created >= clock.now() - RETENTION]
    assert after[-len(kept) :] == kept
    assert all(slot.created > clock.now() - timedelta(hours=30) for slot in after[: -len(kept)])


def test_an_ended_key_stops_and_what_it_did_stays(
    emulator: DeepgramEmulator, production: Project, clock: SetClock
) -> None:
    key = next(key for key in production.streams if key.comment == "transcriber blue")
    before = [slot for slot in everything(emulator.ledger, production) if production.streams[slot.stream] is key]
    emulator.state.end_key(key)
    clock.move(timedelta(days=2))
    after = [slot for slot in everything(emulator.ledger, production) if production.streams[slot.stream] is key]
    assert set(after) <= set(before)
    assert len(after) > 1000


async def test_a_new_key_is_used_from_its_creation_on(
    http: httpx.AsyncClient, emulator: DeepgramEmulator, production: Project, keys_path: str, clock: SetClock
) -> None:
    body = {"comment": "new", "scopes": ["usage:write"], "tags": ["customer:new"]}
    created = (await http.post(keys_path, json=body)).json()
    born = clock.now()
    clock.move(timedelta(days=3))
    params: dict[str, str] = {"accessor": created["api_key_id"], "limit": "1000"}
    mine = (await http.get(keys_path.replace("keys", "requests"), params=params)).json()["requests"]
    assert 30 < len(mine) < 100
    assert all(datetime.fromisoformat(one["created"]) >= born for one in mine)
    assert {tuple(one["response"]["details"]["tags"]) for one in mine if "details" in (one["response"] or {})} == {
        ("customer:new",)
    }
    assert emulator.ledger.first_day(production) < born.date()


def test_every_id_leads_back_to_its_request(emulator: DeepgramEmulator, production: Project) -> None:
    slots = everything(emulator.ledger, production)[::97]
    ids = [request_id(production, slot) for slot in slots]
    assert len(set(ids)) == len(ids)
    assert [request_of(emulator.ledger, production, one) for one in ids] == slots
    other = list(emulator.state.projects.values())[1]
    assert not any(request_of(emulator.ledger, other, one) for one in ids)


def test_sums_know_as_much_as_records_at_every_moment(
    emulator: DeepgramEmulator, production: Project, clock: SetClock
) -> None:
    for _ in range(12):
        clock.move(timedelta(seconds=41))
        day = clock.now().date()
        slots = emulator.ledger.slots(production, day)
        shown = [record(emulator.state, emulator.ledger, production, slot)["response"] or {} for slot in slots]
        usd = sum(round(one["details"]["usd"] * 100_000) for one in shown if "details" in one)
        assert usd == sum(figures.cost for figures in emulator.ledger.sums(production, day).values())


@pytest.mark.soak
@pytest.mark.walk
async def test_a_hundred_thousand_requests_are_quick(http: httpx.AsyncClient, emulator: DeepgramEmulator) -> None:
    [big] = seed_many(emulator.state, projects=1, keys=0)
    seed_requests(emulator.state, big, 100_000)
    path = f"/v1/projects/{big.project_id}"
    began = time.process_time()
    assert 95_000 < len(everything(emulator.ledger, big, size=20_000)) < 105_000
    for report in ("usage/breakdown?grouping=tags", "billing/breakdown?grouping=accessor&grouping=tags", "balances"):
        assert (await http.get(f"{path}/{report}")).status_code == 200
    page = (await http.get(f"{path}/requests", params={"page": 90, "limit": 1000, "status": "succeeded"})).json()
    assert len(page["requests"]) == 1000
    assert time.process_time() - began < 15


def test_a_request_is_kept_in_a_few_bytes_and_not_as_its_record(
    emulator: DeepgramEmulator, production: Project, clock: SetClock
) -> None:
    days = [clock.now().date() - timedelta(days=number) for number in range(3, 23)]
    tracemalloc.start()
    number = sum(len(emulator.ledger.slots(production, day)) for day in days)
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert number > 2000
    assert kept / number < 300


def test_no_more_than_a_bounded_number_of_days_is_kept(
    emulator: DeepgramEmulator, production: Project, clock: SetClock
) -> None:
    for _ in range(DAYS_KEPT + 50):
        clock.move(timedelta(days=1))
        emulator.ledger.slots(production, clock.now().date() - timedelta(days=3))
    assert len(vars(emulator.ledger)["_days"]) <= DAYS_KEPT


async def test_a_large_customer_is_listed_whole(http: httpx.AsyncClient, emulator: DeepgramEmulator) -> None:
    seed_many(emulator.state, projects=2999, keys=0)
    [crowded] = seed_many(emulator.state, projects=1, keys=5000)
    seed_members(emulator.state, crowded, 2000)
    path = f"/v1/projects/{crowded.project_id}"
    began = time.process_time()
    assert len((await http.get("/v1/projects")).json()["projects"]) == 9 + 2999
    assert len((await http.get(f"{path}/keys")).json()["api_keys"]) == 5000
    assert len((await http.get(f"{path}/members")).json()["members"]) == 2002
    assert time.process_time() - began < 5
