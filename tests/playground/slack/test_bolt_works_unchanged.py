"""A stock Bolt app, unchanged, over Socket Mode and over signed HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from playground.clock import PlaygroundClock
from playground.slack import SlackEmulator
from tests.playground.slack.bots import Desk, running
from tests.playground.slack.driver import AMARA, GENERAL, PRIYA, SPEECH, Driver, Tab

Stage = tuple[SlackEmulator, Desk, Driver]


@pytest.fixture(params=["socket", "http"])
async def stage(request: pytest.FixtureRequest, clock: PlaygroundClock) -> AsyncIterator[Stage]:
    async with running(request.param, clock) as everything:
        yield everything


async def open_form(people: Driver, tab: Tab, text: str = "form") -> str:
    assert (await people.say(PRIYA, SPEECH, f"/desk {text}"))["ok"]
    view_id: str = (await tab.next("view_opened"))["view"]["id"]
    return view_id


async def test_a_request_goes_from_command_to_form_to_another_persons_approval(stage: Stage) -> None:
    _, desk, people = stage
    tab, approver = await people.tab(PRIYA), await people.tab(AMARA)
    view_id = await open_form(people, tab)
    assert await people.submit(PRIYA, view_id, why="tests") == {"ok": True, "response_action": None}
    assert (await tab.next("views_closed"))["view_ids"] == [view_id]
    card = (await approver.next("message"))["message"]
    assert (await people.press(AMARA, card, "approve"))["ok"]
    changed = (await approver.next("message_changed"))["message"]
    assert (changed["text"], changed["ts"]) == ("Approved", card["ts"])
    click = desk.of_type("block_actions")[0]
    assert (click["user"]["id"], click["message"]["ts"]) == (AMARA, card["ts"])
    assert click["actions"][0]["value"] == "value of approve"


async def test_a_command_arrives_with_slacks_form_fields(stage: Stage) -> None:
    _, desk, people = stage
    await people.say(PRIYA, SPEECH, "/desk hello @amara in #general")
    fields = {name: value for name, value in desk.payloads[0].items() if name not in ("response_url", "trigger_id")}
    assert fields == {
        "token": "emulated-verification-token",
        "team_id": "T0NORTHWIND",
        "team_domain": "northwind-voice",
        "channel_id": SPEECH,
        "channel_name": "speech-platform",
        "user_id": PRIYA,
        "user_name": "priya",
        "command": "/desk",
        "text": f"hello <@{AMARA}|amara> in <#{GENERAL}|general>",
        "api_app_id": "A0KEYDESK01",
        "is_enterprise_install": "false",
    }


async def test_what_respond_says_is_ephemeral_unless_told_otherwise(stage: Stage) -> None:
    _, _, people = stage
    tab = await people.tab(PRIYA)
    await people.say(PRIYA, SPEECH, "/desk psst")
    assert (await tab.next("ephemeral"))["message"]["text"] == "Only for you: psst"
    await people.say(PRIYA, SPEECH, "/desk aloud")
    assert (await tab.next("message"))["message"]["text"] == "For everyone"
    assert [one["text"] for one in await people.messages(AMARA, SPEECH)][-1] == "For everyone"


async def test_words_in_the_ack_of_a_command_are_ephemeral(stage: Stage) -> None:
    _, _, people = stage
    tab = await people.tab(PRIYA)
    await people.say(PRIYA, SPEECH, "/desk ack with words")
    assert (await tab.next("ephemeral"))["message"]["text"] == "Words in the ack"


async def test_a_command_without_an_ack_shows_why_it_failed(stage: Stage) -> None:
    slack, _, people = stage
    answer = await people.say(PRIYA, SPEECH, "/silent")
    expected = "operation_timeout" if slack.state.transport == "socket" else "dispatch_failed"
    assert answer == {"ok": False, "error": expected, "text": f"/silent failed with the error “{expected}”"}


async def test_errors_of_a_form_keep_it_open_with_its_hash(stage: Stage) -> None:
    slack, _, people = stage
    tab = await people.tab(PRIYA)
    view_id = await open_form(people, tab)
    before = slack.state.views.find(view_id).hash
    answer = await people.submit(PRIYA, view_id, why="wrong")
    assert answer["errors"] == {"why": "Not like this"}
    assert slack.state.views.find(view_id).hash == before
    assert (await people.submit(PRIYA, view_id, why="right"))["response_action"] is None


async def test_a_form_may_be_answered_by_another_view(stage: Stage) -> None:
    slack, _, people = stage
    tab = await people.tab(PRIYA)
    view_id = await open_form(people, tab)
    before = slack.state.views.find(view_id).hash
    assert (await people.submit(PRIYA, view_id, why="next"))["response_action"] == "update"
    updated = (await tab.next("view_updated"))["view"]
    assert updated["id"] == view_id
    assert updated["hash"] != before


async def test_a_view_opens_only_in_the_tab_where_the_person_acted(stage: Stage) -> None:
    _, _, people = stage
    tab, other = await people.tab(PRIYA), await people.tab(PRIYA, "other")
    view_id = await open_form(people, tab)
    await people.say(PRIYA, SPEECH, "/desk form", session="other")
    assert (await other.next("view_opened"))["view"]["id"] != view_id


async def test_a_form_may_push_another_and_clear_the_stack(stage: Stage) -> None:
    slack, _, people = stage
    tab = await people.tab(PRIYA)
    view_id = await open_form(people, tab)
    await people.submit(PRIYA, view_id, why="deeper")
    pushed = (await tab.next("view_pushed"))["view"]
    assert (pushed["previous_view_id"], pushed["root_view_id"]) == (view_id, view_id)
    await people.do("/ui/close", user=PRIYA, view_id=pushed["id"])
    assert (await people.submit(PRIYA, view_id, why="enough"))["response_action"] == "clear"
    assert slack.state.views.stack(PRIYA, "tab") == []


async def test_the_bot_hears_of_a_closed_view_only_if_it_asked(stage: Stage) -> None:
    slack, desk, people = stage
    tab = await people.tab(PRIYA)
    await people.do("/ui/close", user=PRIYA, view_id=await open_form(people, tab))
    await slack.state.background.settle()
    assert desk.of_type("view_closed") == []
    watched = await open_form(people, tab, "watched form")
    await people.do("/ui/close", user=PRIYA, view_id=watched)
    closed = await desk.first("view_closed")
    assert (closed["view"]["id"], closed["is_cleared"]) == (watched, False)


async def test_a_double_click_is_two_payloads_with_two_triggers(stage: Stage) -> None:
    _, desk, people = stage
    tab, approver = await people.tab(PRIYA), await people.tab(AMARA)
    await people.submit(PRIYA, await open_form(people, tab), why="tests")
    card = (await approver.next("message"))["message"]
    await people.do("/ui/double", enabled=True)
    assert (await people.press(AMARA, card, "approve"))["ok"]
    clicks = desk.of_type("block_actions")
    assert len({one["trigger_id"] for one in clicks}) == len(clicks) == 2


async def test_shortcuts_arrive_as_slack_sends_them(stage: Stage) -> None:
    _, desk, people = stage
    assert (await people.do("/ui/shortcut", user=PRIYA, callback_id="ask"))["ok"]
    message = (await people.messages(PRIYA, SPEECH))[-1]
    place = {"channel": SPEECH, "message_ts": message["ts"]}
    assert (await people.do("/ui/shortcut", user=PRIYA, callback_id="report", **place))["ok"]
    asked, reported = desk.of_type("shortcut")[0], desk.of_type("message_action")[0]
    assert (asked["callback_id"], "channel" in asked) == ("ask", False)
    assert (reported["message"]["text"], reported["channel"]["id"]) == (message["text"], SPEECH)


async def test_opening_the_home_tab_brings_the_published_view(stage: Stage) -> None:
    _, desk, people = stage
    tab = await people.tab(PRIYA)
    await people.do("/ui/home", user=PRIYA)
    first = (await tab.next("home_published"))["view"]
    await desk.first("app_home_opened")
    await people.do("/ui/home", user=PRIYA)
    await desk.first("app_home_opened", count=2)
    events = [one["event"] for one in desk.of_type("app_home_opened")]
    assert ["view" in one for one in events] == [False, True]
    assert events[1]["view"]["id"] == first["id"]


async def test_a_mention_and_a_direct_message_reach_the_bot_as_events(stage: Stage) -> None:
    slack, desk, people = stage
    await people.say(PRIYA, GENERAL, "@keydesk hello")
    await slack.state.background.settle()
    assert not desk.of_type("app_mention")
    await people.say(PRIYA, SPEECH, "@keydesk hello")
    mention = await desk.first("app_mention")
    assert mention["event"]["text"] == "<@U0KEYDESK01> hello"
    assert mention["authorizations"][0]["user_id"] == "U0KEYDESK01"
    direct = slack.state.workspace.direct(PRIYA, "U0KEYDESK01")
    await people.say(PRIYA, direct.id, "a <b> & c")
    event = (await desk.first("message"))["event"]
    assert (event["channel_type"], event["text"]) == ("im", "a &lt;b&gt; &amp; c")


async def test_a_changed_person_is_told_to_the_bot(stage: Stage) -> None:
    _, desk, people = stage
    await people.do("/ui/person", user=AMARA, person=PRIYA, changes={"deleted": True})
    changed = await desk.first("user_change")
    assert (changed["event"]["user"]["id"], changed["event"]["user"]["deleted"]) == (PRIYA, True)


async def test_an_external_menu_is_filled_by_the_bot(stage: Stage) -> None:
    slack, desk, people = stage
    menu = {"type": "external_select", "action_id": "project", "min_query_length": 1}
    view = {
        "type": "modal",
        "title": {"type": "plain_text", "text": "Pick"},
        "blocks": [{"type": "actions", "block_id": "pick", "elements": [menu]}],
    }
    opened = slack.state.views.open(PRIYA, "tab", view)
    place = {"type": "view", "view_id": opened.id}
    question = {"container": place, "block_id": "pick", "action_id": "project"}
    assert (await people.do("/ui/options", user=PRIYA, query="", **question))["options"] == []
    answer = await people.do("/ui/options", user=PRIYA, query="voice", **question)
    assert answer["options"][0]["text"]["text"] == "voice"
    assert desk.of_type("block_suggestion")[0]["view"]["id"] == opened.id
