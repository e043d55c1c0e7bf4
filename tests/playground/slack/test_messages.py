"""Messages: where they may go, who sees them, how they change."""

from __future__ import annotations

from datetime import timedelta

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from playground.clock import PlaygroundClock
from playground.slack import SlackEmulator
from tests.playground.slack.bots import running
from tests.playground.slack.conftest import BOT_TOKEN
from tests.playground.slack.driver import (
    AMARA,
    APPROVALS,
    ARCHIVED,
    GENERAL,
    GONE,
    GUEST,
    LIWEI,
    PARTNER,
    PRIYA,
    SECRET,
    SHARED,
    SPEECH,
    Driver,
)
from tests.playground.slack.refusals import refusal, refused_answer
from tests.playground.slack.samples import Json, buttons, section


@pytest.mark.parametrize(
    ("channel", "error"),
    [
        ("C0NOWHERE00", "channel_not_found"),
        (GENERAL, "not_in_channel"),
        (ARCHIVED, "is_archived"),
        (GONE, "channel_not_found"),
        ("", "invalid_arguments"),
    ],
)
async def test_a_message_goes_only_where_the_bot_may_post(web: AsyncWebClient, channel: str, error: str) -> None:
    assert await refusal(web.chat_postMessage(channel=channel, text="x")) == error


async def test_a_private_channel_without_the_bot_does_not_exist_for_it(
    slack: SlackEmulator, web: AsyncWebClient
) -> None:
    slack.state.workspace.channels[SECRET].members.remove("U0KEYDESK01")
    assert await refusal(web.chat_postMessage(channel=SECRET, text="x")) == "channel_not_found"


async def test_a_message_needs_text_or_blocks(web: AsyncWebClient) -> None:
    assert await refusal(web.api_call("chat.postMessage", params={"channel": APPROVALS})) == "no_text"


async def test_text_is_cut_at_forty_thousand_characters_with_a_warning(web: AsyncWebClient) -> None:
    answer = await web.chat_postMessage(channel=APPROVALS, text="x" * 40_100)
    assert (len(answer["message"]["text"]), answer["warning"]) == (40_000, "message_truncated")


async def test_blocks_that_slack_would_not_show_are_refused_with_the_reason(web: AsyncWebClient) -> None:
    bad = [buttons("one") | {"elements": []}]
    answer = await refused_answer(web.chat_postMessage(channel=APPROVALS, text="x", blocks=bad))
    assert answer["error"] == "invalid_blocks"
    assert "[json-pointer:/blocks/0/elements]" in answer["response_metadata"]["messages"][0]


async def test_blocks_with_too_much_text_are_refused(web: AsyncWebClient) -> None:
    blocks = [section("x" * 2_900) for _ in range(5)]
    assert await refusal(web.chat_postMessage(channel=APPROVALS, text="x", blocks=blocks)) == "msg_blocks_too_long"


async def test_blocks_without_ids_get_them(web: AsyncWebClient) -> None:
    block = {"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Go"}}]}
    kept = (await web.chat_postMessage(channel=APPROVALS, text="x", blocks=[block]))["message"]["blocks"][0]
    assert kept["block_id"]
    assert kept["elements"][0]["action_id"]


async def test_only_the_bots_own_messages_can_be_changed(web: AsyncWebClient, people: Driver) -> None:
    ts = (await people.say(PRIYA, SPEECH, "mine"))["ts"]
    assert await refusal(web.chat_update(channel=SPEECH, ts=ts, text="x")) == "cant_update_message"
    assert await refusal(web.chat_delete(channel=SPEECH, ts=ts)) == "cant_delete_message"
    assert await refusal(web.chat_update(channel=SPEECH, ts="1.000001", text="x")) == "message_not_found"


async def test_a_changed_message_keeps_every_version_on_record(web: AsyncWebClient, people: Driver) -> None:
    tab = await people.tab(AMARA)
    ts = (await web.chat_postMessage(channel=APPROVALS, text="first"))["ts"]
    await web.chat_update(channel=APPROVALS, ts=ts, text="second")
    await web.chat_delete(channel=APPROVALS, ts=ts)
    assert (await tab.next("message_deleted"))["ts"] == ts
    recorded = next(one for one in (await people.read("/inspect/history"))["messages"] if one["ts"] == ts)
    methods = [version["method"] for version in recorded["versions"]]
    assert (recorded["deleted"], methods) == (True, ["chat.postMessage", "chat.update", "chat.delete"])


