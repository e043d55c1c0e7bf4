"""The form that asks for a key: it reads back what was typed, and complains where somebody can mend it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.words import storable
from bot.errors import FormError
from bot.keys.operations import PRESETS, PURPOSE_LONGEST, CreateKey
from bot.keys.request_form import chosen_project, options, read_request_form
from bot.slack.blocks_check import problems_of_view
from tests.factories import HOSTILE, PROJECT
from tests.gallery_keys import form

TYPED = st.text(max_size=400) | st.sampled_from([HOSTILE, "\ud83d", "\x00", " ", "🔑" * 300])
BLOCKS = {block["block_id"].partition("-")[0] for block in form()["blocks"] if block["type"] == "input"}


def state(**changes: Any) -> dict[str, Any]:
    """Return what Slack sends for a filled form."""
    given = {"purpose": "call summaries", "place": "vault"} | changes
    chosen = {"project": PROJECT, "preset": "speech", "days-90": "30", "customer": "acme"} | changes
    typed = {name: {name: {"value": given[name]}} for name in ("purpose", "place")}
    menus = ("project", "preset", "days-90", "customer")
    picked = {name: {name: {"selected_option": {"value": chosen[name]}}} for name in menus}
    return {**typed, **picked}


def test_a_filled_form_is_a_wish_for_a_key() -> None:
    wish = read_request_form(state())
    assert (wish.project_id, wish.purpose, wish.preset, wish.days) == (PROJECT, "call summaries", "speech", 30)
    assert (wish.customer, wish.place) == ("acme", "vault")


def test_the_initial_values_of_the_form_can_be_sent_back() -> None:
    drawn = form()
    initial = {
        block["block_id"]: {block["element"]["action_id"]: {"selected_option": block["element"]["initial_option"]}}
        for block in drawn["blocks"]
        if "initial_option" in block.get("element", {})
    }
    wish = read_request_form(state() | initial)
    assert (wish.project_id, wish.preset, wish.days) == (PROJECT, "speech", 30)
    assert chosen_project(initial) == PROJECT


def outcome(typed: dict[str, Any]) -> CreateKey | FormError:
    try:
        return read_request_form(typed)
    except FormError as complaint:
        return complaint


@given(TYPED, TYPED, TYPED)
def test_whatever_is_typed_is_a_wish_or_a_complaint_at_its_field(purpose: str, customer: str, place: str) -> None:
    read = outcome(state(purpose=purpose, customer=customer, place=place))
    if isinstance(read, FormError):
        assert read.block_id in BLOCKS
        assert read.text
        return
    assert "\x00" not in read.purpose + read.place
    assert 1 <= len(read.purpose) <= PURPOSE_LONGEST
    assert read.purpose == storable(purpose)


@given(
    st.dictionaries(
        st.sampled_from(["purpose", "customer", "place", "project", "preset", "days-90", "days", ""]),
        st.none() | st.text() | st.dictionaries(st.text(max_size=3), st.none() | st.text() | st.just({"value": None})),
    )
)
def test_a_forged_form_is_a_complaint_and_never_a_crash(forged: dict[str, Any]) -> None:
    with pytest.raises(FormError):
        read_request_form(forged)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("purpose", "  ", "fill this in"),
        ("purpose", "x" * 301, "At most 300"),
        ("place", "", "fill this in"),
        ("place", "x" * 121, "At most 120"),
        ("customer", "", "Choose a customer, or own use"),
        ("customer", "-acme", "Choose a customer, or own use"),
        ("customer", "c" * 129, "Choose a customer, or own use"),
        ("preset", "admin", "Choose one"),
        ("project", "", "Choose a project"),
    ],
)
def test_a_complaint_names_the_field(field: str, value: str, words: str) -> None:
    with pytest.raises(FormError, match=words) as complaint:
        read_request_form(state(**{field: value}))
    assert complaint.value.block_id == field


@pytest.mark.parametrize("days", ["", "0", "-1", "1e3", "٣", "99999", "3651"])
def test_odd_durations_are_refused_at_the_field_of_the_form(days: str) -> None:
    with pytest.raises(FormError) as complaint:
        read_request_form(state(**{"days-90": days}))
    assert complaint.value.block_id == "days-90"


@given(st.text(max_size=3000), st.text(max_size=3000), st.integers(1, 365), st.integers(1, 365))
def test_the_form_is_valid_for_any_project_and_durations(name: str, deciders: str, most: int, recommended: int) -> None:
    drawn = form(project=(PROJECT, name), deciders=deciders, most_days=most, recommended_days=recommended)
    assert problems_of_view(drawn) == []
    days = next(block for block in drawn["blocks"] if block.get("block_id", "").startswith("days-"))
    offered = [int(option["value"]) for option in days["element"]["options"]]
    assert offered == sorted(set(offered))
    assert max(offered) == most
    assert int(days["element"]["initial_option"]["value"]) == min(most, recommended)


@given(st.lists(st.tuples(st.text(min_size=1, max_size=75), *[st.text(max_size=500)] * 2), max_size=100))
def test_projects_with_any_names_can_be_offered(found: list[tuple[str, str, str]]) -> None:
    offered = options(found)
    assert [option["value"] for option in offered] == [project_id for project_id, _, _ in found]
    assert all(len(option.get("description", {}).get("text", "-")) in range(1, 76) for option in offered)
    assert all(1 <= len(option["text"]["text"]) <= 75 for option in offered)


def test_no_preset_can_manage_keys_or_see_people() -> None:
    scopes = {scope for preset in PRESETS.values() for scope in preset.scopes}
    assert not [scope for scope in scopes if scope.startswith(("keys", "members", "admin", "owner", "billing"))]
