"""Modals and homes: stack, hash, external_id, and what a view keeps."""

from __future__ import annotations

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from playground.slack import SlackEmulator
from tests.playground.slack.driver import AMARA, PRIYA, Driver
from tests.playground.slack.refusals import refusal
from tests.playground.slack.samples import Json, buttons, home, modal, section, text_input


async def opened(slack: SlackEmulator, web: AsyncWebClient, *blocks: Json, user: str = PRIYA, **more: object) -> Json:
    trigger_id = slack.state.triggers.issue(user, "tab")
    answer = await web.views_open(trigger_id=trigger_id, view=modal(*blocks, **more))
    view: Json = answer["view"]
    return view


async def pushed(slack: SlackEmulator, web: AsyncWebClient, user: str = PRIYA) -> Json:
    trigger_id = slack.state.triggers.issue(user, "tab")
    view: Json = (await web.views_push(trigger_id=trigger_id, view=modal()))["view"]
    return view


async def test_three_modals_stack_and_a_fourth_is_refused(slack: SlackEmulator, web: AsyncWebClient) -> None:
    root = await opened(slack, web)
    await pushed(slack, web)
    top = await pushed(slack, web)
    assert top["root_view_id"] == root["id"]
    assert await refusal(pushed(slack, web)) == "push_limit_reached"
    assert (await opened(slack, web, user=AMARA))["id"]


async def test_a_hash_that_is_not_the_last_one_conflicts(slack: SlackEmulator, web: AsyncWebClient) -> None:
    view = await opened(slack, web)
    await web.views_update(view_id=view["id"], hash=view["hash"], view=modal(section("new")))
    again = web.views_update(view_id=view["id"], hash=view["hash"], view=modal(section("newer")))
    assert await refusal(again) == "hash_conflict"


async def test_a_closed_view_cannot_be_updated(slack: SlackEmulator, web: AsyncWebClient, people: Driver) -> None:
    view = await opened(slack, web)
    await people.do("/ui/close", user=PRIYA, view_id=view["id"])
    assert await refusal(web.views_update(view_id=view["id"], view=modal())) == "not_found"


async def test_an_external_id_is_unique_and_finds_its_view(slack: SlackEmulator, web: AsyncWebClient) -> None:
    view = await opened(slack, web, external_id="mine")
    assert await refusal(opened(slack, web, external_id="mine")) == "duplicate_external_id"
    updated = await web.views_update(external_id="mine", view=modal(section("new"), external_id="mine"))
    assert updated["view"]["id"] == view["id"]


async def test_an_update_keeps_what_was_typed_in_inputs_of_the_same_ids(
    slack: SlackEmulator, web: AsyncWebClient, people: Driver
) -> None:
    view = await opened(slack, web, text_input("why"), buttons("more"))
    typed = {"values": {"why": {"typed": {"type": "plain_text_input", "value": "half a word"}}}}
    await people.press_in_view(PRIYA, view, "buttons", "more", type="button", state=typed)
    updated = await web.views_update(view_id=view["id"], view=modal(text_input("why"), text_input("other")))
    values = updated["view"]["state"]["values"]
    assert values["why"]["typed"]["value"] == "half a word"
    assert values["other"]["typed"]["value"] is None


async def test_a_view_too_large_is_refused(slack: SlackEmulator, web: AsyncWebClient) -> None:
    blocks = [section("x" * 2_900) for _ in range(95)]
    assert await refusal(opened(slack, web, *blocks)) == "view_too_large"


async def test_a_home_is_published_and_kept_per_person(web: AsyncWebClient, people: Driver) -> None:
    first = (await web.views_publish(user_id=PRIYA, view=home("one")))["view"]
    second = (await web.views_publish(user_id=PRIYA, view=home("two"), hash=first["hash"]))["view"]
    assert second["id"] == first["id"]
    stale = web.views_publish(user_id=PRIYA, view=home("three"), hash=first["hash"])
    assert await refusal(stale) == "hash_conflict"
    assert (await people.read("/ui/home", user=AMARA))["view"] is None


async def test_only_its_owner_sees_and_uses_a_view(slack: SlackEmulator, web: AsyncWebClient, people: Driver) -> None:
    view = await opened(slack, web, text_input("why"))
    other = await people.do("/ui/submit", user=AMARA, view_id=view["id"], state={"values": {}})
    assert other["error"] == "not_found"


async def test_required_inputs_are_checked_before_the_bot_hears(
    slack: SlackEmulator, web: AsyncWebClient, people: Driver
) -> None:
    view = await opened(slack, web, text_input("why"), text_input("note", optional=True))
    answer = await people.submit(PRIYA, view["id"], note="anything")
    assert (answer["error"], list(answer["errors"])) == ("required", ["why"])
    assert slack.state.record.deliveries == []


@pytest.mark.parametrize(
    ("rules", "value"),
    [
        ({"type": "number_input", "is_decimal_allowed": False}, "1.5"),
        ({"type": "number_input", "is_decimal_allowed": True, "max_value": "10"}, "10.01"),
        ({"type": "number_input", "is_decimal_allowed": True}, "NaN"),
        ({"type": "plain_text_input", "max_length": 3}, "four"),
        ({"type": "plain_text_input", "min_length": 3}, "no"),
    ],
)
async def test_the_client_checks_numbers_and_lengths(
    slack: SlackEmulator, web: AsyncWebClient, people: Driver, rules: Json, value: str
) -> None:
    view = await opened(slack, web, text_input("why", element={**rules, "action_id": "typed"}))
    values = {"why": {"typed": {"type": rules["type"], "value": value}}}
    answer = await people.do("/ui/submit", user=PRIYA, view_id=view["id"], state={"values": values})
    assert list(answer["errors"]) == ["why"]


async def test_an_input_sends_actions_only_with_dispatch_action(
    slack: SlackEmulator, web: AsyncWebClient, people: Driver
) -> None:
    view = await opened(slack, web, text_input("quiet"), text_input("loud", dispatch_action=True))
    typed = {"type": "plain_text_input", "value": "x"}
    quiet = await people.press_in_view(PRIYA, view, "quiet", "typed", **typed)
    loud = await people.press_in_view(PRIYA, view, "loud", "typed", **typed)
    assert (quiet["error"], loud["error"]) == ("no_dispatch_action", "dispatch_failed")


async def test_a_menu_cannot_choose_what_it_does_not_offer(
    slack: SlackEmulator, web: AsyncWebClient, people: Driver
) -> None:
    offered = {"text": {"type": "plain_text", "text": "One"}, "value": "1"}
    menu = {"type": "static_select", "action_id": "menu", "options": [offered]}
    view = await opened(slack, web, {"type": "actions", "block_id": "menus", "elements": [menu]})
    forged = {"text": {"type": "plain_text", "text": "Two"}, "value": "2"}
    answer = await people.press_in_view(PRIYA, view, "menus", "menu", type="static_select", selected_option=forged)
    assert answer["error"] == "invalid_option"
