"""Admission said as plainly as it can be: every event that was let in, looked through for every question."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.gateway.windows import Metric, Window


@dataclass
class PlainCounter:
    """What was added when, and the latest moment that was ever seen: time that steps back frees nothing."""

    window: Window
    added: list[list[int]] = field(default_factory=list)
    latest: int = 0

    def see(self, now: float) -> None:
        """Take note of a moment."""
        self.latest = max(self.latest, self.window.slot(now))

    def total(self, later: float = 0.0) -> int:
        """Add up what lies within the window before the latest moment, or before a later one."""
        latest = max(self.latest, self.window.slot(later))
        return sum(amount for slot, amount in self.added if slot > latest - self.window.cells)

    def add(self, amount: int) -> list[int]:
        """Note an amount at the latest moment; whoever holds the event may change it later."""
        event = [self.latest, amount]
        self.added.append(event)
        return event


@dataclass
class PlainCharge:
    """An amount for one counter, and its limit."""

    counter: PlainCounter
    metric: Metric
    limit: int | None
    amount: int

    def fits(self, later: float = 0.0) -> bool:
        """Tell whether the limit leaves room for it, now or later if nothing else comes."""
        return self.limit is None or self.counter.total(later) + self.amount <= self.limit


def admitted(charges: list[PlainCharge], now: float) -> list[tuple[Metric, list[int]]] | None:
    """Return the events of a call that is let in, by metric, or None where any limit refuses it."""
    for charge in charges:
        charge.counter.see(now)
    if not all(charge.fits() for charge in charges):
        return None
    return [(each.metric, each.counter.add(each.amount)) for each in charges]
