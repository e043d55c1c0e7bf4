"""Whether a call may go on: one step over every counter that it touches, all or nothing.

The step waits for nothing and runs under one lock, so that threads too pass exactly what the limits let through.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bot.gateway.window_counter import WindowCounter
from bot.gateway.windows import Metric

_STEP = threading.Lock()


class Charge(NamedTuple):  # eight are made for each call, and a frozen dataclass takes three times as long
    """What a call takes of one counter. ``limit`` None: nothing is refused, but it counts for a limit set later.

    ``scope`` is whose counter it is, in words for whoever is refused: a key, a project or the organization.
    """

    counter: WindowCounter
    scope: str
    metric: Metric
    limit: int | None
    amount: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a call was refused. ``wait`` is seconds until it fits, None where it never can below this limit."""

    scope: str
    metric: Metric
    limit: int
    used: int
    requested: int
    wait: float | None


class Reservation:
    """What was charged for one call, until it is settled once with what the call really took."""

    __slots__ = ("_charged",)

    def __init__(self, charged: list[tuple[Charge, int]]) -> None:
        self._charged = charged

    def settle(self, used: dict[Metric, int], now: float) -> None:
        """Correct each metric named to what was used, in the slots of the reservation. Later calls do nothing.

        A surplus is charged at once, wherever its slot still stands in the window, so that it blocks later calls.
        """
        with _STEP:
            charged, self._charged = self._charged, []
            for charge, slot in charged:
                actual = used.get(charge.metric)
                if actual is not None and actual != charge.amount:
                    charge.counter.total(now)
                    charge.counter.correct(slot, actual - charge.amount)


def admit(charges: Sequence[Charge], now: float) -> Reservation | Refusal:
    """Charge all of these counters, or none of them and say which refuses for longest; ``now`` is monotonic seconds."""
    with _STEP:
        for charge in charges:
            used = charge.counter.total(now)
            if charge.limit is not None and used + charge.amount > charge.limit:
                return _longest(charges, now)
        return Reservation([(charge, charge.counter.add(charge.amount)) for charge in charges])


def _longest(charges: Sequence[Charge], now: float) -> Refusal:
    """Return the refusal that lasts longest: whoever waits for it is not refused by another one then."""
    return max(_refusals(charges, now), key=lambda each: float("inf") if each.wait is None else each.wait)


def _refusals(charges: Sequence[Charge], now: float) -> Iterator[Refusal]:
    for charge in charges:
        used, limit, amount = charge.counter.total(now), charge.limit, charge.amount
        if limit is not None and used + amount > limit:
            never = amount > limit
            wait = None if never else charge.counter.wait(amount, limit, now)
            yield Refusal(charge.scope, charge.metric, limit, used, amount, wait)
