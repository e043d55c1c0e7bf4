"""Calendar months of provider days, by the words of who speaks."""

from __future__ import annotations

import re
from datetime import date, timedelta

from bot.errors import NotUnderstood
from bot.spending.periods import Today

MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")


def read_month(word: str, today: Today) -> str:
    """Read ``this``, ``last`` or ``YYYY-MM``; an empty word means this month: the one that it is where one speaks.

    Raises:
        NotUnderstood: it is none of these, or a month that has begun neither there nor for the provider.
    """
    word = word.strip().lower()
    this = f"{today.spoken:%Y-%m}"
    if word in {"", "this"}:
        return this
    if word == "last":
        return f"{today.spoken.replace(day=1) - timedelta(days=1):%Y-%m}"
    if not MONTH.fullmatch(word):
        raise NotUnderstood("Which month? Type /billing month 2026-10, or /billing month last.")
    if word > max(this, f"{today.provider:%Y-%m}"):
        raise NotUnderstood(f"{word} has not begun yet. Type /billing month for this month.")
    return word


def days_of(month: str) -> tuple[date, date]:
    """Return the first and the last day of a month."""
    first = date.fromisoformat(f"{month}-01")
    return first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
