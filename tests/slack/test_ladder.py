"""What Slack refuses as drawn is sent more plainly, at most four times, and nothing is held against what it took."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.slack.blocks import actions, button, context, header, input_, modal, section, text_input
from bot.slack.blocks_check import problems_of_block
from bot.slack.ladder import Ladder, in_basic, opening
from bot.slack.refusals import SlackError, SlackTookNothing, pointers_in
from bot.slack.refused_types import OwnRefusals, is_of_blocks, pointed
from bot.slack.simpler import BASIC, simpler
from playground.slack.refused_blocks import RefusedBlocks
from tests.slack.refusing import Workspace, controls, figures

TABLE = {
    "type": "table",
    "rows": [[{"type": "raw_text", "text": each} for each in row] for row in (("a", "b"), ("1.50", "27"))],
}
CHART = {
    "type": "data_visualization",
    "title": "Dollars",
    "chart": {
        "type": "bar",
        "series": [{"name": "Now", "data": [{"label": "Mon", "value": 12.3}, {"label": "Tue", "value": 1204.0}]}],
        "axis_config": {"categories": ["Mon", "Tue"]},
    },
}
BUTTONS = actions(button("Go", "x.go", "7"))
MESSAGE = [header("Usage"), section("*42* hours"), TABLE, CHART, BUTTONS]
POINTINGS = ("type", "block", "inside", "elsewhere", "nothing")


def refusing(*types: str, pointing: Any = "type") -> Workspace:
    return Workspace(RefusedBlocks(frozenset(types), pointing))


def types_of(blocks: list[dict[str, Any]]) -> set[str]:
    return {block["type"] for block in blocks}


def test_what_slack_takes_is_sent_once_as_it_is() -> None:
    workspace = refusing()

    workspace.show(MESSAGE)

    assert [body["blocks"] for body in workspace.sends] == [MESSAGE]


@pytest.mark.parametrize("pointing", POINTINGS)
@pytest.mark.parametrize("types", [("table",), ("data_visualization",), ("table", "data_visualization")], ids=len)
def test_the_reader_has_every_figure_and_button_whatever_is_refused(types: tuple[str, ...], pointing: str) -> None:
    workspace = refusing(*types, pointing=pointing)

    workspace.show(MESSAGE)

    assert len(workspace.sends) <= 4
    assert not types_of(workspace.blocks) & set(types)
    assert figures(MESSAGE) <= figures(workspace.blocks)
    assert controls(workspace.blocks) == controls(MESSAGE)
    assert workspace.learned <= set(types)


def test_a_type_that_slack_names_is_left_out_from_then_on() -> None:
    workspace = refusing("table")
    workspace.show(MESSAGE)

    workspace.show(MESSAGE)

    assert len(workspace.sends) == 1
    assert types_of(workspace.blocks) & {"table", "data_visualization"} == {"data_visualization"}
    assert workspace.learned == {"table"}


@pytest.mark.parametrize("pointing", ["block", "nothing"])
@pytest.mark.parametrize("types", [("table",), ("data_visualization",), ("table", "data_visualization")], ids=len)
def test_without_a_named_type_it_is_found_by_what_passes_without_it(types: tuple[str, ...], pointing: str) -> None:
    workspace = refusing(*types, pointing=pointing)

    for _ in range(4):
        workspace.show(MESSAGE)

    assert workspace.learned == set(types)
    assert len(workspace.sends) == 1


def test_of_many_suspects_each_refused_one_is_found_and_no_other() -> None:
    drawn = [
        section("x"),
        TABLE,
        CHART,
        {"type": "markdown", "text": "9"},
        {"type": "alert", "text": {"type": "plain_text", "text": "8"}},
    ]
    workspace = refusing("table", "markdown", pointing="nothing")

    for _ in range(12):
        workspace.show([each for each in drawn if each["type"] != "alert"])

    assert workspace.learned == {"table", "markdown"}


@pytest.mark.parametrize("pointing", ["inside", "elsewhere"])
def test_a_pointer_into_a_block_is_about_that_block_and_bans_no_type(pointing: str) -> None:
    workspace = refusing("table", pointing=pointing)

    workspace.show(MESSAGE)

    assert workspace.learned == frozenset()


def test_one_malformed_table_goes_as_text_and_the_other_stays_a_chart() -> None:
    broken = {**TABLE, "rows": [[{"type": "raw_text", "text": "1.50"}], [{"type": "raw_text", "text": ""}]]}
    workspace = refusing()

    workspace.show([section("x"), broken, CHART, BUTTONS])

    assert types_of(workspace.blocks) == {"section", "data_visualization", "actions"}
    assert "1.50" in figures(workspace.blocks)
    assert workspace.learned == frozenset()


def test_a_malformed_table_without_a_pointer_is_not_held_against_tables() -> None:
    broken = {**TABLE, "oops": 1}

    class Mute(Workspace):
        async def takes(self, body: Any) -> None:
            try:
                await super().takes(body)
            except SlackError as problem:
                raise SlackError(problem.method, problem.code) from None

    workspace = Mute()
    workspace.show([section("x"), broken, BUTTONS])

    assert len(workspace.sends) == 2
    assert workspace.learned == frozenset()


@pytest.mark.parametrize(
    "broken",
    [
        {**section("*7* hours"), "oops": 1},
        {"type": "section", "text": {"type": "mrkdwn", "text": "word 7 " * 900}},
        {"type": "section", "fields": [{"type": "mrkdwn", "text": f"{each}7"} for each in range(11)]},
        {"type": "header", "text": {"type": "mrkdwn", "text": "*7*"}},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": f"{each}7"} for each in range(12)]},
        actions(button("Go", "x.go", "7") | {"disabled": True}),
        actions(button("Go", "x.go", "7") | {"text": {"type": "plain_text", "text": "7" * 80}}),
        actions(button("Go", "x.go", "7") | {"confirm": {"title": {"type": "plain_text", "text": "Sure?"}}}),
        {"type": "actions", "elements": [button("Go", f"x.go#{each}", str(each)) for each in range(26)]},
        {**section("7 keys"), "accessory": button("Go", "x.go", "7") | {"oops": 1}},
    ],
    ids=range(10),
)
def test_a_malformed_block_is_drawn_anew_with_its_words_and_buttons(broken: dict[str, Any]) -> None:
    assert problems_of_block(broken, "message")
    workspace = refusing()
    drawn = [section("first 3"), broken, BUTTONS | {"elements": [button("Stop", "x.stop", "9")]}]

    workspace.show(drawn)

    assert len(workspace.sends) <= 4
    assert figures(drawn) <= figures(workspace.blocks)
    assert controls(workspace.blocks) == controls(drawn)


def test_a_dangerous_button_never_loses_its_question() -> None:
    ending = button("End it", "keys.end", "k1", style="danger") | {"confirm": {"title": "no text object"}}
    workspace = refusing()

    workspace.show([section("x"), actions(ending)])

    [shown] = [element for block in workspace.blocks for element in block.get("elements", [])]
    assert shown["confirm"]["title"]["text"] == "Are you sure?"
    assert shown["style"] == "danger"


def test_where_no_block_is_taken_a_message_is_told_in_words() -> None:
    workspace = refusing(*BASIC, "table", "data_visualization", pointing="nothing")

    workspace.show(MESSAGE)

    assert len(workspace.sends) <= 4
    assert "blocks" not in workspace.taken
    assert figures(MESSAGE) <= figures(workspace.blocks)
    assert "[Go]" in workspace.taken["text"]


def test_what_others_typed_stays_inert_in_words_alone() -> None:
    workspace = refusing(*BASIC, pointing="nothing")
    hostile = {"type": "section", "text": {"type": "plain_text", "text": "<!channel> *bold*"}}

    workspace.show([hostile])

    assert "<!channel>" not in workspace.taken["text"]
    assert "*bold*" not in workspace.taken["text"]


def test_a_view_that_is_refused_in_every_way_says_what_it_can() -> None:
    view = modal("x", "Usage", [section("*42* hours"), input_("Name", "n", text_input("n")), BUTTONS], submit="Send")
    workspace = refusing("actions", "input", "header", pointing="nothing")

    workspace.show(view)

    assert len(workspace.sends) <= 4
    assert "submit" not in workspace.taken
    assert "42" in figures(workspace.blocks)


def test_what_not_even_words_can_say_is_an_error_that_trying_again_does_not_mend() -> None:
    sends = []

    async def refuse(body: Any) -> None:
        sends.append(body)
        raise SlackError("chat.postMessage", "invalid_blocks")

    with capture_logs() as logs, pytest.raises(SlackTookNothing):
        asyncio.run(Ladder().message({"text": "x", "blocks": MESSAGE}, refuse))
    assert len(sends) == 4
    assert [entry["event"] for entry in logs if entry["log_level"] == "error"] == ["slack.refused_ours"]


def test_other_refusals_are_no_matter_of_drawing() -> None:
    async def refuse(_: Any) -> None:
        raise SlackError("chat.postMessage", "not_in_channel")

    with pytest.raises(SlackError, match="not_in_channel"):
        asyncio.run(Ladder().message({"text": "x", "blocks": MESSAGE}, refuse))


@pytest.mark.parametrize(
    ("method", "code", "pointers", "expected"),
    [
        ("chat.postMessage", "invalid_blocks", (), True),
        ("response_url", "invalid_blocks", (), True),
        ("views.open", "invalid_arguments", ("/trigger_id",), False),
        ("views.open", "invalid_arguments", ("/view/blocks/0/type",), True),
        ("views.update", "invalid_arguments", (), True),
        ("users.info", "invalid_arguments", (), False),
        ("chat.postMessage", "channel_not_found", (), False),
    ],
)
def test_which_refusals_are_about_what_was_drawn(
    method: str, code: str, pointers: tuple[str, ...], *, expected: bool
) -> None:
    assert is_of_blocks(SlackError(method, code, pointers)) is expected


def test_pointers_come_without_the_words_around_them() -> None:
    told = ["[ERROR] unsupported type: table [json-pointer:/blocks/2/type]", "[ERROR] sk-secret [json-pointer:/x y]"]

    assert pointers_in({"response_metadata": {"messages": told}}) == ("/blocks/2/type",)
    assert pointers_in({"response_metadata": {"messages": "nonsense"}}) == ()


def test_pointers_beyond_what_was_sent_name_nothing() -> None:
    found = pointed(("/blocks/99/type", "/blocks", "/text"), MESSAGE)

    assert (found.types, found.blocks, found.inside) == (frozenset(), frozenset(), frozenset())


def test_a_basic_type_is_never_remembered() -> None:
    workspace = refusing("section")

    workspace.show(MESSAGE)

    assert workspace.learned == frozenset()


def test_a_refusal_is_forgotten_after_a_day() -> None:
    moment = [0.0]
    own = OwnRefusals(lambda: moment[0])
    asyncio.run(own.note("table"))
    assert asyncio.run(own.known()) == {"table"}

    moment[0] = 86_401

    assert asyncio.run(own.known()) == frozenset()


def test_an_ack_holds_basic_blocks_only() -> None:
    view = in_basic({"type": "modal", "title": {}, "blocks": MESSAGE})

    assert types_of(view["blocks"]) <= BASIC
    assert figures(MESSAGE) <= figures(view["blocks"])


def test_a_window_is_opened_with_what_cannot_be_refused() -> None:
    words = modal("x", "Usage", [section("One moment…"), context("small")])
    form = modal("x", "Usage", [input_("Name", "n", text_input("n"))], submit="Send")

    assert opening(words) is words
    assert types_of(opening(form)["blocks"]) == {"section"}
    assert "submit" not in opening(form)


YOUNG: list[dict[str, Any]] = [
    {"type": "markdown", "text": "**1.25** spent"},
    {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "1.25"}]}]},
    {"type": "card", "title": {"type": "plain_text", "text": "1.25"}, "actions": [button("Go", "x.go", "7")]},
    {"type": "alert", "text": {"type": "plain_text", "text": "1.25"}, "level": "info"},
    {"type": "image", "image_url": "https://x.test/a.png", "alt_text": "1.25"},
    {"type": "data_table", "caption": "1.25", "rows": TABLE["rows"]},
    {
        "type": "container",
        "title": {"type": "plain_text", "text": "1.25"},
        "child_blocks": [section("8"), actions(button("Go", "x.go", "7"))],
    },
    {"type": "carousel", "elements": [{"type": "card", "body": {"type": "mrkdwn", "text": "1.25"}}]},
    {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": "x.rate",
                "positive_button": {"text": {"type": "plain_text", "text": "Good"}, "value": "1"},
                "negative_button": {"text": {"type": "plain_text", "text": "Bad"}, "value": "2"},
            }
        ],
    },
    {
        "type": "plan",
        "title": "1.25",
        "tasks": [{"type": "task_card", "task_id": "8", "title": "8", "status": "complete"}],
    },
    {
        "type": "data_visualization",
        "title": "Share",
        "chart": {"type": "pie", "segments": [{"label": "birch", "value": 1.25}]},
    },
]


@pytest.mark.parametrize("block", YOUNG, ids=lambda block: block["type"])
def test_every_young_block_can_be_told_in_basic_ones(block: dict[str, Any]) -> None:
    told = simpler(block)

    assert told
    assert types_of(told) <= BASIC
    assert [problem for each in told for problem in problems_of_block(each, "message")] == []
    assert figures([block]) <= figures(told) | {"8"}
    pressed = {action for action, _ in controls(told)}
    assert {action for action, _ in controls([block])} <= {each.partition("#")[0] for each in pressed}
