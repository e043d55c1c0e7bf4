"""Requests read page after page, of one key or of a customer's keys put together."""

from __future__ import annotations

import csv
import io
import time
import tracemalloc
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial

import pytest

from bot.errors import FormError, NotUnderstood
from bot.providers.records import RequestRecord
from bot.usage.requests.export import export
from bot.usage.requests.merging import newest_first
from bot.usage.requests.period import RecordsPeriod
from bot.usage.requests.question import Asked, RecordsQuestion
from bot.usage.requests.service import MOST_MERGED_PAGES, RequestList
from playground.deepgram.seed_many import seed_requests
from tests.factories import NOON, actor, add, key
from tests.usage.conftest import Ground

MONTH = RecordsPeriod(name="month")


async def pages(ground: Ground, question: RecordsQuestion, most: int = 50) -> list[RequestList]:
    found = [await ground.page(question, 1)]
    while found[-1].more and len(found) < most:
        found.append(await ground.page(question, len(found) + 1))
    return found


def ids(found: list[RequestList]) -> list[str]:
    return [line.record.request_id for page in found for line in page.lines]


async def all_ids(ground: Ground, question: RecordsQuestion) -> list[str]:
    return [record.request_id async for record in ground.reading.every(question)]


async def test_the_pages_together_are_the_whole(ground: Ground) -> None:
    asked = Asked(project=ground.project.project_id, status="failed", period=MONTH)
    question = await ground.question(asked)
    whole = await all_ids(ground, question)

    found = await pages(ground, question)

    assert len(whole) > 100
    assert ids(found) == whole
    assert [page.more for page in found] == [True] * (len(found) - 1) + [False]


async def test_a_customers_keys_are_put_together_newest_first(ground: Ground) -> None:
    question = await ground.question(Asked(project=ground.project.project_id, customer="ivr"))
    found = await pages(ground, question, 12)
    moments = [line.record.created for page in found for line in page.lines]

    assert len(question.keys) == 2
    assert len(set(ids(found))) == 120
    assert moments == sorted(moments, key=lambda moment: moment or NOON, reverse=True)
    assert {line.record.api_key_id for page in found for line in page.lines} == set(question.keys)
    assert not any(line.tag_missing for page in found for line in page.lines)
    with pytest.raises(NotUnderstood, match="shorter period"):
        await ground.page(question, MOST_MERGED_PAGES + 1)


async def test_a_request_that_lacks_its_keys_tag_is_marked_and_stays(ground: Ground) -> None:
    carrier = next(one for one in ground.project.keys.values() if one.comment == "transcriber blue")
    add(
        ground.database,
        key(1, provider_key_id=carrier.key_id, project_id=ground.project.project_id, customer="acme", tags=["acme"]),
    )

    question = await ground.question(Asked(project=ground.project.project_id, customer="acme"))
    page = await ground.page(question, 1)

    assert question.keys == (carrier.key_id,)
    assert len(page.lines) == 10
    assert all(line.tag_missing for line in page.lines if line.record.tags is not None)
    assert {(line.owner, line.key.purpose) for line in page.lines if line.key} == {("ana", "purpose 1")}


async def test_what_does_not_exist_or_may_not_be_read_is_told(ground: Ground) -> None:
    project_id = ground.project.project_id
    add(ground.database, key(1), key(2, provider_key_id="0000000a-1", project_id=project_id, customer="acme"))
    for asked, told in (
        (Asked(project=project_id, customer="acm"), "Did you mean acme?"),
        (Asked(project=project_id, key="ffff"), "knows no key ffff"),
        (Asked(project=project_id, key="0000"), "2 keys start with 0000"),
        (Asked(project=project_id, key="00000001"), "not one of production"),
    ):
        with pytest.raises(FormError, match=told):
            await ground.question(asked)
    with pytest.raises(NotUnderstood, match="no project"):
        await ground.question(Asked(project="nowhere"))


async def test_the_file_holds_the_same_requests_as_the_pages(ground: Ground) -> None:
    question = await ground.question(Asked(project=ground.project.project_id, customer="ivr"))
    told: list[int] = []

    async def tell(rows: int) -> None:
        told.append(rows)

    lines = partial(ground.reading.lines, actor(), question)
    whole = await export(ground.reading.every(question), lines, tell, patience=0)
    short = await export(ground.reading.every(question), lines, tell, most=20)
    table = list(csv.DictReader(io.StringIO(whole.content.decode("utf-8-sig"))))

    assert [row["request id"] for row in table] == await all_ids(ground, question)
    assert (whole.rows, whole.cut, told[-1]) == (len(table), False, len(table))
    assert (short.rows, short.cut, short.content.count(b"\r\n")) == (20, True, 21)
    assert {row["tags"] for row in table if row["outcome"] == "succeeded"} == {"ivr, prod"}
    assert not any("token=" in row["path, sensitive parts hidden"] for row in table)


async def test_among_a_hundred_thousand_the_first_page_comes_at_once_and_little_is_held(ground: Ground) -> None:
    seed_requests(ground.emulator.state, ground.project, 100_000)
    question = await ground.question(Asked(project=ground.project.project_id, period=MONTH))
    began = time.process_time()
    assert len((await ground.page(question, 1)).lines) == 10
    assert time.process_time() - began < 2.5
    await ground.page(question, 900)  # the emulator has now drawn these days

    tracemalloc.start()
    await ground.page(question, 900)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000_000


def made(number: int, seconds: float | None) -> RequestRecord:
    created = None if seconds is None else NOON + timedelta(seconds=seconds)
    return RequestRecord(request_id=f"r{number}", created=created)


async def listed(*records: RequestRecord) -> AsyncIterator[RequestRecord]:
    for record in records:
        yield record


async def test_lists_are_merged_by_their_moments() -> None:
    lists = [listed(made(1, 9), made(2, 3)), listed(), listed(made(3, 5), made(4, None), made(5, 1))]

    assert [record.request_id async for record in newest_first(lists)] == ["r1", "r3", "r4", "r2", "r5"]
