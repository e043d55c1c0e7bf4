"""Which counters a call touches and what it takes of each, and what an answer may say of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

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

_Names = tuple[bytes, bytes, bytes]
_COUNTED = (Metric.RPM, Metric.RPD, Metric.TPM, Metric.TPD, Metric.ITPM, Metric.OTPM)


def _names(kind: str) -> _Names:
    limit, remaining, reset = (f"x-ratelimit-{part}-{kind}".encode() for part in ("limit", "remaining", "reset"))
    return limit, remaining, reset


_TOLD = ((Metric.RPD, _names("requests")), (Metric.TPM, _names("tokens")))  # Groq's: requests a day, tokens a minute
_OWN = "key"

Used = dict[Metric, int]
"""What a call took of each metric; one that is missing stays as it was reserved."""

NOTHING: Used = dict.fromkeys(_COUNTED, 0)
"""The provider was not reached, or refused the call itself: nothing counts."""

NO_TOKENS: Used = {metric: 0 for metric in _COUNTED if metric not in {Metric.RPM, Metric.RPD}}
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


class _Line(NamedTuple):
    """A counter that a call touches, and how what it takes is told."""

    counter: WindowCounter
    scope: str
    metric: Metric
    limit: int | None


@dataclass(frozen=True, slots=True)
class _Plan:
    """All that calls of these scopes and one model touch; ``told`` are the limited lines of each metric in headers."""

    scopes: Sequence[Scope]
    lines: Sequence[_Line]
    told: Sequence[tuple[_Names, Sequence[_Line]]]


class LocalAdmission:
    """Admission over counters in this process; ``monotonic`` gives the seconds of their windows."""

    def __init__(self, counter_of: CounterOf, monotonic: Callable[[], float]) -> None:
        self._counter_of = counter_of
        self._monotonic = monotonic
        self._plans: dict[tuple[str, ...], _Plan] = {}

    async def admit(self, key: KnownKey, model: str, demand: Demand) -> Verdict:
        """Charge every counter of the call in one step, or none."""
        plan, now = self._plan(key.limits, model), self._monotonic()
        amounts = _amounts(demand)
        charges = [
            Charge(each.counter, each.scope, each.metric, each.limit, amounts[each.metric]) for each in plan.lines
        ]
        verdict = admit(charges, now)
        headers = _headers(plan, now)
        if isinstance(verdict, Refusal):
            return Verdict(None, verdict, _owner(key, verdict.scope), headers)
        return Verdict(verdict, None, "", headers)

    async def settle(self, verdict: Verdict, actual: Used) -> None:
        """Correct what was reserved, once."""
        if verdict.reservation is not None:
            verdict.reservation.settle(actual, self._monotonic())

    def _plan(self, scopes: Sequence[Scope], model: str) -> _Plan:
        """Return the plan of these scopes, made anew once their limits have changed.

        A model that nobody limits has an empty one, which is not kept: its name is whatever a caller writes.
        """
        name = (*(scope.id for scope in scopes), model)
        plan = self._plans.get(name)
        if plan is None or (plan.scopes is not scopes and plan.scopes != scopes):
            plan = self._planned(scopes, model)
            if plan.lines:
                self._plans[name] = plan
            else:
                self._plans.pop(name, None)
        return plan

    def _planned(self, scopes: Sequence[Scope], model: str) -> _Plan:
        lines = list(self._lines(scopes, model))
        limited = [line for line in lines if line.limit is not None]
        told = [(names, [line for line in limited if line.metric is metric]) for metric, names in _TOLD]
        return _Plan(scopes, lines, [(names, of_metric) for names, of_metric in told if of_metric])

    def _lines(self, scopes: Sequence[Scope], model: str) -> Iterator[_Line]:
        """Every scope counts what any of them limits, so that a limit set later finds its window filled.

        A key counts only its own limits: ten thousand keys would keep as many counters.
        """
        shared = [metric for metric in _COUNTED if any(metric in scope.limits.get(model, ()) for scope in scopes)]
        for scope in scopes:
            limits = scope.limits.get(model, {})
            for metric in shared:
                if metric in limits or scope.kind != _OWN:
                    counter = self._counter_of(f"{scope.kind} {scope.id} {model} {metric}", WINDOW_OF[metric])
                    yield _Line(counter, scope.kind, metric, limits.get(metric))


def counters_in_memory() -> CounterOf:
    """Return counters that are gone with the process."""
    kept: dict[str, WindowCounter] = {}

    def counter(name: str, window: Window) -> WindowCounter:
        return kept.setdefault(name, WindowCounter(window)) if name not in kept else kept[name]

    return counter


def _amounts(demand: Demand) -> Mapping[Metric, int]:
    both = demand.total_tokens
    return {
        Metric.RPM: 1,
        Metric.RPD: 1,
        Metric.TPM: both,
        Metric.TPD: both,
        Metric.ITPM: demand.input_tokens,
        Metric.OTPM: demand.output_tokens,
    }


def _owner(key: KnownKey, kind: str) -> str:
    return next((scope.name for scope in key.limits if scope.kind == kind), kind)


def _headers(plan: _Plan, now: float) -> Headers:
    """Return ``x-ratelimit-*`` of the scope that has least left, for both metrics that Groq tells."""
    found: Headers = []
    for names, lines in plan.told:
        left, limit, window = _least(lines, now)
        reset = (window.slot(now) + window.cells) * window.slot_seconds - now if left < limit else 0.0
        values = (b"%d" % limit, b"%d" % max(0, left), duration(reset).encode())
        found += zip(names, values, strict=True)
    return found


def _least(lines: Sequence[_Line], now: float) -> tuple[int, int, Window]:
    """Return what is left, the limit and the window of the line that has least left."""
    left, limit = min(((line.limit or 0) - line.counter.total(now), line.limit or 0) for line in lines)
    return left, limit, lines[0].counter.window
