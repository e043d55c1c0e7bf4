"""Socket Mode on the wire."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from playground.clock import PlaygroundClock
from playground.slack import SlackEmulator
from tests.playground.slack.bots import running
from tests.playground.slack.conftest import APP_TOKEN
from tests.playground.slack.driver import PRIYA, SPEECH, Driver
from tests.waiting import until

Json = dict[str, Any]


async def connected(web: AsyncWebClient, people: Driver) -> aiohttp.ClientWebSocketResponse:
    url = (await web.apps_connections_open(app_token=APP_TOKEN))["url"]
    assert url.startswith("ws://127.0.0.1:")
    return await people.client.ws_connect(url)


async def test_a_connection_is_greeted_and_its_ticket_works_once(web: AsyncWebClient, people: Driver) -> None:
    url = (await web.apps_connections_open(app_token=APP_TOKEN))["url"]
    socket = await people.client.ws_connect(url)
    hello = await socket.receive_json()
    assert (hello["type"], hello["num_connections"]) == ("hello", 1)
    assert "approximate_connection_time" in hello["debug_info"]
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await people.client.ws_connect(url)


async def test_each_payload_goes_to_one_of_ten_connections(
    slack: SlackEmulator, web: AsyncWebClient, people: Driver
) -> None:
    slack.state.rate_limits.enabled = False
    sockets = [await connected(web, people) for _ in range(11)]
    taken: Counter[int] = Counter()

    async def serve(number: int) -> None:
        async for message in sockets[number]:
            frame = message.json()
            if frame["type"] == "slash_commands":
                assert frame["accepts_response_payload"] is True
                taken[number] += 1
                await sockets[number].send_json({"envelope_id": frame["envelope_id"]})

    servers = [asyncio.create_task(serve(number)) for number in range(10)]
    assert (await sockets[10].receive_json())["reason"] == "too_many_websockets"
    for _ in range(20):
        assert (await people.say(PRIYA, SPEECH, "/desk x"))["ok"]
    assert taken == Counter(dict.fromkeys(range(10), 2))
    for server in servers:
        server.cancel()


async def test_without_a_connection_a_command_fails_at_once(people: Driver) -> None:
    assert (await people.say(PRIYA, SPEECH, "/desk x"))["error"] == "dispatch_failed"


async def test_what_was_not_acked_comes_again_on_demand(web: AsyncWebClient, people: Driver) -> None:
    socket = await connected(web, people)
    await socket.receive_json()
    assert (await people.say(PRIYA, SPEECH, "/desk x"))["error"] == "operation_timeout"
    first = await socket.receive_json()
    await people.do("/faults", delivery="redeliver")
    assert await socket.receive_json() == first
    await socket.send_json({"envelope_id": first["envelope_id"]})


async def test_an_event_that_fails_is_retried_with_its_number(
    slack: SlackEmulator, web: AsyncWebClient, people: Driver
) -> None:
    socket = await connected(web, people)
    await socket.receive_json()
    await people.say(PRIYA, SPEECH, "@keydesk hello")
    frames = [await socket.receive_json() for _ in range(2)]
    assert [one["retry_attempt"] for one in frames] == [0, 1]
    assert frames[0]["payload"]["event_id"] == frames[1]["payload"]["event_id"]
    await socket.send_json({"envelope_id": frames[1]["envelope_id"]})
    await slack.state.background.settle()
    outcomes = [one["outcome"] for one in slack.state.record.deliveries]
    assert outcomes == ["operation_timeout", "acked"]


async def test_an_event_may_come_twice(clock: PlaygroundClock) -> None:
    async with running("socket", clock) as (_, desk, people):
        await people.do("/faults", delivery="duplicate")
        await people.say(PRIYA, SPEECH, "@keydesk hello")
        await desk.first("app_mention", count=2)
        assert len({one["event_id"] for one in desk.of_type("app_mention")}) == 1
        assert sorted(one.get("x-slack-retry-num", ["0"])[0] for one in desk.headers) == ["0", "1"]


@pytest.mark.parametrize("disturbance", ["refresh_requested", "drop", "silent"])
async def test_the_stock_client_comes_back_after_a_disturbance(clock: PlaygroundClock, disturbance: str) -> None:
    async with running("socket", clock) as (slack, _, people):
        tab = await people.tab(PRIYA)
        await people.do("/faults", delivery=disturbance)
        assert (await tab.next("bot"))["connected"] is False
        await until(lambda: slack.state.delivery.connected)


async def test_a_silent_connection_stands_open_and_nothing_comes(web: AsyncWebClient, people: Driver) -> None:
    socket = await connected(web, people)
    await socket.receive_json()
    await people.do("/faults", delivery="silent")
    assert (await people.say(PRIYA, SPEECH, "/desk x"))["error"] == "operation_timeout"
    assert not socket.closed
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(socket.receive(), 0.02)


async def test_a_stalled_connection_answers_pings_but_brings_nothing(web: AsyncWebClient, people: Driver) -> None:
    url = (await web.apps_connections_open(app_token=APP_TOKEN))["url"]
    socket = await people.client.ws_connect(url, autoping=False)
    await socket.receive_json()
    await people.do("/faults", delivery="stalled")
    assert (await people.say(PRIYA, SPEECH, "/desk x"))["error"] == "operation_timeout"
    await socket.ping(b"anybody there?")
    assert (await socket.receive()).type is aiohttp.WSMsgType.PONG


async def test_a_warning_leaves_the_connection_open(web: AsyncWebClient, people: Driver) -> None:
    socket = await connected(web, people)
    await socket.receive_json()
    await people.do("/faults", delivery="warning")
    assert (await socket.receive_json())["reason"] == "warning"
    assert not socket.closed
