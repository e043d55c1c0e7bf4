"""The cards: what each state says, which buttons it has, and what a denial must give."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk import views
from bot.desk.views import REASON_LONGEST, STATES
from bot.desk.words import storable
from bot.errors import FormError
from bot.slack.blocks_check import problems_of_message, problems_of_view
from bot.store.requests import MOVES
from tests.factories import HOSTILE
from tests.gallery_desk import card, described

DECIDED = [state for state in STATES if state != "waiting"]


def buttons(blocks: list[dict[str, Any]]) -> list[str]:
    return [element["text"]["text"] for block in blocks if block["type"] == "actions" for element in block["elements"]]


def test_there_are_words_for_every_state() -> None:
    assert set(STATES) == set(MOVES)


@pytest.mark.parametrize("state", DECIDED)
def test_a_decided_card_offers_no_decision(state: str) -> None:
    assert buttons(views.approver_card(card(state))) == ["Details"]


def test_a_waiting_card_can_be_decided() -> None:
    assert buttons(views.approver_card(card())) == ["Approve", "Deny…", "Details"]


def test_a_name_in_the_title_rings_no_bell() -> None:
    hostile = described("x").model_copy(update={"title": "Delete project · <!channel>"})
    assert "<!channel>" not in views.summary(card(description=hostile))


def test_only_a_risky_approval_asks_twice() -> None:
    def asks(risk: str) -> bool:
        drawn = views.approver_card(card(description=described("x", risk)))
        return "confirm" in drawn[-1]["elements"][0]

    assert [asks("Low"), asks("Medium"), asks("High")] == [False, False, True]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("waiting", ["Remind", "Cancel request", "Details"]),
        ("approved", ["Create and show my key", "Not needed", "Details"]),
        ("creating", ["Details"]),
        ("delivered", ["I'm done: revoke it", "Details"]),
        ("denied", ["Details"]),
        ("lapsed", ["Details"]),
    ],
)
def test_the_requester_can_do_what_makes_sense_now(state: str, expected: list[str]) -> None:
    assert buttons(views.requester_card(card(state))) == expected


@pytest.mark.parametrize("state", STATES)
def test_an_older_copy_has_nothing_to_press(state: str) -> None:
    assert buttons(views.older_card(card(state))) == []


def test_every_button_carries_an_opaque_id_and_the_version() -> None:
    drawn = views.approver_card(card())
    assert {element["value"] for element in drawn[-1]["elements"]} == {"rq0123456789abcdef.3"}


@given(st.text(max_size=4000), st.sampled_from(list(STATES)))
def test_any_words_make_a_card_that_slack_takes(text: str, state: str) -> None:
    drawn = card(state, text)
    for blocks in (views.approver_card(drawn), views.requester_card(drawn), views.older_card(drawn)):
        assert problems_of_message(blocks, views.summary(drawn)) == []
    assert problems_of_view(views.details(drawn, ["–"])) == []
    assert problems_of_view(views.deny_form(drawn)) == []


@given(st.text(max_size=600) | st.sampled_from([HOSTILE, "\ud83d", "a\x00b"]))
def test_any_reason_is_kept_or_complained_of(reason: str) -> None:
    kept = storable(reason)
    typed = {"reason": {"reason": {"value": reason}}}
    if 1 <= len(kept) <= REASON_LONGEST:
        assert views.read_deny_form(typed) == kept
        return
    with pytest.raises(FormError) as complaint:
        views.read_deny_form(typed)
    assert complaint.value.block_id == "reason"


@pytest.mark.parametrize("state", [{}, {"reason": {}}, {"reason": {"reason": {"value": None}}}])
def test_a_denial_without_a_reason_is_refused(state: dict[str, Any]) -> None:
    with pytest.raises(FormError, match="say why"):
        views.read_deny_form(state)


def test_the_reason_may_be_as_long_as_the_form_says() -> None:
    (block,) = [block for block in views.deny_form(card())["blocks"] if block["type"] == "input"]
    assert block["element"]["max_length"] == REASON_LONGEST
    with pytest.raises(FormError, match="At most"):
        views.read_deny_form({"reason": {"reason": {"value": "x" * (REASON_LONGEST + 1)}}})
