"""With a prefix, every command that we name is one that exists; over both transports."""

from __future__ import annotations

from typing import Any

import pytest

from bot.errors import FormError, NotUnderstood
from bot.slack import blocks
from bot.slack.call import Call
from bot.slack.prefix import prefixed
from bot.slack.router import Command, Routes, join
from bot.slack.web import unchanged
from tests.slack.conftest import Desk
from tests.slack.payloads import command, submission


async def nothing(_call: Call) -> None:
    pass


def door(**listeners: Any) -> Routes:
    return Routes(
        commands=(
            Command("keys", "list", listeners.get("keys", nothing), "", ""),
            Command("projects", "list", nothing, "", ""),
            Command("status", "", nothing, "", "how we are doing"),
        ),
        views={"form": listeners.get("form", nothing)},
    )


def said(text: str, prefix: str = "acme-") -> str:
    return str(prefixed(join([door()], prefix))({"text": text})["text"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/keys list", "/acme-keys list"),
        ("Ask with `/keys request`, or (/projects list).", "Ask with `/acme-keys request`, or (/acme-projects list)."),
        ("see */keydesk status*\n/keys", "see */acme-keydesk status*\n/acme-keys"),
        ("/acme-keys list", "/acme-keys list"),
        (
            "https://x.test/keys and <https://x.test/a/projects|x>",
            "https://x.test/keys and <https://x.test/a/projects|x>",
        ),
        ("/keyspace /keys-old /keys/2 /status either/keys", "/keyspace /keys-old /keys/2 /status either/keys"),
    ],
)
def test_our_commands_get_the_prefix_and_nothing_else_does(text: str, expected: str) -> None:
    assert said(text) == expected
    assert said(expected) == expected


def test_without_a_prefix_nothing_is_looked_at() -> None:
    assert prefixed(join([door()])) is unchanged


def test_names_values_and_what_was_typed_stay_as_they_are() -> None:
    view = blocks.modal(
        "form",
        "Form",
        [
            blocks.header("/keys"),
            blocks.section("/keys", fields=["/keys"]),
            blocks.context("/keys"),
            blocks.input_("Why", "why", blocks.text_input("why", initial="/keys")),
            blocks.actions(blocks.button("/keys", "a", "/keys")),
        ],
        submit="Go",
        private_metadata="/keys",
    )
    given = prefixed(join([door()], "acme-"))({"view": view})["view"]
    assert str(given).count("/acme-keys") == 3
    assert str(given).count("'/keys'") == str(view).count("'/keys'") - 3
    assert str(view).count("/acme-keys") == 0


def test_a_text_full_of_commands_stays_within_slacks_limit() -> None:
    full = blocks.section("/keys " * 499, fields=["/keys " * 330])
    (block,) = prefixed(join([door()], "a" * 16))({"blocks": [full]})["blocks"]
    assert len(block["text"]["text"]) <= 3000
    assert len(block["fields"][0]["text"]) <= 2000


async def test_whatever_way_a_text_leaves_it_names_commands_that_exist(desk: Desk) -> None:
    async def tell(call: Call) -> None:
        await call.open(blocks.modal("m", "M", [blocks.section("/keys list")]))
        await call.tell("/keys list", [blocks.section("`/keys list`")])
        await call.web.post("C1", "/keys list")
        await call.web.update("C1", "1.1", "/keys list")
        await call.web.publish_home("UANA", blocks.home([blocks.context("/keys list")]))
        raise NotUnderstood("Choose a project first: /projects list.")

    send = await desk.open(door(keys=tell), prefix="acme-")
    await send(command("list", "/acme-keys", response_url=desk.api.response_url))
    await desk.settled()
    told = str(desk.api.calls + desk.api.responses)
    assert told.count("/acme-keys list") == 6
    assert "/acme-projects list" in told
    assert "/keys" not in told.replace("/acme-keys", "")


async def test_the_errors_under_fields_name_commands_that_exist(desk: Desk) -> None:
    async def refuse(_call: Call) -> None:
        raise FormError("reason", "See /keys list.")

    send = await desk.open(door(form=refuse), prefix="acme-")
    _, answer = await send(submission("form"))
    assert answer["errors"] == {"reason": "See /acme-keys list."}
