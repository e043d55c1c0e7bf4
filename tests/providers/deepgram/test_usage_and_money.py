"""Usage and money add up, stay exact, and are never narrowed by a filter that the vendor would ignore."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, get_args

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.errors import NotFound, NotUnderstood, ScopeMissing, Unavailable
from bot.providers.answers import Answer
from bot.providers.billing import BillingGrouping
from bot.providers.deepgram.billing import billing_of, purchase_of, spending_of
from bot.providers.deepgram.client import Deepgram
from bot.providers.deepgram.filters import FEATURES, VALUES, usage_params
from bot.providers.deepgram.usage import bucket_of
from bot.providers.records import RequestFilter
from bot.providers.usage import Grouping, Usage
from playground.deepgram.faults import Kind
from playground.deepgram.server import DeepgramEmulator
from playground.deepgram.state import Adjustment, Project
from tests.providers.deepgram.conftest import ClientOf
from tests.providers.deepgram.test_models import JSON

GOOD = "8f1c2f3e-5b1e-4a53-9d64-2f4f1b1f7c11"
START, END = date(2026, 11, 17), date(2026, 11, 19)
WHOLE = RequestFilter(start=datetime(2026, 11, 17, tzinfo=UTC), end=datetime(2026, 11, 19, 23, 59, 59, tzinfo=UTC))
READS: list[Callable[[Deepgram, str], Awaitable[Any]]] = [
    lambda client, pid: client.usage(pid),
    lambda client, pid: client.usage_breakdown(pid, "tags"),
    lambda client, pid: client.billing_breakdown(pid),
    lambda client, pid: client.balances(pid),
    lambda client, pid: client.purchases(pid),
    lambda client, _: client.models(),
    lambda client, pid: client.members(pid),
    lambda client, pid: client.invites(pid),
]


def totals(usage: Usage) -> tuple[Decimal, Decimal, Decimal, int, int, int, int]:
    rows = usage.results
    return (
        sum((row.hours or Decimal() for row in rows), Decimal()),
        sum((row.total_hours or Decimal() for row in rows), Decimal()),
        sum((row.agent_hours or Decimal() for row in rows), Decimal()),
        sum(row.tokens_in or 0 for row in rows),
        sum(row.tokens_out or 0 for row in rows),
        sum(row.tts_characters or 0 for row in rows),
        sum(row.requests or 0 for row in rows),
    )


@pytest.mark.parametrize("grouping", get_args(Grouping))
async def test_the_parts_of_usage_are_its_whole(deepgram: Deepgram, project: Project, grouping: Grouping) -> None:
    whole = await deepgram.usage_breakdown(project.project_id, start=START, end=END)
    parts = await deepgram.usage_breakdown(project.project_id, grouping, start=START, end=END)
    assert totals(parts) == totals(whole)
    assert totals(whole)[-1] > 400
    assert (whole.start, whole.end, whole.units, len(whole.results)) == (START, END, "day", 3)


@pytest.mark.parametrize("grouping", [(), *((one,) for one in get_args(BillingGrouping)), get_args(BillingGrouping)])
async def test_the_parts_of_the_spending_are_what_the_requests_cost(
    deepgram: Deepgram, project: Project, grouping: tuple[BillingGrouping, ...]
) -> None:
    spent = await deepgram.billing_breakdown(project.project_id, grouping, start=START, end=END)
    records = [record async for record in deepgram.requests(project.project_id, WHOLE)]
    assert spent.dollars == sum((record.usd or Decimal() for record in records), Decimal())
    assert {(row.accessor is None, row.line_item is None) for row in spent.results} == {
        ("accessor" not in grouping, "line_item" not in grouping)
    }


async def test_usage_is_what_the_requests_say(deepgram: Deepgram, project: Project) -> None:
    records = [record async for record in deepgram.requests(project.project_id, WHOLE)]
    usage = await deepgram.usage_breakdown(project.project_id, "accessor", start=START, end=END)
    assert {row.accessor for row in usage.results} == {record.api_key_id for record in records if record.succeeded}
    assert totals(usage)[-1] == sum(record.succeeded is True for record in records)
    assert totals(usage)[5] == sum(record.tts_characters or 0 for record in records)
    seconds = sum((record.duration or Decimal() for record in records), Decimal())
    assert totals(usage)[0] == seconds / 3600


async def test_the_summary_agrees_with_the_breakdown(deepgram: Deepgram, project: Project) -> None:
    summary = await deepgram.usage(project.project_id, start=START, end=END)
    breakdown = await deepgram.usage_breakdown(project.project_id, start=START, end=END)
    for mine, other in zip(summary.results, breakdown.results, strict=True):
        assert (mine.start, mine.hours, mine.requests) == (other.start, other.hours, other.requests)
        assert (mine.tokens_in, mine.tts_characters) == (other.tokens_in, other.tts_characters)


async def test_tags_come_as_sets_and_a_tag_filter_takes_every_set_with_it(deepgram: Deepgram, project: Project) -> None:
    usage = await deepgram.usage_breakdown(project.project_id, "tags", start=START, end=END)
    assert {row.tags for row in usage.results} == {frozenset(), frozenset({"prod", "ivr"})}
    tagged = await deepgram.usage_breakdown(project.project_id, start=START, end=END, filters={"tag": "tag=ivr"})
    in_set = [row.requests or 0 for row in usage.results if row.tags and "ivr" in row.tags]
    assert totals(tagged)[-1] == sum(in_set) > 0


async def test_true_filters_widen_and_false_ones_narrow(deepgram: Deepgram, project: Project) -> None:
    async def number(**filters: bool) -> int:
        usage = await deepgram.usage_breakdown(project.project_id, start=START, end=END, filters=filters)
        return totals(usage)[-1]

    one, other, both = await number(smart_format=True), await number(diarize=True), await number(
        smart_format=True, diarize=True
    )  # fmt: skip
    neither, everything = await number(smart_format=False, diarize=False), await number()
    assert both == one + other
    assert neither == everything - both
    assert min(one, other, neither) > 0


async def test_what_is_left_falls_with_what_is_spent(owner: Deepgram, project: Project) -> None:
    [left] = [balance for balance in await owner.balances(project.project_id) if balance.units == "usd"]
    orders = (await owner.purchases(project.project_id)).orders
    bought = sum((order.amount or Decimal() for order in orders if order.units == "usd"), Decimal())
    assert left.amount == bought - (await owner.billing_breakdown(project.project_id)).dollars  # type: ignore[operator]  # known here
    assert await owner.balance(project.project_id, left.balance_id) == left
    with pytest.raises(NotFound):
        await owner.balance(project.project_id, GOOD)


async def test_a_credit_stands_on_its_day_and_line_and_is_left_to_spend(
    owner: Deepgram, emulator: DeepgramEmulator, project: Project
) -> None:
    async def told() -> list[Decimal | None]:
        whole = await owner.billing_breakdown(project.project_id, start=START, end=START)
        split = await owner.billing_breakdown(project.project_id, ("accessor", "line_item"), start=START, end=START)
        one = await owner.billing_breakdown(project.project_id, accessor=key.key_id, start=START, end=START)
        [left] = [balance.amount for balance in await owner.balances(project.project_id) if balance.units == "usd"]
        return [whole.dollars, split.dollars, one.dollars, -(left or Decimal())]

    key = project.streams[0]
    before = await told()
    emulator.state.projects[project.project_id].adjustments.append(Adjustment(START, key, "batch::nova-3", -12_345))
    assert await told() == [(amount or Decimal()) - Decimal("0.12345") for amount in before]


async def test_a_balance_is_the_same_as_text_and_as_a_number(
    deepgram: Deepgram, emulator: DeepgramEmulator, project: Project
) -> None:
    before = await deepgram.balances(project.project_id)
    emulator.state.amounts_are_text = True
    assert await deepgram.balances(project.project_id) == before


async def test_a_cut_list_of_purchases_says_so(deepgram: Deepgram, project: Project) -> None:
    cut, whole = await deepgram.purchases(project.project_id, 1), await deepgram.purchases(project.project_id)
    assert (len(cut.orders), cut.complete, whole.complete) == (1, False, True)
    assert whole.orders[0] == cut.orders[0]


async def test_fields_name_what_occurs(deepgram: Deepgram, project: Project) -> None:
    used = await deepgram.usage_fields(project.project_id, start=START, end=END)
    billed = await deepgram.billing_fields(project.project_id, start=START, end=END)
    spent = await deepgram.billing_breakdown(project.project_id, ["accessor", "line_item"], start=START, end=END)
    assert used.tags == billed.tags == frozenset({"prod", "ivr"})
    assert set(billed.accessors) == {row.accessor for row in spent.results}
    assert billed.line_items.keys() == {row.line_item for row in spent.results}
    assert billed.line_items["streaming::nova-3"] == "Nova - 3 (Stream)"
    assert {model.name for model in used.models} >= {"general"}


async def test_money_is_for_owners_and_admins(client_of: ClientOf, project: Project) -> None:
    with pytest.raises(ScopeMissing) as refusal:
        await client_of("member").billing_breakdown(project.project_id)
    assert refusal.value.scope == "billing:read"
    assert (await client_of("member").usage(project.project_id)).results


@pytest.mark.parametrize(
    "filters",
    [
        {"tags": "prod"}, {"Tag": "prod"}, {"smart-format": True}, {"diarise": True}, {"start": "2026-01-01"},
        {"grouping": "tags"}, {"diarize": "true"}, {"tag": True}, {"tag": ""}, {"tag": "tag="}, {"endpoint": "speech"},
        {"method": "batch"}, {"accessor": "all"}, {"model": "nova-3"}, {"deployment": " "}, {"": True},
    ],
)  # fmt: skip
async def test_a_filter_that_deepgram_would_ignore_is_refused_before_any_call(
    deepgram: Deepgram, emulator: DeepgramEmulator, project: Project, filters: dict[str, Any]
) -> None:
    for call in (deepgram.usage, deepgram.usage_breakdown):
        with pytest.raises(NotUnderstood):
            await call(project.project_id, filters=filters)
    assert not emulator.calls.kept


async def test_the_emulator_ignores_a_typo_as_deepgram_does(http: httpx.AsyncClient, project: Project) -> None:
    path = f"/v1/projects/{project.project_id}/usage/breakdown?start=2026-11-17&end=2026-11-19"
    right, typo, none = [(await http.get(path + part)).json() for part in ("&endpoint=speak", "&endpiont=speak", "")]
    assert typo == none != right


async def test_a_backward_period_or_an_unknown_grouping_reaches_no_wire(
    deepgram: Deepgram, emulator: DeepgramEmulator, project: Project
) -> None:
    odd: Any = "modle"
    for call in (
        deepgram.usage(project.project_id, start=END, end=START),
        deepgram.usage_breakdown(project.project_id, odd),
        deepgram.billing_breakdown(project.project_id, [odd]),
        deepgram.billing_fields(project.project_id, start=END, end=START),
        deepgram.billing_breakdown(project.project_id, tag=""),
        deepgram.billing_breakdown(project.project_id, accessor="x"),
    ):
        with pytest.raises(NotUnderstood):
            await call
    assert not emulator.calls.kept


@given(st.text(max_size=20))
def test_no_other_name_is_a_filter(name: str) -> None:
    if name not in FEATURES | VALUES:
        with pytest.raises(NotUnderstood):
            usage_params(None, None, {name: True})


@pytest.mark.parametrize("kind", ["truncated", "null", "empty", "html"])
@pytest.mark.parametrize("read", READS)
async def test_a_garbled_report_is_not_an_empty_one(
    deepgram: Deepgram, emulator: DeepgramEmulator, project: Project, read: Any, kind: Kind
) -> None:
    emulator.faults.add(kind, "GET", times=3)
    with pytest.raises(Unavailable):
        await read(deepgram, project.project_id)


@given(st.integers(0, 10**12), st.integers(1, 12))
async def test_money_keeps_every_digit(units: int, places: int) -> None:
    written = f"{units // 10**places}.{units % 10**places:0{places}d}"
    body = await Answer(200, f'{{"dollars": {written}, "grouping": {{}}}}').value()
    assert spending_of(body).dollars == Decimal(written)


@pytest.mark.parametrize("number", ["1e999", "1e99999999999999999999", "1e20", "NaN", "Infinity", "true", "[1]"])
async def test_an_absurd_amount_is_unknown_and_so_is_its_sum(number: str) -> None:
    body = await Answer(200, f'{{"results": [{{"dollars": 1.5}}, {{"dollars": {number}}}]}}').value()
    assert (await billing_of(body)).dollars is None


@given(
    JSON | st.dictionaries(st.sampled_from(["dollars", "grouping", "tags", "hours", "tokens", "tts", "start"]), JSON)
)
def test_any_json_is_a_bucket(value: Any) -> None:
    assert isinstance(bucket_of(value).models, tuple)
    assert spending_of(value).dollars is None or isinstance(spending_of(value).dollars, Decimal)
    assert purchase_of(value) is None


def test_a_prefix_before_a_tag_is_dropped() -> None:
    assert bucket_of({"grouping": {"tags": ["tag=dev", "prod"]}}).tags == frozenset({"dev", "prod"})
    assert bucket_of({"grouping": {"tags": None}}).tags is None


async def test_an_answer_without_results_is_trouble() -> None:
    async with httpx.AsyncClient(
        transport=httpx.MockTransport(lambda _: httpx.Response(200, json={"start": "2026-01-01"}))
    ) as client:
        with pytest.raises(Unavailable):
            await Deepgram(SecretStr("k"), client=client).usage(GOOD)
