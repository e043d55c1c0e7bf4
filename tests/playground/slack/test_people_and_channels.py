"""What the bot can read about people and channels."""

from __future__ import annotations

from slack_sdk.web.async_client import AsyncWebClient

from playground.slack import SlackEmulator
from tests.playground.slack.driver import (
    AMARA,
    APPROVALS,
    GENERAL,
    GONE,
    GUEST,
    PARTNER,
    PRIYA,
    SECRET,
    SHARED,
    SPEECH,
    Driver,
    Json,
)
from tests.playground.slack.refusals import refusal


async def test_a_person_comes_with_zone_and_standing(web: AsyncWebClient) -> None:
    user = (await web.users_info(user=PRIYA))["user"]
    assert (user["tz"], user["tz_offset"], user["is_bot"], user["deleted"]) == ("Asia/Kolkata", 19_800, False, False)
    assert user["profile"]["email"] == "priya@northwind-voice.example"


async def test_guests_strangers_bots_and_the_deactivated_are_marked(web: AsyncWebClient) -> None:
    guest = (await web.users_info(user=GUEST))["user"]
    partner = (await web.users_info(user=PARTNER))["user"]
    gone = (await web.users_info(user=GONE))["user"]
    assert (guest["is_restricted"], guest["is_ultra_restricted"]) == (True, False)
    assert (partner["is_stranger"], partner["team_id"]) == (True, "T0KELLERTON")
    assert (gone["deleted"], "tz" in gone) == (True, False)
    assert (await web.users_info(user="U0KEYDESK01"))["user"]["is_bot"]
    assert await refusal(web.users_info(user="U0NOBODY")) == "user_not_found"


async def test_people_come_in_pages_without_strangers(web: AsyncWebClient) -> None:
    ids = [member["id"] async for page in await web.users_list(limit=5) for member in page["members"]]
    assert len(ids) == len(set(ids)) == 13
    assert PARTNER not in ids
    assert await refusal(web.users_list(cursor="elsewhere")) == "invalid_cursor"


async def test_people_are_found_by_email(web: AsyncWebClient) -> None:
    assert (await web.users_lookupByEmail(email="Priya@northwind-voice.example"))["user"]["id"] == PRIYA
    assert await refusal(web.users_lookupByEmail(email="nobody@example.org")) == "users_not_found"


async def test_channels_say_what_matters_before_posting(web: AsyncWebClient) -> None:
    shared = (await web.conversations_info(channel=SHARED, include_num_members=True))["channel"]
    assert (shared["is_ext_shared"], shared["is_member"], shared["num_members"]) == (True, True, 7)
    assert (await web.conversations_info(channel=SECRET))["channel"]["is_private"]
    assert not (await web.conversations_info(channel=GENERAL))["channel"]["is_member"]


async def test_a_private_channel_is_listed_only_with_the_bot_inside(slack: SlackEmulator, web: AsyncWebClient) -> None:
    async def listed() -> set[str]:
        answer = await web.conversations_list(types="public_channel,private_channel", limit=1000)
        return {channel["id"] for channel in answer["channels"]}

    assert SECRET in await listed()
    slack.state.workspace.channels[SECRET].members.remove("U0KEYDESK01")
    assert SECRET not in await listed()
    assert await refusal(web.conversations_info(channel=SECRET)) == "channel_not_found"


async def test_members_come_in_pages(web: AsyncWebClient) -> None:
    members = [
        one async for page in await web.conversations_members(channel=APPROVALS, limit=2) for one in page["members"]
    ]
    assert len(members) == len(set(members)) == 5


async def test_the_bot_joins_public_channels_and_reads_them(web: AsyncWebClient) -> None:
    assert await refusal(web.conversations_history(channel=GENERAL)) == "not_in_channel"
    await web.conversations_join(channel=GENERAL)
    ts = (await web.chat_postMessage(channel=GENERAL, text="hello"))["ts"]
    assert (await web.conversations_history(channel=GENERAL, limit=1))["messages"][0]["ts"] == ts
    assert await refusal(web.conversations_replies(channel=GENERAL, ts="1.000001")) == "thread_not_found"


async def test_history_shows_metadata_only_when_asked(web: AsyncWebClient) -> None:
    metadata = {"event_type": "digest", "event_payload": {"id": "1"}}
    await web.chat_postMessage(channel=SPEECH, text="x", metadata=metadata)
    plain = (await web.conversations_history(channel=SPEECH, limit=1))["messages"][0]
    full = (await web.conversations_history(channel=SPEECH, limit=1, include_all_metadata=True))["messages"][0]
    assert ("metadata" in plain, full["metadata"]) == (False, metadata)


async def test_user_groups_and_the_team_are_told(web: AsyncWebClient) -> None:
    group = (await web.usergroups_list())["usergroups"][0]
    assert (group["handle"], "users" in group) == ("platform-team", False)
    assert len((await web.usergroups_users_list(usergroup=group["id"]))["users"]) == 4
    assert (await web.team_info())["team"]["domain"] == "northwind-voice"
    assert (await web.bots_info())["bot"]["user_id"] == "U0KEYDESK01"


async def test_a_changed_user_group_is_told_as_slack_tells_it(
    slack: SlackEmulator, web: AsyncWebClient, people: Driver
) -> None:
    told: list[tuple[str, Json]] = []
    slack.state.events.emit = lambda kind, event, **_: told.append((kind, event))  # type: ignore[method-assign] # listens
    await people.do("/ui/group", user=AMARA, group="S0SPEECH002", members=[PRIYA, AMARA])

    listed = (await web.usergroups_list(include_users=True))["usergroups"]
    assert {one["handle"]: one["users"] for one in listed}["speech-team"] == [PRIYA, AMARA]
    assert [kind for kind, _ in told] == ["subteam_members_changed", "subteam_updated"]
    assert (told[0][1]["added_users"], told[0][1]["removed_users_count"]) == ([AMARA, PRIYA], "4")
    assert told[1][1]["subteam"]["users"] == [PRIYA, AMARA]
