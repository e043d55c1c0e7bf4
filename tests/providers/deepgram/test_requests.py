"""Recorded requests: every page, every filter, and the oddities of live records."""

import tracemalloc
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.errors import NotFound, NotUnderstood, ScopeMissing, Unavailable
from bot.providers.deepgram.client import Deepgram
from bot.providers.deepgram.request_records import record_of
from bot.providers.records import RequestFilter, RequestRecord
from bot.providers.request_paths import HIDDEN, endpoint_of, shown_path
from playground.deepgram.server import DeepgramEmulator
from playground.deepgram.state import Project
from tests.clocks import SetClock
from tests.providers.deepgram.test_models import JSON

GOOD = "8f1c2f3e-5b1e-4a53-9d64-2f4f1b1f7c11"
DAYS = RequestFilter(start=datetime(2026, 11, 18, tzinfo=UTC), end=datetime(2026, 11, 20, tzinfo=UTC))
CHOICES: list[tuple[dict[str, Any], Callable[[RequestRecord], bool]]] = [
    ({"status": "failed"}, lambda one: one.succeeded is False and one.usd is None and bool(one.message)),
    ({"status": "succeeded"}, lambda one: one.succeeded is True),
    ({"endpoint": "speak"}, lambda one: one.endpoint == "speak"),
    ({"endpoint": "agent"}, lambda one: one.shown_path.startswith("/v1/agent")),
    ({"method": "streaming"}, lambda one: not one.ready or one.method == "streaming"),
    ({"deployment": "hosted"}, lambda one: one.deployment in {None, "hosted:us"}),
]


@pytest.fixture
async def deepgram(emulator: DeepgramEmulator) -> AsyncIterator[Deepgram]:
    """A client with the usual limits: a page of a thousand takes its time on a busy machine."""
    client = Deepgram(SecretStr(emulator.credentials["admin"]), emulator.url)
    yield client
    await client.aclose()


async def all_of(deepgram: Deepgram, project: Project, which: RequestFilter, size: int = 1000) -> list[RequestRecord]:
    return [record async for record in deepgram.requests(project.project_id, which, page_size=size)]


async def test_pages_are_followed_to_the_end_without_gap_or_repetition(deepgram: Deepgram, project: Project) -> None:
    whole = await all_of(deepgram, project, DAYS)
    assert len(whole) > 400
    assert await all_of(deepgram, project, DAYS, size=37) == whole
    moments = [record.created for record in whole if record.created]
    assert moments == sorted(moments, reverse=True)
    assert len({record.request_id for record in whole}) == len(whole)


async def test_a_last_page_that_is_full_is_followed_by_an_empty_one(
    deepgram: Deepgram, emulator: DeepgramEmulator, project: Project
) -> None:
    number = len(await all_of(deepgram, project, DAYS))
    emulator.calls.kept.clear()
    assert len(await all_of(deepgram, project, DAYS, size=number)) == number
    assert [call["query"]["page"] for call in emulator.calls.kept] == ["0", "1"]


async def test_what_arrives_meanwhile_repeats_nothing(deepgram: Deepgram, project: Project, clock: SetClock) -> None:
    whole = await all_of(deepgram, project, RequestFilter(start=DAYS.start), size=100)
    seen = []
    async for record in deepgram.requests(project.project_id, RequestFilter(start=DAYS.start), page_size=100):
        seen.append(record.request_id)
        clock.move(timedelta(seconds=10))
    assert len(set(seen)) == len(seen)
    assert set(seen) == {record.request_id for record in whole}


async def test_a_provider_that_ignores_the_page_is_noticed() -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"requests": [{"request_id": "a"}, {"request_id": "b"}]})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        with pytest.raises(Unavailable, match="same page"):
            [one async for one in Deepgram(SecretStr("k"), client=client).requests(GOOD, page_size=2)]


