"""Which counters a call touches and what it takes of each, and what an answer may say of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.gateway.admission import Charge, Refusal, Reservation, admit
from bot.gateway.directory import KnownKey, Scope
from bot.gateway.estimate import Demand
from bot.gateway.headers import Headers
from bot.gateway.metering import Usage
from bot.gateway.refusals import duration
from bot.gateway.window_counter import WindowCounter
from bot.gateway.windows import WINDOW_OF, Metric, Window

CounterOf = Callable[[str, Window], WindowCounter]
"""Returns the counter of a name over a window, always the same one."""

_AMOUNT: Mapping[Metric, Callable[[Demand], int]] = {
    Metric.RPM: lambda _demand: 1,
    Metric.RPD: lambda _demand: 1,
    Metric.TPM: lambda demand: demand.total_tokens,
    Metric.TPD: lambda demand: demand.total_tokens,
    Metric.ITPM: lambda demand: demand.input_tokens,
    Metric.OTPM: lambda demand: demand.output_tokens,
}
_TOLD = ((Metric.RPD, b"requests"), (Metric.TPM, b"tokens"))  # Groq's headers: requests a day, tokens a minute
_OWN = "key"

Used = dict[Metric, int]
"""What a call took of each metric; one that is missing stays as it was reserved."""

NOTHING: Used = dict.fromkeys(_AMOUNT, 0)
"""The provider was not reached, or refused the call itself: nothing counts."""

NO_TOKENS: Used = {metric: 0 for metric in _AMOUNT if metric not in {Metric.RPM, Metric.RPD}}
"""The provider took the call and answered with an error: it was a request."""


def used(usage: Usage) -> Used:
    """Return what tokens took of each metric."""
    return {
        Metric.TPM: usage.charged,
        Metric.TPD: usage.charged,
        Metric.ITPM: usage.charged_input,
        Metric.OTPM: usage.output_tokens,
    }


@dataclass(frozen=True, slots=True)
class Verdict:
    """What admission said: a reservation, or a refusal with the name of whoever is full; and headers that tell why."""

    reservation: Reservation | None
    refusal: Refusal | None
    owner: str
    headers: Headers


class Admission(Protocol):
    """Lets calls in, wherever the counters are."""

    async def admit(self, key: KnownKey, model: str, demand: Demand) -> Verdict:
        """Charge every counter of the call, or none."""
        ...

    async def settle(self, verdict: Verdict, actual: Used) -> None:
        """Correct what was reserved, once."""
        ...


class LocalAdmission:
    """Admission over counters in this process; ``monotonic`` gives the seconds of their windows."""

    def __init__(self, counter_of: CounterOf, monotonic: Callable[[], float]) -> None:
        self._counter_of = counter_of
        self._monotonic = monotonic
        self._counters: dict[tuple[str, str, str], dict[Metric, WindowCounter]] = {}

    async def admit(self, key: KnownKey, model: str, demand: Demand) -> Verdict:
        """Charge every counter of the call in one step, or none."""
        charges, now = list(self._charges(key.limits, model, demand)), self._monotonic()
        verdict = admit(charges, now)
        headers = _headers(charges, now)
        if isinstance(verdict, Refusal):
            return Verdict(None, verdict, _owner(key, verdict.scope), headers)
        return Verdict(verdict, None, "", headers)

    async def settle(self, verdict: Verdict, actual: Used) -> None:
        """Correct what was reserved, once."""
        if verdict.reservation is not None:
            verdict.reservation.settle(actual, self._monotonic())

    def _charges(self, scopes: Sequence[Scope], model: str, demand: Demand) -> Iterator[Charge]:
        """Every scope counts what any of them limits, so that a limit set later finds its window filled.

        A key counts only its own limits: ten thousand keys would keep as many counters. A model that nobody limits
        is not counted at all: its name is whatever a caller writes.
        """
        shared = [metric for metric in _AMOUNT if any(metric in scope.limits.get(model, ()) for scope in scopes)]
        for scope in scopes:
            limits = scope.limits.get(model, {})
            metrics = [metric for metric in shared if metric in limits] if scope.kind == _OWN else shared
            counters = self._counters_of(scope, model, metrics)
            for metric in metrics:
                yield Charge(counters[metric], scope.kind, metric, limits.get(metric), _AMOUNT[metric](demand))

    def _counters_of(self, scope: Scope, model: str, metrics: Sequence[Metric]) -> dict[Metric, WindowCounter]:
        counters = self._counters.setdefault((scope.kind, scope.id, model), {})
        for metric in metrics:
            if metric not in counters:
                name = f"{scope.kind} {scope.id} {model} {metric}"
                counters[metric] = self._counter_of(name, WINDOW_OF[metric])
        return counters


def counters_in_memory() -> CounterOf:
    """Return counters that are gone with the process."""
    kept: dict[str, WindowCounter] = {}

    def counter(name: str, window: Window) -> WindowCounter:
        return kept.setdefault(name, WindowCounter(window)) if name not in kept else kept[name]

    return counter


def _owner(key: KnownKey, kind: str) -> str:
    return next((scope.name for scope in key.limits if scope.kind == kind), kind)


def _headers(charges: Sequence[Charge], now: float) -> Headers:
    """Return ``x-ratelimit-*`` of the scope that has least left, for both metrics that Groq tells."""
    return [header for metric, name in _TOLD for header in _told(charges, metric, name, now)]


def _told(charges: Sequence[Charge], metric: Metric, name: bytes, now: float) -> Headers:
    limited = [(charge.limit, charge) for charge in charges if charge.metric is metric and charge.limit is not None]
    if not limited:
        return []
    left, limit, charge = min(
        ((limit - charge.counter.total(now), limit, charge) for limit, charge in limited), key=lambda each: each[0]
    )
    window = charge.counter.window
    reset = (window.slot(now) + window.cells) * window.slot_seconds - now if left < limit else 0.0
    return [
        (b"x-ratelimit-limit-" + name, b"%d" % limit),
        (b"x-ratelimit-remaining-" + name, b"%d" % max(0, left)),
        (b"x-ratelimit-reset-" + name, duration(reset).encode()),
    ]