async def test_an_update_without_blocks_leaves_the_buttons_standing(web: AsyncWebClient, people: Driver) -> None:
    ts = (await web.chat_postMessage(channel=APPROVALS, text="card", blocks=[buttons("go")]))["ts"]
    kept = await web.chat_update(channel=APPROVALS, ts=ts, text="decided")
    assert kept["message"]["blocks"][0]["elements"][0]["action_id"] == "go"
    await web.chat_update(channel=APPROVALS, ts=ts, text="decided", blocks=[])
    assert "blocks" not in (await people.messages(AMARA, APPROVALS))[-1]


async def test_an_ephemeral_reaches_one_person_in_the_tabs_open_now(web: AsyncWebClient, people: Driver) -> None:
    tab, other = await people.tab(PRIYA, "one"), await people.tab(AMARA, "two")
    await web.chat_postEphemeral(channel=SPEECH, user=PRIYA, text="psst")
    assert (await tab.next("ephemeral"))["message"]["ephemeral"] is True
    await people.say(PRIYA, SPEECH, "aloud")
    assert (await other.next("message"))["message"]["text"] == "aloud"
    assert "psst" in [one["text"] for one in await people.messages(PRIYA, SPEECH, session="one")]
    assert "psst" not in [one["text"] for one in await people.messages(PRIYA, SPEECH, session="reloaded")]
    assert "psst" not in [one["text"] for one in await people.messages(AMARA, SPEECH)]


@pytest.mark.parametrize(
    ("channel", "user", "error"),
    [(APPROVALS, GUEST, "user_not_in_channel"), (GENERAL, PRIYA, "not_in_channel"), ("C0", PRIYA, "channel_not_found")],
)
async def test_an_ephemeral_needs_both_in_the_channel(web: AsyncWebClient, channel: str, user: str, error: str) -> None:
    assert await refusal(web.chat_postEphemeral(channel=channel, user=user, text="x")) == error


async def test_an_ephemeral_cannot_be_updated(web: AsyncWebClient) -> None:
    ts = (await web.chat_postEphemeral(channel=SPEECH, user=PRIYA, text="psst"))["message_ts"]
    assert await refusal(web.chat_update(channel=SPEECH, ts=ts, text="x")) == "message_not_found"


async def test_a_click_on_an_ephemeral_carries_no_message(clock: PlaygroundClock) -> None:
    async with running("socket", clock) as (slack, desk, people):
        tab, other = await people.tab(PRIYA, "tab"), await people.tab(PRIYA, "other tab")
        client = AsyncWebClient(BOT_TOKEN, base_url=f"{slack.state.address}/api/", session=people.client)
        await client.chat_postEphemeral(channel=SPEECH, user=PRIYA, text="x", blocks=[buttons("approve")])
        message = (await tab.next("ephemeral"))["message"]
        assert (await other.next("ephemeral"))["message"] == message
        assert (await people.press(AMARA, message, "approve"))["error"] == "not_found"
        assert (await people.press(PRIYA, message, "approve"))["ok"]
        click = desk.of_type("block_actions")[0]
        assert (click["container"]["is_ephemeral"], "message" in click) == (True, False)
        assert (await other.next("ephemeral_replaced"))["message"]["text"] == "Approved"


async def test_people_from_a_connected_workspace_have_no_commands(people: Driver) -> None:
    assert (await people.say(PARTNER, SHARED, "/desk x"))["error"] == "unknown_command"
    assert (await people.say(PARTNER, SHARED, "hello"))["ok"]


