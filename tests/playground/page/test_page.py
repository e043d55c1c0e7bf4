"""The page around the messages: typing, acting as somebody, the clock, the connection."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.playground.page.fake_slack import FakeSlack

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

APPROVE: dict[str, Any] = {
    "type": "button",
    "action_id": "approve",
    "text": {"type": "plain_text", "text": "Approve"},
    "style": "primary",
    "value": "r1",
}
CONFIRM = {
    "title": {"type": "plain_text", "text": "Sure?"},
    "text": {"type": "mrkdwn", "text": "Risk is *high*"},
    "confirm": {"type": "plain_text", "text": "Yes"},
    "deny": {"type": "plain_text", "text": "No"},
}


async def _open(page: Page, slack: FakeSlack, user: str = "U1") -> None:
    if not slack.messages:
        slack.say("hello")
    await page.goto(f"{slack.address}/?user={user}")
    await page.get_by_role("article").first.wait_for()


async def test_typing_a_slash_offers_the_commands_and_tab_completes(page: Page, slack: FakeSlack) -> None:
    await _open(page, slack)
    field = page.get_by_role("textbox", name="Message #key-requests")
    await field.press_sequentially("/key")
    offers = page.get_by_role("listbox", name="Suggestions").get_by_role("option")
    await expect(offers).to_have_text(
        [
            r"/keys [request | list | revoke]Keys: request, list, revoke",
            "/keydesk <noun> <verb>Everything the desk can do",
        ]
    )
    await field.press("ArrowDown")
    await field.press("Tab")
    await expect(field).to_have_value("/keydesk ")
    await expect(page.get_by_text("<noun> <verb>")).to_be_visible()


async def test_a_whole_command_is_sent_by_one_enter_and_recalled_by_arrow_up(page: Page, slack: FakeSlack) -> None:
    await _open(page, slack)
    field = page.get_by_role("textbox", name="Message #key-requests")
    await field.fill("/keys")
    await field.press("Enter")
    await expect(field).to_have_value("")
    assert await slack.heard("/ui/message") | {"session": ""} == {
        "user": "U1",
        "session": "",
        "channel": "C1",
        "text": "/keys",
    }
    await field.press("ArrowUp")
    await expect(field).to_have_value("/keys")


async def test_an_unknown_command_is_explained_and_stays_typed(page: Page, slack: FakeSlack) -> None:
    slack.answers["/ui/message"] = {"ok": False, "error": "unknown_command", "text": "/nope is not a valid command."}
    await _open(page, slack)
    field = page.get_by_role("textbox", name="Message #key-requests")
    await field.fill("/nope now")
    await field.press("Enter")
    await expect(page.get_by_role("article", name="Slackbot")).to_contain_text("/nope is not a valid command.")
    await expect(field).to_have_value("/nope now")


async def test_a_button_sends_its_action_and_shows_when_the_bot_does_not_answer(page: Page, slack: FakeSlack) -> None:
    slack.answers["/ui/action"] = {"ok": False, "error": "operation_timeout", "text": "It did not answer."}
    card = slack.say(blocks=[{"type": "actions", "block_id": "b", "elements": [APPROVE]}])
    await _open(page, slack)
    await page.get_by_role("button", name="Approve").click()
    await expect(page.get_by_role("alert")).to_have_text("It did not answer.")
    sent = await slack.heard("/ui/action")
    assert sent["container"] == {"type": "message", "channel": "C1", "ts": card["ts"]}
    assert (sent["block_id"], sent["action_id"], sent["value"]) == ("b", "approve", "r1")


@pytest.mark.parametrize("answers", [["Yes"], ["No", "Yes"]])
async def test_a_confirm_dialog_stands_before_the_action(page: Page, slack: FakeSlack, answers: list[str]) -> None:
    slack.say(blocks=[{"type": "actions", "block_id": "b", "elements": [APPROVE | {"confirm": CONFIRM}]}])
    await _open(page, slack)
    for answer in answers:
        await page.get_by_role("button", name="Approve").click()
        dialog = page.get_by_role("dialog", name="Sure?")
        await dialog.get_by_role("button", name=answer).click()
        await expect(dialog).to_be_hidden()
    await slack.heard("/ui/action")
    await expect(page.get_by_role("button", name="Approve")).to_be_enabled()
    assert sum(path == "/ui/action" for path, _ in slack.asked) == 1


async def test_one_click_makes_the_tab_another_person(page: Page, slack: FakeSlack) -> None:
    await _open(page, slack)
    await page.get_by_role("button", name="Act as: Ana Lopes").click()
    menu = page.get_by_role("menu", name="Act as")
    await expect(menu.get_by_role("menuitemradio", name="Gil Guest")).to_contain_text("guest")
    await expect(menu.get_by_role("menuitem", name="Open Raj Patel in a new tab")).to_have_attribute(
        "href", "/?user=U2"
    )
    await menu.get_by_role("menuitemradio", name="Raj Patel").click()
    await expect(page.get_by_role("button", name="Act as: Raj Patel")).to_be_visible()
    assert page.url.endswith("?user=U2")


async def test_a_lost_connection_is_said_and_mended(page: Page, slack: FakeSlack) -> None:
    await _open(page, slack)
    await slack.hang_up()
    await expect(page.get_by_text("Connection lost. Trying again…")).to_be_visible()
    slack.say("said meanwhile")
    await expect(page.get_by_text("said meanwhile")).to_be_visible()
    await expect(page.get_by_text("Connection lost. Trying again…")).to_be_hidden()


async def test_the_clock_moves_forward_from_the_panel(page: Page, slack: FakeSlack) -> None:
    await _open(page, slack)
    await page.get_by_role("button", name="Playground", exact=True).click()
    await page.get_by_role("button", name="+7 days").click()
    await expect(page.get_by_label("The workspace's time")).to_contain_text("moved 7 d")
    assert slack.offset_seconds == 7 * 86_400


async def test_a_provider_fault_is_armed_listed_and_cleared(page: Page, slack: FakeSlack) -> None:
    await _open(page, slack)
    await page.get_by_role("button", name="Playground", exact=True).click()
    trouble = page.get_by_role("region", name="Trouble at Deepgram")
    await trouble.get_by_label("which call").select_option("delete a key")
    await trouble.get_by_label("what goes wrong").select_option("takes effect, then is never answered")
    await trouble.get_by_label("how often").select_option("until cleared")
    await trouble.get_by_role("button", name="Arm").click()
    await expect(trouble.get_by_role("listitem")).to_have_text(
        "delete a key takes effect, then is never answered (until cleared)"
    )
    match = {"method": "DELETE", "path_regex": "/keys/"}
    assert slack.faults == [{"match": match, "kind": "timeout_after", "times": None}]
    await trouble.get_by_role("button", name="Clear").click()
    await expect(trouble.get_by_role("listitem")).to_have_count(0)


async def test_a_bot_that_is_gone_is_said_until_it_is_back(page: Page, slack: FakeSlack) -> None:
    await _open(page, slack)
    gone = page.get_by_text("Keydesk is not connected")
    await expect(gone).to_be_hidden()
    await slack.push({"type": "bot", "connected": False, "transport": "socket"})
    await expect(gone).to_be_visible()
    await slack.push({"type": "bot", "connected": True, "transport": "socket"})
    await expect(gone).to_be_hidden()


async def test_the_home_tab_draws_what_the_bot_publishes(page: Page, slack: FakeSlack) -> None:
    await _open(page, slack)
    await page.get_by_role("navigation").get_by_role("button", name="Keydesk").click()
    await expect(page.get_by_text("has not drawn its Home yet")).to_be_visible()
    header = {"type": "header", "text": {"type": "plain_text", "text": "My keys"}}
    await slack.push({"type": "home_published", "view": {"id": "VH", "type": "home", "blocks": [header]}})
    await expect(page.get_by_role("heading", name="My keys")).to_be_visible()


async def test_the_shortcut_menus_call_the_app(page: Page, slack: FakeSlack) -> None:
    card = slack.say("suspicious")
    await _open(page, slack)
    await page.get_by_role("button", name="Shortcuts").click()
    await page.get_by_role("menuitem", name="Request a key").click()
    assert (await slack.heard("/ui/shortcut"))["callback_id"] == "ask"
    await page.get_by_role("article").hover()
    await page.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Report a leaked key").click()
    assert (await slack.heard("/ui/shortcut", times=2))["message_ts"] == card["ts"]


async def test_first_steps_lead_on_and_can_be_put_away(page: Page, slack: FakeSlack) -> None:
    await _open(page, slack)
    steps = page.get_by_role("region", name="First steps")
    await steps.get_by_role("button", name="Type /keys request").click()
    await expect(page.get_by_role("textbox", name="Message #key-requests")).to_have_value("/keys request")
    for place in ("Open #security", "Open Playground"):
        await steps.get_by_role("button", name="Next").click()
        await steps.get_by_role("button", name=place).click()
        await expect(steps.get_by_role("button", name=place)).to_be_hidden()
    await expect(page.get_by_role("heading", name="🔒security")).to_be_visible()
    await expect(page.get_by_role("complementary", name="Playground")).to_contain_text("a waiting request expires")
    await steps.get_by_role("button", name="Next").click()
    await steps.get_by_role("button", name="Act as Raj Patel").click()
    await steps.get_by_role("button", name="Open Keydesk").click()
    await expect(page.get_by_role("tab", name="Messages")).to_have_attribute("aria-selected", "true")
    await steps.get_by_role("button", name="Dismiss first steps").click()
    await page.reload()
    await page.get_by_role("article").first.wait_for()
    await expect(steps).to_be_hidden()


async def test_on_a_phone_the_channels_are_a_drawer(page: Page, slack: FakeSlack) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    await _open(page, slack)
    channels = page.get_by_role("navigation", name="Channels")
    await expect(channels).to_be_hidden()
    await page.get_by_role("button", name="Channels").click()
    await channels.get_by_role("button", name="security").click()
    await expect(page.get_by_role("heading", name="🔒security")).to_be_visible()
    await expect(channels).to_be_hidden()
