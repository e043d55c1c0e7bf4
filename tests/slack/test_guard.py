"""The guard, over signed HTTP and over Socket Mode alike."""

from __future__ import annotations

import asyncio
import logging

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from structlog.testing import capture_logs

from bot.errors import FormError
from bot.slack.blocks import modal, section
from bot.slack.blocks_check import problems_of_message, problems_of_view
from bot.slack.call import Call
from bot.slack.guard import guarded
from bot.slack.router import Routes
from bot.slack.web import SlackWeb
from tests.clocks import PATIENCE
from tests.slack.conftest import Desk
from tests.slack.listeners import Heard, breaks, keys_door, refuses
from tests.slack.payloads import action, command, event, submission, view_object


@pytest.mark.parametrize("listener", [refuses, breaks])
async def test_an_exception_right_after_the_ack_keeps_the_ack(desk: Desk, listener: object) -> None:
    send = await desk.open(keys_door(listener))

    async with asyncio.timeout(PATIENCE):
        status, _ = await send(command("keys list"))

    assert status == 200


async def test_a_known_error_is_told_privately_in_its_own_words(desk: Desk) -> None:
    send = await desk.open(keys_door(refuses))

    await send(command("keys list", response_url=desk.api.response_url))

    await desk.settled()
    [said] = desk.api.responses
    assert said["text"] == "Only @raj can do this. Nothing changed."
    assert said["response_type"] == "ephemeral"
    assert problems_of_message(said["blocks"], said["text"]) == []


async def test_an_unexpected_error_gives_a_reference_and_logs_its_cause(desk: Desk) -> None:
    send = await desk.open(keys_door(breaks))

    with capture_logs() as lines:
        await send(command("keys list", response_url=desk.api.response_url))
        await desk.settled()

    [said] = desk.api.responses
    [line] = [line for line in lines if line["event"] == "slack.listener_failed"]
    assert f"reference {line['reference']}" in said["text"]
    assert len(line["reference"]) == 8
    assert isinstance(line["exc_info"], ZeroDivisionError)
    assert "canary" not in said["text"]


async def test_without_a_response_url_the_person_is_told_in_the_channel(desk: Desk) -> None:
    send = await desk.open(Routes(actions={"it": refuses}))

    await send(action("it"))

    await desk.settled()
    [said] = desk.api.called("chat.postEphemeral")
    assert (said["channel"], said["user"]) == ("C1", "UANA")


async def test_where_the_bot_is_not_in_the_channel_the_person_gets_a_direct_message(desk: Desk) -> None:
    desk.api.refuse("chat.postEphemeral", "user_not_in_channel")
    send = await desk.open(Routes(actions={"it": refuses}))

    await send(action("it"))

    await desk.settled()
    [said] = desk.api.called("chat.postMessage")
    assert said["channel"] == "D1"
    assert said["text"].startswith("Only @raj")


async def test_what_can_be_told_nowhere_is_logged(desk: Desk) -> None:
    desk.api.refuse("chat.postEphemeral", "user_not_in_channel")
    desk.api.refuse("conversations.open", "user_disabled")
    send = await desk.open(Routes(actions={"it": refuses}))

    with capture_logs() as lines:
        assert (await send(action("it")))[0] == 200
        await desk.settled()

    assert "slack.not_told" in [line["event"] for line in lines]


async def test_a_form_error_stands_under_its_field(desk: Desk) -> None:
    async def wants_more(_call: Call) -> None:
        raise FormError("reason", "Say what breaks without it.")

    send = await desk.open(Routes(views={"ask": wants_more}))

    _, answer = await send(submission("ask"))

    assert answer == {"response_action": "errors", "errors": {"reason": "Say what breaks without it."}}


@pytest.mark.parametrize(
    ("stack", "expected"),
    [
        ({}, "push"),
        ({"previous_view_id": "V1", "root_view_id": "V1"}, "push"),
        ({"previous_view_id": "V2", "root_view_id": "V1"}, "update"),
    ],
)
async def test_a_form_that_is_refused_keeps_what_was_typed_where_the_stack_allows(
    desk: Desk, stack: dict[str, str], expected: str
) -> None:
    send = await desk.open(Routes(views={"ask": refuses}))

    _, answer = await send(submission("ask", **stack))

    assert answer["response_action"] == expected
    assert problems_of_view(answer["view"]) == []


async def test_a_form_whose_listener_answers_nothing_closes(desk: Desk) -> None:
    send = await desk.open(Routes(views={"ask": Heard()}))

    assert await send(submission("ask")) == (200, None)


async def test_an_error_after_a_working_view_is_shown_in_it(desk: Desk) -> None:
    async def works_then_fails(call: Call) -> None:
        await call.ack_update(modal("working", "Working", [section("One moment…")]))
        await refuses(call)

    send = await desk.open(Routes(views={"ask": works_then_fails}))

    _, answer = await send(submission("ask"))

    await desk.settled()
    assert answer["response_action"] == "update"
    [shown] = desk.api.called("views.update")
    assert shown["view_id"] == "V9"
    assert "Only @raj" in str(shown["view"])


