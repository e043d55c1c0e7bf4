"""A message becomes the draft of a purpose."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.keys.about import mentioned, purpose_from
from bot.keys.operations import PURPOSE_LONGEST
from tests.factories import HOSTILE

LINK = "#speech: https://northwind.slack.com/archives/C1/p1700000000000100"


def payload(text: str, channel: str = "speech") -> dict[str, Any]:
    return {
        "channel": {"id": "C1", "name": channel},
        "team": {"domain": "northwind"},
        "message_ts": "1700000000.000100",
        "message": {"text": text, "ts": "1700000000.000100"},
    }


def test_the_words_stay_and_the_marks_of_slack_go() -> None:
    said = "<@U1> and <@U2>: see <#C2|ops> &amp; <https://x.test/a|the plan>\n\nwith <!here> <https://y.test>"

    assert purpose_from(payload(said), {"U1": "ana"}) == (
        f"@ana and @somebody: see #ops & the plan with @here https://y.test ({LINK})"
    )
    assert mentioned(payload(said)) == {"U1", "U2"}


def test_a_secret_in_the_message_goes_nowhere() -> None:
    secret = "0123456789abcdef" * 3

    assert purpose_from(payload(f"the key is {secret}, rotate it"), {}) == f"the key is [hidden], rotate it ({LINK})"


def test_a_conversation_without_a_public_name_is_not_named() -> None:
    assert [
        purpose_from(payload("hello", name), {}) for name in ("directmessage", "privategroup", "mpdm-ana--li-1")
    ] == ["hello"] * 3


def test_a_message_without_words_leaves_its_place() -> None:
    assert purpose_from(payload(""), {}) == LINK
    assert purpose_from({"channel": {"id": "C1", "name": "speech"}}, {}) == "#speech"
    assert purpose_from({}, {}) == ""


@given(st.text(max_size=600) | st.just(HOSTILE * 20), st.text(max_size=80))
def test_whatever_was_said_fits_the_form(text: str, channel: str) -> None:
    assert len(purpose_from(payload(text, channel), {})) <= PURPOSE_LONGEST
