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


NEWEST, TOTAL, FIRST = 0, 1, 2
HEADER = FIRST


def size_of(window: Window) -> int:
    """Return how many whole numbers a counter over this window takes."""
    return HEADER + window.cells


class WindowCounter:
    """A counter over ``cells``, whole numbers that may stand in a file: the newest slot, the total, then each slot."""

    __slots__ = ("_cells", "_slot_seconds", "_width", "window")

    def __init__(self, window: Window, cells: Cells | None = None) -> None:
        self.window = window
        self._cells: Cells = cells if cells is not None else [0] * size_of(window)
        self._width = window.cells
        self._slot_seconds = window.slot_seconds

    def total(self, now: float) -> int:
        """Return what stands in the window at ``now`` (seconds); a clock that steps back frees nothing."""
        slot = int(now // self._slot_seconds)
        if slot > self._cells[NEWEST]:
            self._move_to(slot)
        return self._cells[TOTAL]

    def add(self, amount: int) -> int:
        """Add to the running slot, as the last ``total`` left it; return its number, for a correction later."""
        slot = self._cells[NEWEST]
        self._cells[FIRST + slot % self._width] += amount
        self._cells[TOTAL] += amount
        return slot

    def correct(self, slot: int, by: int) -> None:
        """Change what was added in this slot; one that has left the window is left alone."""
        if slot > self._cells[NEWEST] - self._width:
            self._cells[FIRST + slot % self._width] += by
            self._cells[TOTAL] += by

    def recovered(self, now: float) -> int:
        """Add the total up anew and return it: a killed process may have changed a slot and not yet the total."""
        self._cells[TOTAL] = sum(self._cells[FIRST + place] for place in range(self._width))
        return self.total(now)

    def wait(self, amount: int, limit: int, now: float) -> float:
        """Return after how many seconds ``amount``, which is at most the limit, fits below it if nothing else comes."""
        newest, left = self._cells[NEWEST], self._cells[TOTAL]
        for slot in range(newest - self._width + 1, newest + 1):
            if left + amount <= limit:
                return max(0.0, (slot - 1 + self._width) * self._slot_seconds - now)
            left -= self._cells[FIRST + slot % self._width]
        return max(0.0, (newest + self._width) * self._slot_seconds - now)

    def _move_to(self, slot: int) -> None:
        cells, newest = self._cells, self._cells[NEWEST]
        if slot - newest >= self._width:
            for place in range(FIRST, FIRST + self._width):
                cells[place] = 0
            cells[TOTAL] = 0
        else:
            for passed in range(newest + 1, slot + 1):
                place = FIRST + passed % self._width
                cells[TOTAL] -= cells[place]
                cells[place] = 0
        cells[NEWEST] = slot
