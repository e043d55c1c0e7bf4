"""Blocks that Slack takes and blocks that it refuses."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.blocks_check import problems_of_message, problems_of_view

Block = dict[str, Any]


def plain(text: str) -> Block:
    return {"type": "plain_text", "text": text}


def said(text: str) -> Block:
    return {"type": "mrkdwn", "text": text}


def section(text: str = "x", **more: Any) -> Block:
    return {"type": "section", "text": said(text)} | more


def actions(*elements: Block) -> Block:
    return {"type": "actions", "elements": list(elements)}


def button(action_id: str = "a", **more: Any) -> Block:
    return {"type": "button", "text": plain("Press"), "action_id": action_id} | more


def option(value: str = "v", text: str = "One") -> Block:
    return {"text": plain(text), "value": value}


def menu(options: list[Block], **more: Any) -> Block:
    return {"type": "static_select", "action_id": "m", "options": options} | more


def field(element: Block, **more: Any) -> Block:
    return {"type": "input", "label": plain("Why"), "element": element} | more


def modal(*blocks: Block, **more: Any) -> Block:
    return {"type": "modal", "title": plain("Ask"), "submit": plain("Send"), "blocks": list(blocks)} | more


def table(rows: int, columns: int = 2) -> Block:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * columns] * rows}


def data_table(rows: int, **more: Any) -> Block:
    cells = [[{"type": "raw_text", "text": "x"}, {"type": "raw_number", "value": 1.5}]] * rows
    return {"type": "data_table", "caption": "Usage", "rows": cells} | more


def chart(kind: str = "bar", labels: tuple[str, ...] = ("Mon", "Tue"), **more: Any) -> Block:
    series = {"name": "Hours", "data": [{"label": label, "value": 1} for label in labels]}
    axes = {"categories": ["Mon", "Tue"]}
    drawn = {"type": kind, "series": [series], "axis_config": axes} | more
    return {"type": "data_visualization", "title": "Hours", "chart": drawn}


PIE = {"type": "data_visualization", "title": "P", "chart": {"type": "pie", "segments": [{"label": "a", "value": 1}]}}
RICH = {
    "type": "rich_text",
    "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "x", "style": {"bold": True}}]}],
}

GOOD_MESSAGES: dict[str, list[Block]] = {
    "plain words": [section(), {"type": "divider"}, {"type": "header", "text": plain("H")}],
    "fields and a button": [section(fields=[said("x" * 2000)] * 2, accessory=button())],
    "context": [{"type": "context", "elements": [said("x"), plain("y")] * 5}],
    "buttons": [actions(*(button(f"a{n}", style="danger", value="7") for n in range(25)))],
    "a table": [table(100, 20)],
    "a data table": [data_table(101, page_size=10)],
    "charts": [chart(), PIE],
    "rich text": [RICH],
    "the same action in several rows": [section(accessory=button()), section(accessory=button())],
    "fifty blocks": [section()] * 50,
}

BAD_MESSAGES: dict[str, list[Any]] = {
    "51 blocks": [section()] * 51,
    "an empty text": [section("")],
    "a text of 3001": [section("x" * 3001)],
    "a section with nothing": [{"type": "section"}],
    "eleven fields": [section(fields=[said("x")] * 11)],
    "a field of 2001": [section(fields=[said("x" * 2001)])],
    "a mrkdwn header": [{"type": "header", "text": said("H")}],
    "a header of 151": [{"type": "header", "text": plain("x" * 151)}],
    "eleven in context": [{"type": "context", "elements": [said("x")] * 11}],
    "a button in context": [{"type": "context", "elements": [button()]}],
    "no actions": [actions()],
    "26 actions": [actions(*(button(str(n)) for n in range(26)))],
    "a disabled button": [actions(button(disabled=True))],
    "a button of 76": [actions(button(text=plain("x" * 76)))],
    "a button with mrkdwn": [actions(button(text=said("x")))],
    "a value of 2001": [actions(button(value="x" * 2001))],
    "a style of its own": [actions(button(style="warning"))],
    "an action id of 256": [actions(button("x" * 256))],
    "an action id twice in a block": [actions(button("a"), button("a"))],
    "a block id twice": [section(block_id="b"), section(block_id="b")],
    "a block id of 256": [section(block_id="x" * 256)],
    "no options": [actions(menu([]))],
    "101 options": [actions(menu([option(str(n)) for n in range(101)]))],
    "an option of 76": [actions(menu([option(text="x" * 76)]))],
    "an option's value of 151": [actions(menu([option("x" * 151)]))],
    "an initial option that is not offered": [actions(menu([option()], initial_option=option("w")))],
    "six in an overflow": [section(accessory={"type": "overflow", "action_id": "o", "options": [option()] * 6})],
    "eleven checkboxes": [actions({"type": "checkboxes", "action_id": "c", "options": [option()] * 11})],
    "an unknown key": [section(colour="red")],
    "an unknown block": [{"type": "sparkline"}],
    "an unknown element": [section(accessory={"type": "knob"})],
    "a type that is a list": [{"type": ["section"]}],
    "a block that is a string": ["section"],
    "a file block": [{"type": "file", "external_id": "1", "source": "remote"}],
    "an image without alt_text": [{"type": "image", "image_url": "https://x"}],
    "an image without a source": [{"type": "image", "alt_text": "x"}],
    "a text input outside an input": [section(accessory={"type": "plain_text_input", "action_id": "x"})],
    "an alert": [{"type": "alert", "text": plain("x")}],
    "two tables": [table(1), table(1)],
    "101 rows": [table(101)],
    "21 columns": [table(1, 21)],
    "a data table of one row": [data_table(1)],
    "a data table without a caption": [{"type": "data_table", "rows": data_table(2)["rows"]}],
    "rows of different lengths": [data_table(2) | {"rows": [[{"type": "raw_text", "text": "x"}] * n for n in (1, 2)]}],
    "rich text in a table's header": [data_table(2) | {"rows": [[RICH], [RICH]]}],
    "three charts": [chart()] * 3,
    "a chart off its axis": [chart(labels=("Mon", "Wed"))],
    "a pie of nothing": [PIE | {"chart": {"type": "pie", "segments": [{"label": "a", "value": 0}]}}],
    "a radar chart": [chart("radar")],
    "a deep list": [
        {
            "type": "rich_text",
            "elements": [{"type": "rich_text_list", "style": "bullet", "indent": 9, "elements": RICH["elements"]}],
        }
    ],
    "a confirm of 31": [
        actions(
            button(confirm={"title": plain("t"), "text": said("x"), "confirm": plain("x" * 31), "deny": plain("n")})
        )
    ],
}


@pytest.mark.parametrize("case", GOOD_MESSAGES)
def test_a_good_message_has_no_problem(case: str) -> None:
    assert problems_of_message(GOOD_MESSAGES[case], "words") == []


@pytest.mark.parametrize("case", BAD_MESSAGES)
def test_a_bad_message_is_refused(case: str) -> None:
    problems = problems_of_message(BAD_MESSAGES[case], "words")

    assert problems
    assert {problem.code for problem in problems} <= {"invalid_blocks", "only_one_table_allowed"}


def test_a_message_of_more_than_nine_thousand_characters_is_refused() -> None:
    assert problems_of_message([section("x" * 3000)] * 3, "words") == []

    [problem] = problems_of_message([section("x" * 3000)] * 3 + [section()], "words")
    assert problem.code == "msg_blocks_too_long"


def test_a_message_says_everything_in_its_text_too() -> None:
    assert [problem.code for problem in problems_of_message([section()], " ")] == ["no_text"]
    assert [problem.code for problem in problems_of_message(None, "x" * 40_001)] == ["msg_too_long"]


GOOD_VIEWS: dict[str, Block] = {
    "a form": modal(field({"type": "plain_text_input", "action_id": "t", "max_length": 400})),
    "a notice": {"type": "modal", "title": plain("Done"), "blocks": [section()]},
    "a home": {"type": "home", "blocks": [section()] * 100, "private_metadata": ""},
    "an alert in a modal": modal({"type": "alert", "text": plain("x"), "level": "warning"}),
}

BAD_VIEWS: dict[str, Any] = {
    "no object": "modal",
    "a form without submit": {
        "type": "modal",
        "title": plain("Ask"),
        "blocks": [field({"type": "plain_text_input", "action_id": "t"})],
    },
    "a title of 25": modal(title=plain("x" * 25)),
    "a submit of 25": modal(submit=plain("x" * 25)),
    "no title": {"type": "modal", "blocks": []},
    "101 blocks": modal(*[section()] * 101),
    "metadata of 3001": modal(private_metadata="x" * 3001),
    "a home with submit": {"type": "home", "blocks": [], "submit": plain("Send")},
    "a button as an input": modal(field(button())),
    "a table in a modal": modal(table(1)),
    "a chart in a modal": modal(chart()),
    "markdown in a modal": modal({"type": "markdown", "text": "x"}),
    "a number input without its flag": modal(field({"type": "number_input", "action_id": "n"})),
    "a text longer than its limit": modal(
        field({"type": "plain_text_input", "action_id": "t", "max_length": 3, "initial_value": "long"})
    ),
    "a least above the most": modal(
        field({"type": "plain_text_input", "action_id": "t", "max_length": 3, "min_length": 4})
    ),
    "a file input at home": {"type": "home", "blocks": [field({"type": "file_input", "action_id": "f"})]},
    "a date that is none": modal(field({"type": "datepicker", "action_id": "d", "initial_date": "today"})),
}


@pytest.mark.parametrize("case", GOOD_VIEWS)
def test_a_good_view_has_no_problem(case: str) -> None:
    assert problems_of_view(GOOD_VIEWS[case]) == []


@pytest.mark.parametrize("case", BAD_VIEWS)
def test_a_bad_view_is_refused(case: str) -> None:
    assert {problem.code for problem in problems_of_view(BAD_VIEWS[case])} == {"invalid_arguments"}


def test_a_view_of_more_than_250_kilobytes_is_refused() -> None:
    [problem] = problems_of_view(modal(*[section("é" * 2999)] * 50))

    assert problem.code == "view_too_large"


WORDS = st.sampled_from(
    [
        "type",
        "text",
        "blocks",
        "elements",
        "options",
        "rows",
        "chart",
        "series",
        "initial_option",
        "view",
        "modal",
        "section",
        "table",
        "data_table",
        "data_visualization",
        "static_select",
        "actions",
        "input",
        "element",
        "bar",
    ]
)
LEAF = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=5), WORDS)
ANY_JSON = st.recursive(
    LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4), max_leaves=20
)
SPOILED = st.tuples(
    st.sampled_from(sorted(GOOD_MESSAGES)),
    st.sampled_from(["type", "text", "elements", "rows", "chart", "fields", "accessory", "caption"]),
    ANY_JSON,
)


@given(ANY_JSON)
def test_any_json_is_judged_and_never_raises(value: Any) -> None:
    problems_of_message([value], "words")
    problems_of_view({"type": "modal", "title": plain("x"), "blocks": [value]})

    assert problems_of_view(value)


@given(SPOILED)
def test_a_spoiled_block_is_judged_and_never_raises(spoiled: tuple[str, str, Any]) -> None:
    case, key, value = spoiled

    problems_of_message([GOOD_MESSAGES[case][0] | {key: value}], "words")


def test_a_message_whose_blocks_are_no_list_is_refused() -> None:
    assert problems_of_message({"type": "section"}, "words")  # type: ignore[arg-type]  # what a careless caller sends
