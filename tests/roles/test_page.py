"""The page about roles says what the desk goes by."""

from __future__ import annotations

from tests.roles.table import PAGE, with_table


def test_the_page_tells_the_table_that_counts() -> None:
    page = PAGE.read_text()
    assert page == with_table(page), "run: python -m tests.roles.table"
