"""The page arms a provider's faults through its own server, and nobody else's."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from playground.clock import PlaygroundClock
from playground.deepgram.server import DeepgramEmulator
from playground.slack import SlackEmulator
from tests.playground.slack.driver import Driver

FAULTS = "/providers/Deepgram/faults"
CREATION = {"match": {"method": "POST", "path_regex": "/keys$"}, "kind": "timeout_after", "times": None}


@pytest.fixture
async def deepgram(clock: PlaygroundClock, slack: SlackEmulator) -> AsyncIterator[DeepgramEmulator]:
    """An emulated provider that the emulated Slack was told of."""
    emulator = DeepgramEmulator(clock.now)
    slack.state.providers.append({"name": "Deepgram", "url": await emulator.start()})
    yield emulator
    await emulator.stop()


async def test_a_fault_is_armed_listed_and_cleared_at_the_provider(people: Driver, deepgram: DeepgramEmulator) -> None:
    async with people.client.post(people.base + FAULTS, json=CREATION) as answer:
        assert (await answer.json())["faults"][0]["match"] == {
            "method": "POST",
            "path_regex": "/keys$",
            "query_regex": "",
        }
    assert [fault.kind for fault in deepgram.faults.active] == ["timeout_after"]
    assert len((await people.read(FAULTS))["faults"]) == 1
    async with people.client.delete(people.base + FAULTS) as answer:
        assert (await answer.json())["faults"] == []
    assert deepgram.faults.active == []


async def test_a_fault_that_makes_no_sense_is_refused_as_the_provider_refuses_it(
    people: Driver, deepgram: DeepgramEmulator
) -> None:
    async with people.client.post(people.base + FAULTS, json={"kind": "earthquake"}) as answer:
        assert answer.status == 400
    assert deepgram.faults.active == []


@pytest.mark.usefixtures("deepgram")
@pytest.mark.parametrize("name", ["Nobody", "127.0.0.1:80", "..%2Fui", "Deepgram%2F.."])
async def test_only_the_named_providers_are_asked(people: Driver, name: str) -> None:
    assert (await people.read(f"/providers/{name}/faults"))["error"] == "provider_not_found"


@pytest.mark.parametrize("header", [{"Origin": "https://evil.example"}, {"Host": "evil.example"}])
async def test_a_foreign_page_arms_nothing(people: Driver, deepgram: DeepgramEmulator, header: dict[str, str]) -> None:
    async with people.client.post(people.base + FAULTS, json=CREATION, headers=header) as answer:
        assert answer.status == 403
    assert deepgram.faults.active == []


async def test_a_provider_that_is_gone_is_said_so(people: Driver, deepgram: DeepgramEmulator) -> None:
    await deepgram.stop()
    assert (await people.read(FAULTS))["error"] == "provider_unreachable"


async def test_a_fault_of_slack_lasts_until_cleared_when_it_has_no_number(people: Driver, slack: SlackEmulator) -> None:
    await people.do("/faults", method="auth.test", kind="error", error="fatal_error", times=None)
    form = aiohttp.FormData({"token": slack.state.tokens.bot})
    for _ in range(3):
        async with people.client.post(f"{people.base}/api/auth.test", data=form()) as answer:
            assert (await answer.json())["error"] == "fatal_error"
    assert (await people.read("/faults"))["faults"][0]["times"] is None
