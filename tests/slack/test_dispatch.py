"""What Slack sends reaches its listener, over signed HTTP and over Socket Mode alike; what nobody knows is answered."""

from __future__ import annotations

import pytest

from bot.slack.blocks_check import problems_of_message
from bot.slack.call import Call
from bot.slack.router import Command, Routes
from tests.slack.conftest import Desk
from tests.slack.listeners import Heard, breaks, keys_door
from tests.slack.payloads import action, closed, command, event, shortcut, submission, suggestion


async def test_a_command_reaches_its_listener_with_its_rest_untouched(desk: Desk) -> None:
    heard = Heard()
    send = await desk.open(keys_door(heard))

    status, _ = await send(command('keys LIST "Speech  team" <@U1|ana> <#C1|x>'))

    await desk.settled()
    assert status == 200
    assert heard.calls[0].name == "keys list"
    assert heard.calls[0].text == '"Speech  team" <@U1|ana> <#C1|x>'
    assert (heard.calls[0].team_id, heard.calls[0].user_id) == ("T1", "UANA")


async def test_an_alias_with_a_prefix_reaches_the_same_listener(desk: Desk) -> None:
    heard = Heard()
    send = await desk.open(keys_door(heard), prefix="acme-")

    await send(command("list speech", slash="/acme-keys"))
    await send(command("keys list speech", slash="/acme-keydesk"))

    await desk.settled()
    assert [(call.name, call.text) for call in heard.calls] == [("keys list", "speech")] * 2


async def test_words_that_are_no_verb_reach_the_command_that_takes_them(desk: Desk) -> None:
    heard, changed = Heard(), Heard()
    lists = Command("customers", "list", heard, "[words]", "all", ("",), slash=False, words=True)
    send = await desk.open(
        Routes(commands=(lists, Command("customers", "archive", changed, "<name>", "one", slash=False)))
    )

    for typed in ("customers", "customers archived", "customers Archived pears", "customers list pears"):
        await send(command(typed))

    await desk.settled()
    assert [call.text for call in heard.calls] == ["", "archived", "Archived pears", "pears"]
    assert {call.name for call in heard.calls} == {"customers list"}
    assert changed.calls == []


async def test_a_verb_alone_may_have_a_listener_of_its_own(desk: Desk) -> None:
    heard, asked = Heard(), Heard()
    rename = Command("projects", "rename", heard, "[name]", "another name", alone=asked)
    send = await desk.open(Routes(commands=(rename,)))

    for typed in ("rename", "rename   ", "rename speech"):
        await send(command(typed, slash="/projects"))

    await desk.settled()
    assert [call.text for call in heard.calls] == ["speech"]
    assert [(call.name, call.text) for call in asked.calls] == [("projects rename", "")] * 2


async def test_every_kind_of_payload_reaches_its_listener(desk: Desk) -> None:
    heard = Heard()
    names = {"it": heard}
    send = await desk.open(
        Routes(actions=names, views=names, closed=names, shortcuts=names, events={"team_join": heard})
    )

    for payload in (action("it#next"), submission("it"), closed("it"), shortcut("it"), event("team_join")):
        assert (await send(payload))[0] == 200

    await desk.settled()
    kinds = [call.kind for call in heard.calls]
    assert kinds == ["action", "view", "view_closed", "shortcut", "event"]
    assert heard.calls[0].value == "7"
    assert heard.calls[1].state["reason"]["text"]["value"] == "because"


async def test_options_are_answered_with_the_ack(desk: Desk) -> None:
    async def offer(call: Call) -> None:
        await call.ack(options=[{"text": {"type": "plain_text", "text": call.value}, "value": "p1"}])

    send = await desk.open(Routes(options={"project": offer}))

    status, answer = await send(suggestion("project", "spe"))

    assert status == 200
    assert answer["options"][0]["text"]["text"] == "spe"


async def test_options_that_fail_or_that_nobody_knows_are_none(desk: Desk) -> None:
    send = await desk.open(Routes(options={"project": breaks}))

    assert (await send(suggestion("gone", "x")))[1] == {"options": []}
    assert (await send(suggestion("project", "x")))[0] == 200


async def test_unknown_names_are_answered_in_words(desk: Desk) -> None:
    send = await desk.open(keys_door(Heard()))

    for payload in (action("gone"), submission("gone"), shortcut("gone")):
        assert (await send(payload))[0] == 200
    for payload in (closed("gone"), event("gone", "Ev9")):
        assert (await send(payload))[0] == 200

    await desk.settled()
    assert "another version" in desk.api.called("chat.postEphemeral")[0]["text"]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", "/keys"),
        ("help", "/keys"),
        ("kyes list", "Did you mean `keys`?"),
        ("keys", "shows your keys"),
        ("keys help", "/keys list [project]"),
        ("keys lst", "Did you mean `list`?"),
        ("<!channel> *x*", "I do not know `&lt;!channel&gt;`"),
    ],
)
async def test_a_word_that_nobody_knows_is_answered_with_help(desk: Desk, typed: str, expected: str) -> None:
    heard = Heard()
    send = await desk.open(keys_door(heard))

    assert (await send(command(typed, response_url=desk.api.response_url)))[0] == 200

    await desk.settled()
    [said] = desk.api.responses
    assert expected in said["text"]
    assert heard.calls == []
    assert problems_of_message(said["blocks"], said["text"]) == []
