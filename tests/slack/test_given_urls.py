"""Answers go to Slack's own hosts and nowhere else, and a refusal is one whatever its status says."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from structlog.testing import capture_logs

from bot.slack.call import Call
from bot.slack.codes.sentences import Meaning
from bot.slack.connection import Slack
from bot.slack.given_urls import GivenUrls
from bot.slack.web import SlackError, SlackUnclear
from tests.slack.conftest import Desk
from tests.slack.fake_api import FakeApi
from tests.slack.listeners import keys_door
from tests.slack.payloads import command

ELSEWHERE = [
    "https://evil.example/commands/T1/1/x",
    "https://hooks.slack.com.evil.example/x",
    "https://evil.example/hooks.slack.com",
    "https://hooks.slack.com@evil.example/x",
    "https://user:word@hooks.slack.com/x",
    "https://hooks.slack.com:8443/x",
    "http://hooks.slack.com/x",
    "ftp://hooks.slack.com/x",
    "https://slack.com/x",
    "https://evil.example\\@hooks.slack.com/x",
    "//hooks.slack.com/x",
    "http://169.254.169.254/latest/meta-data",
    "http://127.0.0.1:9/response/1",
    "http://localhost/response/1",
    "file:///etc/passwd",
    "hooks.slack.com/x",
    "",
    "https://",
    "https://[::1",
]


@pytest.fixture
async def urls() -> AsyncIterator[GivenUrls]:
    async with aiohttp.ClientSession() as session:
        yield GivenUrls(session, "https://slack.com/api/", 1.0)


@pytest.mark.parametrize("address", ELSEWHERE)
async def test_no_answer_goes_to_an_address_that_is_not_slacks(
    urls: GivenUrls, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def posted(*_: object, **__: object) -> None:
        pytest.fail("something was sent")

    monkeypatch.setattr(aiohttp.ClientSession, "post", posted)
    with capture_logs() as logs, pytest.raises(SlackError) as refused:
        await urls.respond(address, {"text": "the canary"})

    assert refused.value.code == "address_refused"
    assert refused.value.meaning is Meaning.LOST
    assert [each["event"] for each in logs] == ["slack.response_url_refused"]
    assert not any(word in str(logs) for word in ("canary", "evil", "169.254"))


@pytest.mark.parametrize("host", ["hooks.slack.com", "hooks.slack-gov.com", "HOOKS.SLACK.COM"])
async def test_slacks_own_hosts_are_answered(urls: GivenUrls, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def posted(_: object, url: object, **given: Any) -> None:
        asked.append(str(url))
        assert given["allow_redirects"] is False
        raise aiohttp.ClientConnectionError

    monkeypatch.setattr(aiohttp.ClientSession, "post", posted)
    with pytest.raises(SlackUnclear):
        await urls.respond(f"https://{host}/commands/T1/1/x", {"text": "words"})

    assert asked == [f"https://{host.lower()}/commands/T1/1/x"]


async def test_the_emulated_slack_on_this_machine_is_answered_and_no_other_port(api: FakeApi, slack: Slack) -> None:
    await slack.interactive.respond(api.response_url, {"text": "words"})

    assert [each["text"] for each in api.responses] == ["words"]
    with pytest.raises(SlackError, match="address_refused"):
        await slack.interactive.respond(api.response_url.replace(str(api.port), "9"), {"text": "words"})


REFUSALS: list[tuple[int, str, str]] = [
    (200, '{"ok": false, "error": "expired_url"}', "expired_url"),
    (200, '{"ok": false, "error": "invalid_blocks"}', "invalid_blocks"),
    (200, '{"error": "user_not_found"}', "user_not_found"),
    (404, '{"ok":false,"error":"used_url"}', "used_url"),
    (404, "no_service", "no_service"),
    (404, "", "http_404"),
    (403, "action_prohibited", "action_prohibited"),
    (410, "channel_is_archived", "channel_is_archived"),
    (302, "", "http_302"),
    (404, "<html>not here</html>", "unreadable_code"),
]


@pytest.mark.parametrize(("status", "body", "code"), REFUSALS)
async def test_a_refusal_is_one_whatever_its_status_says(
    api: FakeApi, slack: Slack, status: int, body: str, code: str
) -> None:
    api.response_status, api.response_body = status, body

    with pytest.raises(SlackError) as refused:
        await slack.interactive.respond(api.response_url, {"text": "words"})

    assert refused.value.code == code


@pytest.mark.parametrize("body", ["<html>a proxy says hello</html>", "maybe", "[]"])
async def test_what_is_neither_yes_nor_no_is_unclear(api: FakeApi, slack: Slack, body: str) -> None:
    api.response_body = body

    with pytest.raises(SlackUnclear):
        await slack.interactive.respond(api.response_url, {"text": "words"})


@pytest.mark.parametrize("body", ["ok", "", '{"ok": true}', " ok\n"])
async def test_a_yes_is_one(api: FakeApi, slack: Slack, body: str) -> None:
    api.response_body = body

    await slack.interactive.respond(api.response_url, {"text": "words"})


async def test_who_sends_a_foreign_response_url_is_told_by_another_way(desk: Desk) -> None:
    async def listener(call: Call) -> None:
        assert await call.tell("Here it is.") == "ephemeral"

    send = await desk.open(keys_door(listener))
    await send(command("keys list", response_url="https://evil.example/x"))
    await desk.settled()

    assert [each["text"] for each in desk.api.called("chat.postEphemeral")] == ["Here it is."]


async def test_a_refusal_in_the_body_of_a_200_is_told_by_another_way(desk: Desk) -> None:
    async def listener(call: Call) -> None:
        assert await call.tell("Here it is.") == "ephemeral"

    desk.api.response_body = '{"ok": false, "error": "expired_url"}'
    send = await desk.open(keys_door(listener))
    await send(command("keys list", response_url=desk.api.response_url))
    await desk.settled()

    assert [each["text"] for each in desk.api.called("chat.postEphemeral")] == ["Here it is."]
