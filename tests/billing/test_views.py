"""Amounts in words."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.billing.views import amount_text
from bot.slack.words import fallback_text
from tests import gallery


@pytest.mark.parametrize(
    ("amount", "units", "words"),
    [
        ("4000", "usd", "$4,000.00"),
        ("3512.34521", "usd", "$3,512.35"),
        ("-0.5", "usd", "-$0.50"),
        ("1.0", "hour", "1 hour"),
        ("1000", "hour", "1,000 hours"),
        ("2.5", "", "2.5 (unit unknown)"),
        ("2", "<!channel>", "2 &lt;!channel&gt;"),
        ("1e2", "usd", "$100.00"),
    ],
)
def test_an_amount_is_said_with_its_unit(amount: str, units: str, words: str) -> None:
    assert amount_text(Decimal(amount), units) == words


@pytest.mark.parametrize(("units", "words"), [("", "an unknown amount"), ("usd", "an unknown amount of USD")])
def test_what_was_not_told_is_not_zero(units: str, words: str) -> None:
    assert amount_text(None, units) == words


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**18), max_value=10**18))
def test_no_digit_of_what_is_no_money_is_lost(amount: Decimal) -> None:
    assert Decimal(amount_text(amount, "hour").split()[0].replace(",", "")) == amount


def test_balances_beyond_those_shown_are_counted() -> None:
    told = fallback_text(gallery.balances("production"))

    assert "… and 10 more" in told
    assert "Sum of USD: unknown, as not every amount was told" in told
    assert "Sum of hours: *8 hours*" in told


def test_a_list_that_deepgram_cut_says_so() -> None:
    assert "there may be more than are counted here" in fallback_text(gallery.orders("x", complete=False))
    assert "there may be more" not in fallback_text(gallery.orders("x"))