async def test_a_provider_that_gives_less_than_asked_for_is_followed_all_the_same() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        page = int(request.url.params["page"])
        entries = [{"request_id": f"{page}-{number}"} for number in range(5 if page < 2 else 1)]
        return httpx.Response(200, json={"page": page, "limit": 5.0, "requests": entries})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        found = [one async for one in Deepgram(SecretStr("k"), client=client).requests(GOOD)]
    assert len(found) == 11


async def test_a_hundred_pages_are_never_in_memory_together() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        page = int(request.url.params["page"])
        entries = [{"request_id": f"{page}-{number}", "path": "/v1/listen?" + "x" * 200} for number in range(100)]
        return httpx.Response(200, json={"requests": entries if page < 100 else []})

    number = 0
    tracemalloc.start()
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        async for _ in Deepgram(SecretStr("k"), client=client).requests(GOOD, page_size=100):
            number += 1
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert number == 10_000
    assert peak < 3_000_000  # all records together would be six times that


@pytest.mark.parametrize(("which", "holds"), CHOICES, ids=lambda value: str(value) if isinstance(value, dict) else "")
async def test_a_filter_gives_exactly_what_fits(
    deepgram: Deepgram, project: Project, which: dict[str, Any], holds: Callable[[RequestRecord], bool]
) -> None:
    chosen = await all_of(deepgram, project, RequestFilter(start=DAYS.start, end=DAYS.end, **which), size=200)
    assert chosen
    assert all(map(holds, chosen))
    if which.keys() <= {"status", "endpoint"}:
        assert chosen == [record for record in await all_of(deepgram, project, DAYS) if holds(record)]


async def test_a_key_and_a_request_can_be_asked_for(deepgram: Deepgram, project: Project) -> None:
    whole = await all_of(deepgram, project, DAYS)
    accessor = whole[0].api_key_id
    chosen = await all_of(deepgram, project, RequestFilter(start=DAYS.start, end=DAYS.end, accessor=accessor))
    assert chosen == [record for record in whole if record.api_key_id == accessor]
    assert await all_of(deepgram, project, RequestFilter(request_id=whole[7].request_id)) == [whole[7]]


@pytest.mark.parametrize(
    "which",
    [
        {"accessor": ""}, {"accessor": "../keys"}, {"request_id": "x"}, {"deployment": " "}, {"endpoint": "listne"},
        {"method": "Sync"}, {"status": "200"}, {"start": datetime(2026, 1, 1)},  # noqa: DTZ001  the point
        {"start": datetime(2026, 1, 2, tzinfo=UTC), "end": datetime(2026, 1, 1, tzinfo=UTC)},
    ],
)  # fmt: skip
async def test_a_filter_that_makes_no_sense_is_refused_before_any_call(
    deepgram: Deepgram, emulator: DeepgramEmulator, project: Project, which: dict[str, Any]
) -> None:
    with pytest.raises(NotUnderstood):
        await deepgram.request_page(project.project_id, RequestFilter(**which))
    for page, size in ((-1, 10), (0, 0), (0, 1001)):
        with pytest.raises(NotUnderstood):
            await deepgram.request_page(project.project_id, page=page, page_size=size)
    assert not emulator.calls.kept


@pytest.mark.parametrize("shape", ["A", "B"])
@pytest.mark.parametrize("place", ["response", "top"])
async def test_one_request_is_read_in_every_shape(
    deepgram: Deepgram, emulator: DeepgramEmulator, project: Project, shape: Any, place: Any
) -> None:
    listed = await all_of(deepgram, project, DAYS)
    emulator.state.request_shape, emulator.state.outcome_place = shape, place
    for record in listed[:20]:
        assert await deepgram.request(project.project_id, record.request_id) == record
    with pytest.raises(NotFound):
        await deepgram.request(project.project_id, GOOD)


