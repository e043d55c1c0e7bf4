"""Pages of a list."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.pages import page_of, read_page


@given(st.integers(0, 60), st.integers(1, 12))
def test_all_pages_together_are_the_list(total: int, size: int) -> None:
    items = list(range(total))
    pages = [page_of(items, number, size) for number in range(1, page_of(items, 1, size).pages + 1)]

    assert [item for page in pages for item in page.items] == items
    assert all(page.items for page in pages) or total == 0


@pytest.mark.parametrize(("number", "shown"), [(-5, 1), (0, 1), (2, 2), (99, 3)])
def test_a_page_that_is_not_there_is_the_nearest_one(number: int, shown: int) -> None:
    assert page_of(list(range(25)), number).number == shown


@pytest.mark.parametrize(
    ("value", "read"),
    [("3:p:words: more", (3, "p:words: more")), ("0:p", (1, "p")), ("٣:p", (1, "p")), ("", (1, "")), ("x", (1, ""))],
)
def test_nonsense_is_the_first_page(value: str, read: tuple[int, str]) -> None:
    assert read_page(value) == read