async def test_an_update_never_overtakes_the_view_that_the_ack_carries(desk: Desk) -> None:
    outcomes: list[str] = []

    async def works(call: Call) -> None:
        view = await call.ack_update(modal("working", "Working", [section("One moment…")]))
        outcomes.append(await view.update(modal("done", "Done", [section("Done.")])))

    send = await desk.open(Routes(views={"ask": works}))

    _, answer = await send(submission("ask"))
    updated_before = desk.api.called("views.update")

    await desk.settled()
    assert answer["view"]["callback_id"] == "working"
    assert updated_before == []
    assert outcomes == ["shown"]


async def test_an_error_after_opening_a_modal_is_shown_in_it(desk: Desk) -> None:
    async def opens_then_fails(call: Call) -> None:
        await call.open(modal("working", "Working", [section("One moment…")]))
        await refuses(call)

    send = await desk.open(Routes(actions={"it": opens_then_fails}))

    await send(action("it"))

    await desk.settled()
    [shown] = desk.api.called("views.update")
    assert shown["hash"].startswith("h")
    assert desk.api.called("chat.postEphemeral") == []


async def test_an_error_of_a_button_in_a_modal_is_shown_on_top_of_it(desk: Desk) -> None:
    send = await desk.open(Routes(actions={"it": refuses}))

    await send(action("it", view=view_object("form"), message=None, channel=None))

    await desk.settled()
    assert len(desk.api.called("views.push")) == 1


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (
            "expired_trigger_id",
            "three seconds to open a window, and they had passed. Nothing was done: please try again",
        ),
        ("exchanged_trigger_id", "opened a window for that press already"),
        ("view_too_large", "did not take what Keydesk sent (view_too_large)"),
        ("invalid_auth", "put the new Bot User OAuth Token into SLACK_BOT_TOKEN"),
        ("missing_scope", "lacks a scope"),
        ("ratelimited", "try again in a minute"),
        ("sent_by_a_new_slack", "a reason that Keydesk does not know (sent_by_a_new_slack)"),
    ],
)
async def test_a_window_that_slack_does_not_open_is_told_as_the_code_says(desk: Desk, code: str, told: str) -> None:
    desk.api.refuse("views.open", code, times=9)

    async def opens(call: Call) -> None:
        await call.open(modal("working", "Working", [section("One moment…")]))

    send = await desk.open(keys_door(opens))

    await send(command("keys list", response_url=desk.api.response_url))

    await desk.settled()
    [said] = desk.api.responses
    assert told in said["text"]
    assert "Nothing was done" in said["text"]


async def test_a_refusal_that_nobody_caught_is_told_as_the_code_says(desk: Desk) -> None:
    desk.api.refuse("conversations.info", "token_revoked")

    async def looks(call: Call) -> None:
        await call.web.channel("C1")

    send = await desk.open(keys_door(looks))

    with capture_logs() as lines:
        await send(command("keys list", response_url=desk.api.response_url))
        await desk.settled()

    [said] = desk.api.responses
    assert "does not accept Keydesk's token any more (token_revoked)" in said["text"]
    [line] = [line for line in lines if line["event"] == "slack.listener_refused"]
    assert (line["method"], line["code"]) == ("conversations.info", "token_revoked")


async def test_a_second_delivery_has_no_second_effect(desk: Desk) -> None:
    heard, keys = Heard(), set[str]()

    async def seen(key: str) -> bool:
        first = key not in keys
        keys.add(key)
        return first

    send = await desk.open(keys_door(heard), Routes(actions={"it": heard}, events={"team_join": heard}), seen=seen)

    for payload in (command("keys list"), action("it"), event("team_join")):
        assert (await send(payload))[0] == 200
        assert (await send(payload))[0] == 200

    await desk.settled()
    assert len(heard.calls) == 3


async def test_work_goes_on_while_the_table_of_deliveries_cannot_be_read(desk: Desk) -> None:
    heard = Heard()

    async def seen(_key: str) -> bool:
        raise OSError("the database is away")

    send = await desk.open(keys_door(heard), seen=seen)

    assert (await send(command("keys list")))[0] == 200

    await desk.settled()
    assert len(heard.calls) == 1


async def test_a_shutdown_waits_for_work_after_the_ack(desk: Desk) -> None:
    done = asyncio.Event()

    async def works(_call: Call) -> None:
        await asyncio.sleep(0.2)
        done.set()

    send = await desk.open(keys_door(works))

    await send(command("keys list"))

    assert not await desk.slack_app.drain(0.01)
    assert await desk.slack_app.drain(2)
    assert done.is_set()


async def test_what_people_type_and_see_is_in_no_log(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    async def shows(call: Call) -> None:
        await call.open(modal("key", "Your key", [section(f"the canary {call.text}")]))

    send = await desk.open(keys_door(shows))

    await send(command("keys list canary"))
    await send(action("gone", value="canary"))

    await desk.settled()
    assert len(desk.api.called("views.open")) == 1
    assert "canary" not in caplog.text


async def test_a_cancellation_passes_and_still_acks() -> None:
    acked: list[dict[str, object]] = []

    async def answer(**given: object) -> None:
        acked.append(given)

    async def waits(_call: Call) -> None:
        await asyncio.sleep(60)

    web = SlackWeb(AsyncWebClient(), 1)
    call = Call("view", "ask", "T1", "UANA", {}, web, answer)
    running = asyncio.create_task(guarded(call, waits, {}, None))
    await asyncio.sleep(0)
    running.cancel()

    with pytest.raises(asyncio.CancelledError):
        await running
    assert acked == [{}]