async def test_the_newest_is_first_not_ready_then_free_then_priced(
    deepgram: Deepgram, project: Project, clock: SetClock
) -> None:
    chosen = await all_of(deepgram, project, RequestFilter(start=DAYS.start, end=DAYS.end, endpoint="agent"))
    target = next(record for record in chosen if record.usd and record.created)
    assert target.created
    ages = (timedelta(seconds=1), timedelta(seconds=60), timedelta(seconds=200))
    seen = []
    for age in ages:
        clock.move(target.created + age - clock.now())
        seen.append(await deepgram.request(project.project_id, target.request_id))
    assert [(one.ready, one.usd) for one in seen] == [(False, None), (True, Decimal(0)), (True, target.usd)]


async def test_records_leave_after_ninety_days(deepgram: Deepgram, project: Project, clock: SetClock) -> None:
    one = (await all_of(deepgram, project, DAYS))[0]
    clock.move(timedelta(days=91))
    assert not await all_of(deepgram, project, DAYS)
    with pytest.raises(NotFound):
        await deepgram.request(project.project_id, one.request_id)


async def test_absent_figures_are_unknown_and_not_zero(deepgram: Deepgram, project: Project) -> None:
    whole = await all_of(deepgram, project, DAYS)
    good = [record for record in whole if record.succeeded]
    assert {record.duration is None for record in good if record.endpoint in {"speak", "agent", "read"}} == {True}
    assert all(record.agent_seconds for record in good if record.endpoint == "agent")
    assert all(record.tts_characters for record in good if record.endpoint == "speak")
    flux = [record for record in good if record.path.startswith("/v2/")]
    assert {(record.duration, record.usd, record.models) for record in flux} == {(None, Decimal(0), ())}
    assert {record.ready for record in whole} == {True, False}


async def test_a_project_whose_usage_may_not_be_read_says_so(
    deepgram: Deepgram, emulator: DeepgramEmulator, project: Project
) -> None:
    key = emulator.state.key_of(emulator.credentials["admin"])
    assert key is not None
    key.scopes = ["project:read"]
    with pytest.raises(ScopeMissing) as refusal:
        await deepgram.request_page(project.project_id)
    assert refusal.value.scope == "usage:read"


def test_a_path_shows_what_was_used_and_hides_what_was_said() -> None:
    path = "/v1/listen?callback=https%3A%2F%2Fu%3Ap%40x.example&model=nova-3&keywords=Ana&smart_format=true&x"
    shown = f"/v1/listen?callback={HIDDEN}&model=nova-3&keywords={HIDDEN}&smart_format=true&x"
    assert (shown_path(path), endpoint_of(path)) == (shown, "listen")
    assert shown_path("/v1/agent/converse?") == "/v1/agent/converse"
    for odd in ("", "https://u:p@x.example/v1/listen", "/v1/../listen", "/v1/listen#a?b", "/v1/listen/" + "a" * 40):
        assert (shown_path(odd), endpoint_of(odd)) == (HIDDEN, "")


def test_a_path_is_in_no_repr() -> None:
    assert "canary" not in repr(record_of({"request_id": "a", "path": "/v1/listen?callback=canary"}))


@given(st.text(max_size=30), st.sampled_from(["callback", "extra", "search", "replace", "tag", "token", "api_key"]))
def test_whatever_somebody_wrote_is_hidden(value: str, name: str) -> None:
    shown = shown_path(f"/v1/listen?model=nova-3&{name}=secret{value}&language=en")
    assert "secret" not in shown
    assert shown_path(shown) == shown


@given(st.text(max_size=80) | st.text("/v1?=&.%abc", max_size=40))
def test_any_text_is_shown_safely(path: str) -> None:
    assert shown_path(shown_path(path).replace(HIDDEN, "%")) in {shown_path(path), HIDDEN}


FIELDS = st.dictionaries(
    st.sampled_from(["request_id", "response", "details", "code", "usd", "models", "tags", "token_details", "request"]),
    JSON,
)


@given(JSON | FIELDS | st.fixed_dictionaries({"request_id": JSON, "response": FIELDS, "callback": JSON}))
def test_any_json_is_a_record_or_none(value: Any) -> None:
    record = record_of(value)
    assert record is None or record.request_id
