"""Whatever is put into the builders, Slack takes what comes out."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack import blocks
from bot.slack.blocks_check import problems_of_message, problems_of_view
from bot.slack.words import CUT, fallback_text

ANY_TEXT = st.one_of(
    st.text(),
    st.sampled_from(["", " ", "\n", "é" * 5000, "&" * 4000, "<!channel>" * 900, "👩‍👩‍👧‍👦" * 700, "x" * 41_000]),
)


@given(ANY_TEXT, st.lists(ANY_TEXT, max_size=12))
def test_any_words_make_a_message_that_slack_takes(text: str, parts: list[str]) -> None:
    built = [
        blocks.header(text),
        blocks.section(text, fields=parts, accessory=blocks.button(text, "a", "1", accessibility_label=text or None)),
        blocks.section(blocks.plain(text)),
        blocks.context(*parts),
        blocks.divider(),
        blocks.actions(
            blocks.button(text, "yes", confirm=blocks.confirm(text, text, text, text, danger=True), style="danger"),
            blocks.overflow("more", [blocks.option(text, "v", text)]),
        ),
        *blocks.paging("page", 2, 3),
    ]
    fitting = blocks.fit_message(built)

    assert problems_of_message(fitting, fallback_text(fitting)) == []


@given(ANY_TEXT, st.integers(min_value=1, max_value=120), st.booleans())
def test_any_words_make_a_form_that_slack_takes(text: str, number: int, flag: bool) -> None:
    options = [blocks.option(text, f"v{index}", text) for index in range(number)]
    few, groups = options[:10], [blocks.option_group(text, options)]
    elements = [
        blocks.text_input("a", initial=text, placeholder=text, multiline=flag, max_length=number),
        blocks.number_input("a", decimal=flag, initial="1", least="0", most="9", placeholder=text),
        blocks.select("a", options, initial="v0", placeholder=text),
        blocks.select("a", groups, initial="v0"),
        blocks.external_select("a", initial=options[0], placeholder=text),
        blocks.multi_external_select("a", initial=options[:2], placeholder=text),
        blocks.multi_users_select("a", initial=["U1"], most=2),
        blocks.conversations_select("a", placeholder=text),
        blocks.radio("a", few, initial="v0"),
        blocks.checkboxes("a", few, initial=["v0"]),
    ]
    asked = [
        blocks.input_(text, f"b{index}", element, optional=flag, hint=text, dispatch=flag)
        for index, element in enumerate(elements)
    ]
    view = blocks.modal("ask", text, asked, submit=text or "Send", close=text, private_metadata="{}")

    assert problems_of_view(view) == []


@given(ANY_TEXT, st.integers(min_value=0, max_value=300))
def test_any_number_of_blocks_fits_a_home_and_a_message(text: str, number: int) -> None:
    built = [blocks.section(text)] * number
    fitting = blocks.fit_message(built)

    assert problems_of_view(blocks.home(built)) == []
    assert problems_of_message(fitting, fallback_text(fitting)) == []


def test_what_does_not_fit_ends_visibly() -> None:
    long, many = blocks.section("x" * 3001), blocks.fit_message([blocks.divider()] * 51)
    menu = blocks.select("a", [blocks.option("x", str(index)) for index in range(112)])

    assert long["text"]["text"].endswith(CUT)
    assert many[-1] == blocks.context(CUT)
    assert len(menu["options"]) == 100
    assert menu["placeholder"]["text"] == "The first 100 of 112 … (cut)"


def test_a_text_is_never_cut_inside_an_entity_or_a_mention() -> None:
    assert blocks.mrkdwn("x" * 2990 + "&amp;" * 9)["text"] == "x" * 2990 + CUT
    assert blocks.mrkdwn("x" * 2985 + "<@U12345678901234>")["text"] == "x" * 2985 + CUT


def test_an_id_that_is_too_long_is_our_mistake() -> None:
    mistakes: list[Callable[[], object]] = [
        lambda: blocks.button("x", "a" * 256),
        lambda: blocks.button("x", ""),
        lambda: blocks.option("x", "v" * 151),
        lambda: blocks.modal("ask", "Ask", [], private_metadata="x" * 3001),
        lambda: blocks.select("a", []),
        lambda: blocks.radio("a", [blocks.option("x", str(index)) for index in range(11)]),
        blocks.actions,
    ]
    for build in mistakes:
        with pytest.raises(ValueError, match=r"characters|option|element|choices"):
            build()


def test_one_page_needs_no_paging() -> None:
    first, last = blocks.paging("keys.page", 1, 3, "p1"), blocks.paging("keys.page", 3, 3, "p1")

    assert blocks.paging("keys.page", 1, 1) == []
    assert [each["value"] for each in first[1]["elements"]] == ["2:p1"]
    assert [each["action_id"] for each in last[1]["elements"]] == ["keys.page#previous"]


def test_fifty_blocks_cost_well_below_a_millisecond() -> None:
    def build() -> float:
        started = time.process_time()
        [blocks.section("*name* of a key", accessory=blocks.button("End…", "keys.end", "7")) for _ in range(50)]
        return time.process_time() - started

    assert min(build() for _ in range(20)) < 0.001
