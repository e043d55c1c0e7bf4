"""Which channels may carry a card."""

from __future__ import annotations

import pytest

from bot.slack.channels import channel_problem, sharing_problem


def test_a_channel_of_our_own_with_the_bot_in_it_may_carry_cards() -> None:
    assert channel_problem({"id": "C1", "is_member": True, "is_ext_shared": False}) is None


@pytest.mark.parametrize(
    ("flag", "words"),
    [
        ("is_ext_shared", "outside"),
        ("is_pending_ext_shared", "outside"),
        ("is_org_shared", "outside"),
        ("is_shared", "outside"),
        ("pending_shared", "outside"),
        ("is_archived", "archived"),
        ("is_im", "direct"),
    ],
)
def test_other_channels_may_not_and_the_words_say_why(flag: str, words: str) -> None:
    assert words in (channel_problem({"id": "C1", "is_member": True, flag: True}) or "")


@pytest.mark.parametrize("said", [{}, {"is_ext_shared": None}, {"is_shared": False}])
def test_a_channel_of_which_slack_does_not_say_whose_it_is_carries_nothing(said: dict[str, bool | None]) -> None:
    assert "does not say" in (channel_problem({"id": "C1", "is_member": True, **said}) or "")
    assert sharing_problem({"id": "C1", **said}) is not None
    assert sharing_problem({"id": "D1", "is_im": True, **said}) is None
    assert sharing_problem({"id": "D1", "is_im": True, "is_ext_shared": True}) is not None


def test_a_channel_without_the_bot_says_how_to_invite_it() -> None:
    assert "/invite" in (channel_problem({"id": "C1"}) or "")
