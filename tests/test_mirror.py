"""What a list says of itself: how old it is, and what is not in it."""

from __future__ import annotations

from bot.mirror import fresh
from bot.store.mirrors import Mirror
from tests.factories import NOON


def test_what_is_left_out_of_a_list_is_counted_and_said() -> None:
    assert "left out" not in fresh(Mirror(name="keys:p", read_at=NOON))
    assert "1 entry left out" in fresh(Mirror(name="keys:p", read_at=NOON, left_out=1))
    assert "3 entries left out" in fresh(Mirror(name="keys:p", read_at=NOON, left_out=3))
