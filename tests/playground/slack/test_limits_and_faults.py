"""Rate limits, response_url, and faults on demand."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from playground.slack import SlackEmulator
from playground.slack.rate_limits import MESSAGE_BURST
from playground.slack.response_urls import USES, ResponseUrl
from tests.playground.slack.driver import AMARA, APPROVALS, PRIYA, SPEECH, Driver
from tests.playground.slack.refusals import refusal
from tests.waiting import until


async def test_a_channel_takes_about_one_message_a_second_after_a_burst(web: AsyncWebClient) -> None:
    for _ in range(MESSAGE_BURST):
        await web.chat_postMessage(channel=APPROVALS, text="x")
    with pytest.raises(SlackApiError) as caught:
        await web.chat_postMessage(channel=APPROVALS, text="x")
    response = caught.value.response
    assert (response.status_code, response["error"], response.headers["Retry-After"]) == (429, "ratelimited", "1")
    assert (await web.chat_postMessage(channel=SPEECH, text="x"))["ok"]


async def test_a_method_has_its_tier(slack: SlackEmulator) -> None:
    limits = slack.state.rate_limits
    waits = [limits.wait_for("users.list", tier=2) for _ in range(41)]
    assert (set(waits[:40]), waits[40] > 0) == ({0}, True)


async def test_rate_limits_can_be_switched_off_for_load_tests(slack: SlackEmulator) -> None:
    slack.state.rate_limits.enabled = False
    assert not any(slack.state.rate_limits.wait_for("users.list", tier=2) for _ in range(500))


async def post(people: Driver, url: str, **body: object) -> tuple[int, str]:
    async with people.client.post(url, json=body) as answer:
        return answer.status, await answer.text()


async def test_a_response_url_works_five_times(slack: SlackEmulator, people: Driver) -> None:
    url = f"{people.base}/response/{slack.state.response_urls.issue(ResponseUrl(SPEECH, PRIYA))}"
    outcomes = [await post(people, url, text=str(number)) for number in range(USES + 1)]
    assert outcomes == [(200, "ok")] * USES + [(404, "used_url")]


async def test_a_response_url_dies_after_thirty_minutes(slack: SlackEmulator, people: Driver) -> None:
    place = ResponseUrl(SPEECH, PRIYA)
    url = f"{people.base}/response/{slack.state.response_urls.issue(place)}"
    place.born -= 30 * 60 + 1
    assert await post(people, url, text="late") == (404, "expired_url")


async def test_a_response_url_replaces_and_deletes_an_ephemeral(
    slack: SlackEmulator, web: AsyncWebClient, people: Driver
) -> None:
    tab = await people.tab(PRIYA)
    ts = (await web.chat_postEphemeral(channel=SPEECH, user=PRIYA, text="one"))["message_ts"]
    place = ResponseUrl(SPEECH, PRIYA, ts, ephemeral=True)
    url = f"{people.base}/response/{slack.state.response_urls.issue(place)}"
    await post(people, url, text="two", replace_original=True)
    assert (await tab.next("ephemeral_replaced"))["message"]["text"] == "two"
    await post(people, url, delete_original=True)
    assert (await tab.next("ephemeral_replaced"))["message"] is None
    assert not [one for one in await people.messages(PRIYA, SPEECH) if one.get("ephemeral")]


@pytest.mark.parametrize(
    ("fault", "status", "error"),
    [
        ({"kind": "ratelimited", "seconds": 7}, 429, "ratelimited"),
        ({"kind": "error", "error": "fatal_error"}, 200, "fatal_error"),
    ],
)
async def test_a_fault_strikes_as_often_as_asked(
    web: AsyncWebClient, people: Driver, fault: dict[str, object], status: int, error: str
) -> None:
    await people.do("/faults", method="auth.test", **fault)
    with pytest.raises(SlackApiError) as caught:
        await web.auth_test()
    assert (caught.value.response.status_code, caught.value.response["error"]) == (status, error)
    assert (await web.auth_test())["ok"]


async def test_a_server_error_is_no_json(web: AsyncWebClient, people: Driver) -> None:
    await people.do("/faults", method="auth.test", kind="http_500")
    with pytest.raises(SlackApiError) as caught:
        await web.auth_test()
    assert caught.value.response.status_code == 500


@pytest.mark.parametrize(("kind", "happened"), [("timeout_before", False), ("timeout_after", True)])
async def test_a_lost_answer_may_or_may_not_have_happened(
    web: AsyncWebClient, people: Driver, kind: str, happened: bool
) -> None:
    web.retry_handlers.clear()
    await people.do("/faults", method="chat.postMessage", kind=kind, seconds=0.01)
    with pytest.raises(aiohttp.ClientError):
        await web.chat_postMessage(channel=APPROVALS, text="was it said?")
    said = [one["text"] for one in await people.messages(AMARA, APPROVALS)]
    assert ("was it said?" in said) is happened


async def test_a_slow_call_lands_after_the_client_gave_up(
    slack: SlackEmulator, web: AsyncWebClient, people: Driver
) -> None:
    await people.do("/faults", method="chat.postMessage", kind="slow", seconds=0.1)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(web.chat_postMessage(channel=APPROVALS, text="late"), 0.03)
    assert "late" not in [one["text"] for one in await people.messages(AMARA, APPROVALS)]
    await until(lambda: bool(slack.state.record.calls))
    assert "late" in [one["text"] for one in await people.messages(AMARA, APPROVALS)]


async def test_faults_are_listed_cleared_and_checked(web: AsyncWebClient, people: Driver) -> None:
    assert (await people.do("/faults", method="*", kind="error", times=9))["faults"][0]["times"] == 9
    assert await refusal(web.auth_test()) == "internal_error"
    async with people.client.delete(f"{people.base}/faults") as answer:
        assert (await answer.json())["faults"] == []
    assert (await people.do("/faults", method="auth.test", kind="earthquake"))["ok"] is False


async def test_blocks_are_refused_on_demand_until_cleared(web: AsyncWebClient, people: Driver) -> None:
    table = [{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}]
    async with people.client.post(f"{people.base}/faults/blocks", json={"types": ["table"]}) as answer:
        assert (await answer.json())["refused_blocks"]["types"] == ["table"]
    with pytest.raises(SlackApiError) as caught:
        await web.chat_postMessage(channel=SPEECH, text="x", blocks=table)
    assert caught.value.response["response_metadata"]["messages"] == [
        "[ERROR] unsupported type: table [json-pointer:/blocks/0/type]"
    ]
    async with people.client.post(f"{people.base}/faults/blocks", json={"pointing": "nonsense"}) as answer:
        assert answer.status == 400
    await people.client.delete(f"{people.base}/faults")
    assert (await web.chat_postMessage(channel=SPEECH, text="x", blocks=table))["ok"]
