"""The Web API's answers, mapped once, and the view that may or may not have been shown."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

import pytest
from structlog.testing import capture_logs

from bot.slack.blocks import modal, section
from bot.slack.call import OpenView
from bot.slack.connection import Slack, connect
from bot.slack.web import SlackError, SlackRateLimited, SlackUnclear, SlackWeb
from tests.slack.fake_api import FakeApi

Asks = Callable[[SlackWeb], Awaitable[object]]
VIEW = modal("key", "Your key", [section("the canary is sk-12345")])


async def test_a_message_carries_text_and_blocks_without_previews(api: FakeApi, slack: Slack) -> None:
    ts = await slack.background.post("C1", "words", [section("x")], metadata={"event_type": "card"})

    [said] = api.called("chat.postMessage")
    assert ts.startswith("1700000000.")
    assert said["unfurl_links"] is False
    assert said["metadata"] == {"event_type": "card"}


async def test_a_message_is_not_repeated_when_unclear(api: FakeApi, slack: Slack) -> None:
    api.break_down("chat.postMessage")

    with pytest.raises(SlackUnclear, match="service_unavailable"):
        await slack.background.post("C1", "words")

    assert len(api.called("chat.postMessage")) == 1


async def test_what_may_be_repeated_is_repeated_once(api: FakeApi, slack: Slack) -> None:
    api.break_down("chat.update")
    api.break_down("users.info")
    api.answers["users.info"].append((200, {"ok": True, "user": {"id": "U1"}}))

    await slack.background.update("C1", "1.1", "words", [])

    assert (await slack.interactive.user_profile("U1"))["id"] == "U1"
    assert [given["blocks"] for given in api.called("chat.update")] == [[], []]


async def test_a_refused_drawing_is_an_error_only_where_nothing_mends_it(api: FakeApi, slack: Slack) -> None:
    api.refuse("chat.postMessage", "invalid_blocks")
    api.refuse("views.update", "invalid_blocks")

    with capture_logs() as logs:
        await slack.background.post("C1", "words", [section("x")])
        with pytest.raises(SlackError, match="invalid_blocks"):
            await slack.interactive.update_view_once("V1", "h", VIEW)

    errors = [(entry["event"], entry["method"]) for entry in logs if entry["log_level"] == "error"]
    assert errors == [("slack.refused_ours", "views.update")]
    assert [len(api.called(method)) for method in ("chat.postMessage", "views.update")] == [2, 1]


async def test_only_the_background_waits_out_a_rate_limit(api: FakeApi, slack: Slack) -> None:
    limited = (429, {"ok": False, "error": "ratelimited"})
    api.answers["chat.postMessage"] = [limited]

    with pytest.raises(SlackRateLimited) as refused:
        await slack.interactive.post("C1", "words")
    assert refused.value.retry_after == 1

    api.answers["chat.postMessage"] = [limited]
    assert await slack.background.post("C1", "words")


async def test_members_are_read_page_after_page(api: FakeApi, slack: Slack) -> None:
    api.answers["conversations.members"] = [
        (200, {"ok": True, "members": ["U1", "U2"], "response_metadata": {"next_cursor": "more"}}),
        (200, {"ok": True, "members": ["U3"], "response_metadata": {"next_cursor": ""}}),
    ]

    assert [member async for member in slack.background.members("C1")] == ["U1", "U2", "U3"]
    assert [given.get("cursor") for given in api.called("conversations.members")] == [None, "more"]


async def test_a_bad_token_is_told_by_its_code(api: FakeApi, slack: Slack) -> None:
    api.refuse("auth.test", "invalid_auth")

    with pytest.raises(SlackError, match=r"auth.test: invalid_auth"):
        await slack.interactive.auth_test()


async def test_the_identity_knows_its_scopes(slack: Slack) -> None:
    identity = await slack.interactive.auth_test()

    assert identity.scopes == {"chat:write", "commands"}


async def test_no_error_carries_an_answer(api: FakeApi, slack: Slack) -> None:
    api.answers["views.update"] = [(200, {"ok": False, "error": "not_found", "view": VIEW})]

    with pytest.raises(SlackError) as refused:
        await slack.interactive.update_view("V1", "h", VIEW)

    assert "canary" not in repr(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


async def test_a_server_that_is_away_is_unclear() -> None:
    away = connect("xoxb-test", "http://127.0.0.1:9/api")
    try:
        with pytest.raises(SlackUnclear):
            await away.interactive.open_view("1.2", VIEW)
    finally:
        await away.close()


async def test_a_shown_view_learns_its_new_hash(slack: Slack) -> None:
    view = OpenView(slack.interactive, "V1", "h0")

    assert await view.update(VIEW) == "shown"
    assert view.hash != "h0"


@pytest.mark.parametrize("error", ["not_found", "hash_conflict", "ratelimited"])
async def test_a_view_that_slack_refuses_to_update_is_gone(api: FakeApi, slack: Slack, error: str) -> None:
    api.refuse("views.update", error)

    assert await OpenView(slack.interactive, "V1", "h0").update(VIEW) == "gone"


async def test_a_conflict_after_an_unclear_update_means_it_was_shown(api: FakeApi, slack: Slack) -> None:
    api.break_down("views.update")
    api.refuse("views.update", "hash_conflict")

    assert await OpenView(slack.interactive, "V1", "h0").update(VIEW) == "shown"
    assert [given["hash"] for given in api.called("views.update")] == ["h0", "h0"]


async def test_an_update_that_stays_unclear_says_so(api: FakeApi, slack: Slack) -> None:
    api.break_down("views.update", times=2)

    assert await OpenView(slack.interactive, "V1", "h0").update(VIEW) == "unclear"


async def test_a_view_is_in_no_log_whatever_the_level(slack: Slack, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    view_id, hash_ = await slack.interactive.open_view("1.2", VIEW)
    await slack.interactive.update_view(view_id, hash_, VIEW)

    assert "canary" not in caplog.text


LACKING: list[tuple[str, dict[str, object], Asks]] = [
    ("chat.postMessage", {}, lambda web: web.post("C1", "words")),
    ("conversations.open", {"channel": None}, lambda web: web.open_dm("U1")),
    ("conversations.open", {"channel": {}}, lambda web: web.open_dm("U1")),
    ("users.info", {"user": None}, lambda web: web.user_profile("U1")),
    ("conversations.info", {}, lambda web: web.channel("C1")),
    ("conversations.members", {}, lambda web: web.members("C1").__anext__()),
    ("conversations.members", {"members": None}, lambda web: web.members("C1").__anext__()),
    ("usergroups.list", {}, lambda web: web.user_groups()),
    ("usergroups.list", {"usergroups": [{"handle": "team"}]}, lambda web: web.user_groups()),
    ("usergroups.list", {"usergroups": [None]}, lambda web: web.user_groups()),
    ("views.open", {}, lambda web: web.open_view("T1", VIEW)),
    ("views.push", {"view": None}, lambda web: web.push_view("T1", VIEW)),
    ("views.update", {"view": {"id": "V1"}}, lambda web: web.update_view("V1", "h", VIEW)),
    ("views.update", {"view": {"id": "V1", "hash": None}}, lambda web: web.update_view_once("V1", "h", VIEW)),
    ("auth.test", {"team_id": "T1"}, lambda web: web.auth_test()),
]


@pytest.mark.parametrize(("method", "answer", "ask"), LACKING, ids=[f"{row[0]} {row[1]}" for row in LACKING])
async def test_an_answer_without_what_it_must_carry_says_nothing(
    api: FakeApi, slack: Slack, method: str, answer: dict[str, object], ask: Asks
) -> None:
    api.answers[method] = [(200, {"ok": True} | answer)] * 2
    with pytest.raises(SlackUnclear, match="incomplete_answer"):
        await ask(slack.interactive)
    assert len(api.called(method)) == 1


async def test_a_page_without_a_cursor_is_the_last(api: FakeApi, slack: Slack) -> None:
    api.answers["conversations.members"] = [
        (200, {"ok": True, "members": ["U1"], "response_metadata": {"next_cursor": "more"}}),
        (200, {"ok": True, "members": ["U2"], "response_metadata": None}),
    ]
    assert [each async for each in slack.interactive.members("C1")] == ["U1", "U2"]
