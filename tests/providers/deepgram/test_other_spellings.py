"""The same fact, written otherwise: regions, one text for a list, ids without dashes, older names, cut pages."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot.providers.deepgram.billing import spending_of
from bot.providers.deepgram.client import Deepgram
from bot.providers.deepgram.request_records import record_of
from bot.providers.deepgram.usage import bucket_of
from bot.providers.ids import canonical
from bot.providers.lenient import exact_number
from playground.deepgram.server import DeepgramEmulator
from playground.deepgram.state import Project

DASHED = "0a1b2c3d-0000-4000-8000-00000000000f"


@pytest.mark.parametrize(("told", "read"), [("hosted:us", "hosted"), ("hosted", "hosted"), ("dedicated", "dedicated")])
def test_a_deployment_is_read_without_its_region(told: str, read: str) -> None:
    assert bucket_of({"grouping": {"deployment": told}}).deployment == read
    assert spending_of({"grouping": {"deployment": told}}).deployment == read


def test_one_text_is_a_set_of_one() -> None:
    bucket = bucket_of({"grouping": {"tags": "tag=acme", "models": "nova-3"}})
    assert (bucket.tags, bucket.models) == (frozenset({"acme"}), ("nova-3",))
    assert spending_of({"grouping": {"tags": "acme"}}).tags == frozenset({"acme"})


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("1.4e-20", Decimal("1.4e-20")),
        ("-3e-300", Decimal()),
        ("0.1000000000000000055511151231257827021181583404541015625", Decimal("0.100000000000000005551115123126")),
        ("1e19", None),
        ("1" * 401, None),
    ],
)
def test_what_arithmetic_left_behind_is_a_number(written: str, number: Decimal | None) -> None:
    assert exact_number(written) == number


@pytest.mark.parametrize("written", [DASHED, DASHED.upper(), DASHED.replace("-", "")])
def test_an_id_is_compared_in_one_form(written: str) -> None:
    assert canonical(written) == DASHED
    assert spending_of({"grouping": {"accessor": written}}).accessor == DASHED


@pytest.mark.parametrize("response", [None, {}, ...])
def test_a_request_without_an_answer_is_not_answered(response: object) -> None:
    record = record_of({"request_id": DASHED} | ({} if response is ... else {"response": response}))
    assert record is not None
    assert not record.ready


def test_the_older_name_of_the_key_is_read() -> None:
    record = record_of({"request_id": DASHED, "accessor": DASHED})
    assert record is not None
    assert record.api_key_id == DASHED


async def test_keys_without_dashes_are_read_and_ended(
    deepgram: Deepgram, emulator: DeepgramEmulator, project: Project
) -> None:
    before = await deepgram.keys(project.project_id)
    emulator.faults.add("undashed", "GET", times=None)
    assert await deepgram.keys(project.project_id) == before
    created = await deepgram.create_key(project.project_id, comment="c", scopes=["usage:write"])
    await deepgram.delete_key(project.project_id, created.key_id.replace("-", ""))
    assert created.key_id not in project.keys


async def test_keys_without_an_id_are_left_out_and_counted(
    deepgram: Deepgram, emulator: DeepgramEmulator, project: Project
) -> None:
    whole = len(await deepgram.keys(project.project_id))
    emulator.faults.add("field", "GET", field="api_key_id", value="no id")
    found = await deepgram.keys(project.project_id)
    assert (len(found), found.left_out) == (0, whole)


async def test_pages_that_are_cut_without_a_word_end_nothing(
    deepgram: Deepgram, emulator: DeepgramEmulator, project: Project
) -> None:
    whole = await first(deepgram, project, 450)
    emulator.state.page_cap = 100
    assert len(whole) == 450
    assert await first(deepgram, project, 450) == whole


async def first(deepgram: Deepgram, project: Project, most: int) -> list[str]:
    found: list[str] = []
    async for record in deepgram.requests(project.project_id):
        found.append(record.request_id)
        if len(found) == most:
            break
    return found
