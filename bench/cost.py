"""What a number of requests costs a server: CPU milliseconds each, what it uses by itself left out."""

from __future__ import annotations

import statistics
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

from bench import load

Cost = Mapping[str, float]
"""CPU milliseconds a request: ``cpu`` in all, then by kind of thread."""


async def of(meter: int, number: int, work: Callable[[], Awaitable[None]], idle: Cost | None = None) -> Cost:
    """Measure ``work``, which makes so many requests; ``idle`` is in CPU seconds a second."""
    before, begun = await load.usage(meter), time.perf_counter()
    await work()
    after, seconds = await load.usage(meter), time.perf_counter() - begun
    parts = {"cpu": after["cpu"] - before["cpu"]}
    parts |= {kind: after["threads"][kind] - before["threads"][kind] for kind in after["threads"]}
    idle = idle or {}
    return {part: (spent - idle.get(part, 0.0) * seconds) * 1000 / number for part, spent in parts.items()}


def median(costs: Sequence[Cost]) -> Cost:
    """Return the median of each part."""
    return {part: statistics.median(cost[part] for cost in costs) for part in costs[0]}


def spread(costs: Sequence[Cost]) -> float:
    """Return how far the rounds lie apart: the widest distance from the median, as a part of it."""
    middle = median(costs)["cpu"]
    return max(abs(cost["cpu"] - middle) for cost in costs) / middle


def percentile(values: Sequence[float], part: float) -> float:
    """Return the smallest of the values that so many (0 to 1) of them do not exceed."""
    return sorted(values)[min(len(values) - 1, int(part * len(values)))]
