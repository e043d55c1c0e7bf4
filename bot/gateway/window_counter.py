"""One counter over a sliding window: a ring of slots with a running total.

The full slots and the running one hold whatever was added within the window's length before now, and forget nothing
earlier. So in any interval of that length no more than the limit passes, and nothing is refused while less than the
limit stands in that interval lengthened by one slot.
"""

from __future__ import annotations

from typing import Protocol

from bot.gateway.windows import Window


class Cells(Protocol):
    """Whole numbers that can be read and replaced by their place: a list, or a part of a file in memory."""

    def __getitem__(self, place: int, /) -> int:
        """Return one."""
        ...

    def __setitem__(self, place: int, value: int, /) -> None:
        """Replace one."""
        ...


NEWEST, FIRST = 0, 1


def size_of(window: Window) -> int:
    """Return how many whole numbers a counter over this window takes."""
    return FIRST + window.cells


class WindowCounter:
    """A counter over ``cells``, whole numbers that may stand in a file: the newest slot's number, then each slot.

    The total is not among them: it is added up when the cells are taken up, so that a process killed between two
    writes leaves none that is wrong. Cells have one counter at a time.
    """

    __slots__ = ("__weakref__", "_cells", "_ends", "_newest", "_total", "_width", "window")

    def __init__(self, window: Window, cells: Cells | None = None) -> None:
        self.window = window
        self._cells: Cells = cells if cells is not None else [0] * size_of(window)
        self._width = window.cells
        self._newest = self._cells[NEWEST]
        self._ends = (self._newest + 1) * window.slot_seconds
        self._total = sum(self._cells[FIRST + place] for place in range(self._width))

    def total(self, now: float) -> int:
        """Return what stands in the window at ``now`` (seconds); a clock that steps back frees nothing."""
        if now >= self._ends:
            self._move_to(self.window.slot(now))
        return self._total

    def add(self, amount: int) -> int:
        """Add to the running slot, as the last ``total`` left it; return its number, for a correction later."""
        slot = self._newest
        self._cells[FIRST + slot % self._width] += amount
        self._total += amount
        return slot

    def correct(self, slot: int, by: int) -> None:
        """Change what was added in this slot; one that has left the window is left alone."""
        if slot > self._newest - self._width:
            self._cells[FIRST + slot % self._width] += by
            self._total += by

    def wait(self, amount: int, limit: int, now: float) -> float:
        """Return after how many seconds ``amount``, which is at most the limit, fits below it if nothing else comes."""
        newest, left, seconds = self._newest, self._total, self.window.slot_seconds
        for slot in range(newest - self._width + 1, newest + 1):
            if left + amount <= limit:
                return max(0.0, (slot - 1 + self._width) * seconds - now)
            left -= self._cells[FIRST + slot % self._width]
        return max(0.0, (newest + self._width) * seconds - now)

    def _move_to(self, slot: int) -> None:
        """Empty the slots that leave, and take note of the newest after that: a kill in between frees nothing early."""
        cells, width = self._cells, self._width
        for passed in range(max(self._newest, slot - width) + 1, slot + 1):
            place = FIRST + passed % width
            self._total -= cells[place]
            cells[place] = 0
        cells[NEWEST] = self._newest = slot
        self._ends = (slot + 1) * self.window.slot_seconds