async def test_direct_messages_are_seen_by_their_two_people_only(web: AsyncWebClient, people: Driver) -> None:
    channel = (await web.conversations_open(users=PRIYA))["channel"]["id"]
    await web.chat_postMessage(channel=channel, text="between us")
    assert [one["text"] for one in await people.messages(PRIYA, channel)] == ["between us"]
    assert (await people.read("/ui/messages", user=LIWEI, channel=channel))["error"] == "channel_not_found"
    assert channel not in [one["id"] for one in (await people.read("/ui/state", user=LIWEI))["channels"]]


async def test_a_guest_sees_only_the_channels_they_were_invited_to(people: Driver) -> None:
    seen = (await people.read("/ui/state", user=GUEST))["channels"]
    assert {one["id"] for one in seen if one["type"] != "dm"} == {SPEECH}


@pytest.mark.parametrize(
    ("users", "error"),
    [
        (GONE, "user_disabled"),
        ("U0NOBODY", "user_not_found"),
        ("U0BUILD0013", "cannot_dm_bot"),
        ("", "users_list_not_supplied"),
    ],
)
async def test_a_direct_channel_opens_only_with_people_who_can_read_it(
    web: AsyncWebClient, users: str, error: str
) -> None:
    assert await refusal(web.conversations_open(users=users)) == error


async def test_a_click_on_blocks_that_were_just_replaced_still_counts(web: AsyncWebClient, people: Driver) -> None:
    sent: Json = (await web.chat_postMessage(channel=APPROVALS, text="x", blocks=[buttons("go")])).data  # type: ignore[assignment]  # JSON
    message = sent["message"] | {"channel": APPROVALS}
    await web.chat_update(channel=APPROVALS, ts=sent["ts"], text="done", blocks=[])
    assert (await people.press(AMARA, message, "go"))["error"] == "dispatch_failed"
    assert (await people.press(AMARA, message, "never there"))["error"] == "not_found"


async def test_threads_are_counted_and_read_apart(web: AsyncWebClient, people: Driver) -> None:
    ts = (await web.chat_postMessage(channel=APPROVALS, text="card"))["ts"]
    await web.chat_postMessage(channel=APPROVALS, text="reply", thread_ts=ts)
    assert await refusal(web.chat_postMessage(channel=APPROVALS, text="x", thread_ts="1.000001")) == "thread_not_found"
    top = await people.messages(AMARA, APPROVALS)
    assert (top[-1]["text"], top[-1]["reply_count"]) == ("card", 1)
    thread = (await people.read("/ui/replies", user=AMARA, channel=APPROVALS, ts=ts))["messages"]
    assert [one["text"] for one in thread] == ["card", "reply"]


async def test_a_file_is_seen_by_readers_of_its_channel(web: AsyncWebClient, people: Driver) -> None:
    channel = (await web.conversations_open(users=PRIYA))["channel"]["id"]
    await web.files_upload_v2(channel=channel, filename="statement.csv", content="a,b\n1,2\n", initial_comment="Here")
    message = (await people.messages(PRIYA, channel))[-1]
    assert (message["text"], message["files"][0]["name"]) == ("Here", "statement.csv")
    url = f"{message['files'][0]['url_private']}?user="
    async with people.client.get(url + PRIYA) as answer:
        assert await answer.text() == "a,b\n1,2\n"
    async with people.client.get(url + LIWEI) as answer:
        assert (await answer.json())["error"] == "file_not_found"


async def test_messages_carry_the_served_time_and_their_metadata(
    web: AsyncWebClient, people: Driver, clock: PlaygroundClock
) -> None:
    early = (await web.chat_postMessage(channel=APPROVALS, text="today"))["ts"]
    clock.advance(timedelta(days=1))
    metadata = {"event_type": "digest", "event_payload": {"id": "1"}}
    late = (await web.chat_postMessage(channel=APPROVALS, text="tomorrow", metadata=metadata))["ts"]
    assert float(late) - float(early) >= 86_400
    assert (await people.messages(AMARA, APPROVALS))[-1]["metadata"] == metadata


async def test_the_app_cannot_write_to_people_without_a_messages_tab(slack: SlackEmulator, web: AsyncWebClient) -> None:
    object.__setattr__(slack.state.manifest, "messages_tab", False)
    assert await refusal(web.chat_postMessage(channel=PRIYA, text="x")) == "messages_tab_disabled"
