"""Pages of a list that stands in memory, and what the buttons of ``blocks.paging`` carry, read back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
SIZE = 10
WORDS_LONGEST = 100  # of what is searched for: it travels in the value of each button


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some items of ``total``; pages count from 1, and there is at least one."""

    items: tuple[T, ...]
    total: int
    number: int
    pages: int


def page_of(items: Sequence[T], number: int, size: int = SIZE) -> Page[T]:
    """Return a page, or the nearest one that there is."""
    pages = max(1, -(-len(items) // size))
    number = min(max(number, 1), pages)
    return Page(tuple(items[(number - 1) * size : number * size]), len(items), number, pages)


def read_page(value: str) -> tuple[int, str]:
    """Read ``"<page>:<value>"``; nonsense means the first page."""
    number, _, rest = value.partition(":")
    page = int(number) if number.isascii() and number.isdigit() and len(number) < 7 else 1
    return max(1, page), rest


def read_page_in(value: str) -> tuple[int, str, str]:
    """Read ``"<page>:<project id>:<words>"``, which the buttons under a project's list carry."""
    number, rest = read_page(value)
    project_id, _, words = rest.partition(":")
    return number, project_id, words[:WORDS_LONGEST]
