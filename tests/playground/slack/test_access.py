"""Tokens, scopes, shapes of requests, and who may drive the page."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from playground.clock import PlaygroundClock
from playground.slack import SlackEmulator
from playground.slack.web_api.dispatch import METHODS
from playground.slack.web_api.rules import RULES
from tests.playground.slack.conftest import APP_TOKEN, BOT_TOKEN, SHORT, SIGNING_SECRET
from tests.playground.slack.driver import APPROVALS, GONE, PRIYA, Driver
from tests.playground.slack.refusals import refusal, refused_answer
from tests.playground.slack.samples import manifest


@pytest.fixture
async def poor(clock: PlaygroundClock) -> AsyncIterator[AsyncWebClient]:
    """A client whose app may only run commands."""
    scopes = tuple(scope for scope in manifest()["oauth_config"]["scopes"]["bot"] if scope != "commands")
    emulator = SlackEmulator(
        clock,
        transport="socket",
        signing_secret=SIGNING_SECRET,
        bot_token=BOT_TOKEN,
        app_token=APP_TOKEN,
        manifest=manifest(without_scopes=scopes),
        timings=SHORT,
    )
    base = await emulator.start()
    async with aiohttp.ClientSession() as session:
        yield AsyncWebClient(BOT_TOKEN, base_url=f"{base}/api/", session=session)
    await emulator.stop()


def test_every_method_has_its_rule() -> None:
    assert METHODS.keys() == RULES.keys()


async def test_an_unknown_method_is_never_a_silent_success(web: AsyncWebClient) -> None:
    assert await refusal(web.api_call("reactions.add", params={"name": "x"})) == "unknown_method"


async def test_a_token_must_be_the_right_one(web: AsyncWebClient) -> None:
    assert await refusal(web.auth_test(token="xoxb-other")) == "invalid_auth"
    assert await refusal(web.auth_test(token=APP_TOKEN)) == "not_allowed_token_type"
    assert await refusal(web.apps_connections_open(app_token=BOT_TOKEN)) == "not_allowed_token_type"
    anybody = AsyncWebClient(base_url=web.base_url, session=web.session)
    assert await refusal(anybody.auth_test()) == "not_authed"
    assert (await anybody.api_test(foo="bar"))["args"]["foo"] == "bar"


@pytest.mark.parametrize(
    ("method", "arguments", "needed"),
    [
        ("chat.postMessage", {"channel": APPROVALS, "text": "x"}, "chat:write"),
        ("users.info", {"user": PRIYA}, "users:read"),
        ("conversations.open", {"users": PRIYA}, "im:write"),
        ("files.getUploadURLExternal", {"filename": "x", "length": "1"}, "files:write"),
        ("team.info", {}, "team:read"),
    ],
)
async def test_a_method_without_its_scope_says_what_is_needed(
    poor: AsyncWebClient, method: str, arguments: dict[str, str], needed: str
) -> None:
    answer = await refused_answer(poor.api_call(method, params=arguments))
    assert (answer["error"], answer["provided"]) == ("missing_scope", "commands")
    assert needed in answer["needed"].split(",")


async def test_views_and_auth_need_no_scope(poor: AsyncWebClient) -> None:
    answer = await poor.auth_test()
    assert answer.headers["x-oauth-scopes"] == "commands"
    assert await refusal(poor.views_open(trigger_id="1.2.3", view={"type": "modal"})) == "invalid_trigger_id"


async def test_a_scope_for_one_kind_of_channel_does_not_open_another(web: AsyncWebClient) -> None:
    answer = await refused_answer(web.conversations_history(channel="C0SECURE007"))
    assert (answer["error"], answer["needed"]) == ("missing_scope", "groups:history")


@pytest.mark.parametrize("verb", ["get", "form", "json"])
async def test_every_method_takes_get_form_and_json(web: AsyncWebClient, verb: str) -> None:
    arguments = {"user": PRIYA}
    call = {
        "get": web.api_call("users.info", http_verb="GET", params=arguments),
        "form": web.api_call("users.info", data=arguments),
        "json": web.api_call("users.info", json=arguments),
    }
    wanted = call.pop(verb)
    for other in call.values():
        other.close()
    assert (await wanted)["user"]["tz"] == "Asia/Kolkata"


async def test_blocks_that_are_not_json_are_refused(web: AsyncWebClient) -> None:
    arguments = {"channel": APPROVALS, "text": "x", "blocks": "{not json"}
    assert await refusal(web.api_call("chat.postMessage", data=arguments)) == "invalid_blocks_format"


@pytest.mark.parametrize(
    "path", ["/ui/state", "/clock", "/faults", "/inspect/history", "/ui/socket", "/providers/x/faults"]
)
@pytest.mark.parametrize("header", [{"Origin": "https://evil.example"}, {"Host": "evil.example"}])
async def test_a_foreign_page_or_a_rebound_name_gets_403(people: Driver, path: str, header: dict[str, str]) -> None:
    async with people.client.get(f"{people.base}{path}?user={PRIYA}", headers=header) as answer:
        assert answer.status == 403


async def test_the_own_page_and_localhost_are_let_in(people: Driver) -> None:
    named = people.base.replace("127.0.0.1", "localhost")
    for base in (people.base, named):
        async with people.client.get(f"{base}/ui/state", headers={"Origin": base}) as answer:
            assert answer.status == 200


async def test_deactivated_people_and_bots_cannot_act(people: Driver) -> None:
    assert (await people.say(GONE, APPROVALS, "hello"))["error"] == "account_inactive"
    assert (await people.say("U0BUILD0013", APPROVALS, "hello"))["error"] == "user_not_found"


async def test_a_malformed_body_of_the_page_is_a_bad_request(people: Driver) -> None:
    async with people.client.post(f"{people.base}/ui/action", json={"user": PRIYA}) as answer:
        assert (answer.status, (await answer.json())["error"]) == (400, "bad_request")
