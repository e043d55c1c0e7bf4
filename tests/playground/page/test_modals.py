"""Modals keep what was typed, show errors where they belong, and close as Slack's do."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.playground.page.fake_slack import FakeSlack

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

Json = dict[str, Any]


def _plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def _option(text: str) -> Json:
    return {"text": _plain(text), "value": text.lower()}


def _input(block_id: str, label: str, element: Json, **more: Any) -> Json:
    return {"type": "input", "block_id": block_id, "label": _plain(label), "element": element} | more


def _form(view_id: str = "V1", *, extra: tuple[Json, ...] = (), **more: Any) -> Json:
    providers = [_option("Deepgram"), _option("Groq")]
    select = {"type": "static_select", "action_id": "p", "options": providers}
    reason = {"type": "plain_text_input", "action_id": "w", "max_length": 40}
    blocks = [
        _input("provider", "Provider", select, dispatch_action=True),
        *extra,
        _input("why", "Reason", reason, hint=_plain("Goes in the audit log")),
    ]
    view = {"id": view_id, "type": "modal", "title": _plain("Request a key"), "submit": _plain("Ask"), "blocks": blocks}
    return view | more


async def _opened(page: Page, slack: FakeSlack, view: Json) -> Locator:
    slack.say("hello")
    await page.goto(f"{slack.address}/?user=U1")
    await page.get_by_role("article").first.wait_for()
    await slack.push({"type": "view_opened", "view": view})
    dialog = page.get_by_role("dialog")
    await dialog.wait_for()
    return dialog


async def test_a_form_sends_slack_state_values(page: Page, slack: FakeSlack) -> None:
    dialog = await _opened(page, slack, _form())
    await dialog.get_by_role("combobox", name="Provider").click()
    await dialog.get_by_role("option", name="Groq").click()
    await dialog.get_by_label("Reason").fill("because")
    await dialog.get_by_role("button", name="Ask").click()
    await expect(dialog.get_by_role("button", name="Ask")).to_be_enabled()
    assert (await slack.heard("/ui/action"))["selected_option"]["value"] == "groq"
    assert (await slack.heard("/ui/submit"))["state"]["values"] == {
        "provider": {"p": {"type": "static_select", "selected_option": _option("Groq")}},
        "why": {"w": {"type": "plain_text_input", "value": "because"}},
    }


async def test_the_keyboard_alone_chooses_an_option(page: Page, slack: FakeSlack) -> None:
    dialog = await _opened(page, slack, _form())
    await page.keyboard.type("gro")
    await expect(dialog.get_by_role("option")).to_have_count(1)
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_role("combobox", name="Provider")).to_have_value("Groq")


async def test_channels_are_offered_as_the_filter_says_and_never_archived_ones(page: Page, slack: FakeSlack) -> None:
    chosen = {"include": ["public", "private"], "exclude_external_shared_channels": True}
    select = {"type": "conversations_select", "action_id": "c", "filter": chosen}
    dialog = await _opened(page, slack, _form(extra=(_input("where", "Where", select),)))
    await dialog.get_by_role("combobox", name="Where").click()
    await expect(dialog.get_by_role("option")).to_have_text(["#key-requests", "🔒 security"])


async def test_a_form_that_follows_a_loading_view_gives_its_first_field_the_focus(page: Page, slack: FakeSlack) -> None:
    loading: Json = {"type": "modal", "title": _plain("Request a key"), "blocks": []}
    dialog = await _opened(page, slack, {"id": "V1"} | loading)
    await slack.push({"type": "view_updated", "view": _form()})
    await expect(dialog.get_by_role("combobox", name="Provider")).to_be_focused()


async def test_an_update_keeps_what_was_typed_and_where_the_cursor_is(page: Page, slack: FakeSlack) -> None:
    dialog = await _opened(page, slack, _form())
    await dialog.get_by_label("Reason").press_sequentially("half a sen")
    note = {"type": "section", "block_id": "n", "text": _plain("Costs $4 an hour")}
    await slack.push({"type": "view_updated", "view": _form(extra=(note,))})
    await expect(dialog.get_by_text("Costs $4 an hour")).to_be_visible()
    await page.keyboard.type("tence")
    await expect(dialog.get_by_label("Reason")).to_have_value("half a sentence")


async def test_a_field_with_a_new_action_id_starts_afresh(page: Page, slack: FakeSlack) -> None:
    dialog = await _opened(page, slack, _form())
    await dialog.get_by_label("Reason").fill("old words")
    changed = _form()
    changed["blocks"][-1]["element"] = {"type": "plain_text_input", "action_id": "w2", "initial_value": "new words"}
    await slack.push({"type": "view_updated", "view": changed})
    await expect(dialog.get_by_label("Reason")).to_have_value("new words")


async def test_errors_stand_under_their_fields(page: Page, slack: FakeSlack) -> None:
    slack.answers["/ui/submit"] = {"ok": True, "response_action": "errors", "errors": {"why": "Say more"}}
    dialog = await _opened(page, slack, _form())
    await dialog.get_by_role("button", name="Ask").click()
    await expect(dialog.locator("[data-block-id=why]").get_by_role("alert")).to_have_text("Say more")
    await expect(dialog.get_by_label("Reason")).to_be_focused()


async def test_a_bot_that_does_not_answer_is_told_in_the_modal(page: Page, slack: FakeSlack) -> None:
    trouble = "We had some trouble connecting. Try again?"
    slack.answers["/ui/submit"] = {"ok": False, "error": "operation_timeout", "text": trouble}
    dialog = await _opened(page, slack, _form())
    await dialog.get_by_role("button", name="Ask").click()
    await expect(dialog.get_by_text(trouble)).to_be_visible()


async def test_escape_closes_only_the_topmost_view_and_the_server_hears(page: Page, slack: FakeSlack) -> None:
    dialog = await _opened(page, slack, _form())
    pushed = _form("V2", title=_plain("Details"), previous_view_id="V1")
    await slack.push({"type": "view_pushed", "view": pushed})
    await expect(dialog.get_by_role("heading", name="Details")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(dialog.get_by_role("heading", name="Request a key")).to_be_visible()
    assert (await slack.heard("/ui/close"))["view_id"] == "V2"
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()


async def test_the_counter_tells_how_many_characters_are_left(page: Page, slack: FakeSlack) -> None:
    dialog = await _opened(page, slack, _form())
    await dialog.get_by_label("Reason").fill("ten chars.")
    await expect(dialog.locator(".counter")).to_have_text("30")


async def test_on_a_phone_the_modal_fills_the_screen(page: Page, slack: FakeSlack) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    dialog = await _opened(page, slack, _form())
    assert await dialog.bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 844}
