"""The settings form of a project: what it reads back, and what it complains of."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import FormError
from bot.projects import views
from bot.projects.operations import LONGEST_DAYS, MOST_APPROVERS
from bot.slack.blocks_check import problems_of_view
from bot.store.projects import ProjectSettings
from tests.factories import ANA, PROJECT, RAJ
from tests.gallery_projects import overview


def state(**changes: Any) -> dict[str, Any]:
    given = {"approvers": [ANA, RAJ], "channel": "C1", "recommended_days": "7", "most_days": "14"} | changes
    return {
        "approvers": {"approvers": {"selected_users": given["approvers"]}},
        "channel": {"channel": {"selected_conversation": given["channel"]}},
        "recommended_days": {"recommended_days": {"value": given["recommended_days"]}},
        "most_days": {"most_days": {"value": given["most_days"]}},
    }


@given(
    st.lists(st.text("U0123456789", min_size=1, max_size=12), max_size=MOST_APPROVERS),
    st.none() | st.text("C0123456789", min_size=1, max_size=12),
    st.integers(1, LONGEST_DAYS),
    st.integers(1, LONGEST_DAYS),
)
def test_what_the_form_shows_can_be_sent_back(approvers: list[str], channel: str | None, one: int, other: int) -> None:
    recommended, most = sorted((one, other))
    kept = ProjectSettings(
        project_id=PROJECT, approvers=approvers, channel=channel, recommended_days=recommended, most_days=most
    )
    drawn = views.settings_form(overview("production", settings=kept))
    assert problems_of_view(drawn) == []
    read = views.read_settings_form(drawn["private_metadata"], initial(drawn))
    assert (read.project_id, list(read.approvers), read.channel) == (PROJECT, approvers, channel)
    assert (read.recommended_days, read.most_days) == (recommended, most)


def initial(drawn: dict[str, Any]) -> dict[str, Any]:
    """Return what Slack sends when nothing was touched."""
    named = {
        "initial_users": "selected_users",
        "initial_conversation": "selected_conversation",
        "initial_value": "value",
    }
    return {
        block["block_id"]: {
            block["element"]["action_id"]: {
                named[key]: value for key, value in block["element"].items() if key in named
            }
        }
        for block in drawn["blocks"]
        if block["type"] == "input"
    }


@pytest.mark.parametrize("days", ["", "0", "-3", "1.5", "٣", "366", "1e2", "99999999999999999999", None])
@pytest.mark.parametrize("field", ["recommended_days", "most_days"])
def test_odd_durations_are_complained_of_at_their_field(field: str, days: str | None) -> None:
    with pytest.raises(FormError, match="whole number") as complaint:
        views.read_settings_form(PROJECT, state(**{field: days}))
    assert complaint.value.block_id == field


def test_the_recommended_duration_fits_into_the_longest() -> None:
    with pytest.raises(FormError) as complaint:
        views.read_settings_form(PROJECT, state(recommended_days="15"))
    assert complaint.value.block_id == "recommended_days"


def test_nobody_needs_fifty_one_approvers() -> None:
    with pytest.raises(FormError) as complaint:
        views.read_settings_form(PROJECT, state(approvers=[f"U{n}" for n in range(MOST_APPROVERS + 1)]))
    assert complaint.value.block_id == "approvers"


@given(
    st.dictionaries(
        st.sampled_from(["approvers", "channel", "recommended_days", "most_days"]),
        st.none() | st.text() | st.dictionaries(st.text(max_size=3), st.none() | st.text()),
    )
)
def test_a_forged_form_is_a_complaint_and_never_a_crash(forged: dict[str, Any]) -> None:
    with pytest.raises(FormError):
        views.read_settings_form(PROJECT, forged)


def test_settings_are_offered_to_those_who_may_change_them() -> None:
    def labels(**changes: bool) -> list[str]:
        drawn = views.overview(overview("production", **changes))
        return [element["text"]["text"] for element in drawn[-1]["elements"]]

    assert "Settings…" in labels(may_change=True)
    assert "Settings…" not in labels(may_change=False)
    assert "Use this project" not in labels(chosen=True)
