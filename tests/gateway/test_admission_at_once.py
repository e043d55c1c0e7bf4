"""Calls that all wait at one barrier: exactly as many pass as the limit lets through, whoever comes first."""

from __future__ import annotations

import random
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import pytest

from bot.gateway.admission import Charge, Refusal, Reservation, admit
from bot.gateway.window_counter import WindowCounter
from bot.gateway.windows import MINUTE, WINDOW_OF, Metric

LIMIT = 100
SEEDS = range(5)

Outcome = Reservation | Refusal


@pytest.fixture(autouse=True)
def _threads_that_give_way_at_every_turn() -> Iterator[None]:
    """Let threads take turns thousands of times as often as they do, so that a step without its lock fails here."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


def at_once(calls: Sequence[Callable[[], Outcome]]) -> list[Outcome]:
    """Make all calls from threads that wait for one another; the outcomes are in the order of the calls."""
    barrier = threading.Barrier(len(calls))
    outcomes: dict[int, Outcome] = {}

    def make(number: int) -> None:
        barrier.wait()
        outcomes[number] = calls[number]()

    threads = [threading.Thread(target=make, args=[number]) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [outcomes[number] for number in range(len(calls))]


def passed(outcomes: Sequence[Outcome]) -> int:
    """Return how many were let in."""
    return sum(isinstance(each, Reservation) for each in outcomes)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("calls", [2, 99, 100, 101, 200])
def test_exactly_as_many_pass_as_the_limit_and_the_others_cost_nothing(calls: int, seed: int) -> None:
    chance = random.Random(seed)
    keys = [WindowCounter(MINUTE), WindowCounter(MINUTE)]
    shared = [WindowCounter(WINDOW_OF[metric]) for metric in (Metric.RPM, Metric.RPD, Metric.RPM, Metric.RPD)]

    def call(key: WindowCounter) -> Outcome:
        ceilings = [Charge(each, "organization", Metric.RPM, 5_000, 1) for each in shared[:-1]]
        last = Charge(shared[-1], "project", Metric.RPM, LIMIT, 1)  # who is refused is refused by the last one
        return admit([Charge(key, "key", Metric.RPM, None, 1), *ceilings, last], 1_000.0)

    outcomes = at_once([partial(call, chance.choice(keys)) for _ in range(calls)])
    assert passed(outcomes) == min(calls, LIMIT)
    assert {each.total(1_000.0) for each in shared} == {min(calls, LIMIT)}
    assert sum(key.total(1_000.0) for key in keys) == min(calls, LIMIT)


@pytest.mark.parametrize(("calls", "tokens", "expected"), [(5, 20, 5), (5, 30, 3), (200, 1, 100), (200, 33, 3)])
def test_tokens_are_reserved_before_and_never_pass_the_limit(calls: int, tokens: int, expected: int) -> None:
    counter = WindowCounter(MINUTE)
    charge = Charge(counter, "project", Metric.TPM, LIMIT, tokens)
    assert passed(at_once([lambda: admit([charge], 1_000.0)] * calls)) == expected
    assert counter.total(1_000.0) == expected * tokens


@pytest.mark.parametrize("seed", SEEDS)
def test_whoever_is_refused_would_not_have_fitted(seed: int) -> None:
    chance, counter = random.Random(seed), WindowCounter(MINUTE)
    charges = [Charge(counter, "project", Metric.TPM, LIMIT, chance.randint(1, 40)) for _ in range(100)]
    outcomes = at_once([partial(admit, [each], 1_000.0) for each in charges])
    used = counter.total(1_000.0)
    assert used <= LIMIT
    for charge, outcome in zip(charges, outcomes, strict=True):
        assert isinstance(outcome, Reservation) or used + charge.amount > LIMIT
    assert used == sum(c.amount for c, o in zip(charges, outcomes, strict=True) if isinstance(o, Reservation))


@pytest.mark.parametrize("seed", SEEDS)
def test_calls_settled_at_once_add_up_and_each_is_settled_once(seed: int) -> None:
    chance = random.Random(seed)
    minute, day = WindowCounter(MINUTE), WindowCounter(WINDOW_OF[Metric.TPD])
    charges = [Charge(minute, "project", Metric.TPM, None, 10), Charge(day, "project", Metric.TPD, None, 10)]
    used = [chance.randint(0, 40) for _ in range(100)]

    def call(tokens: int) -> Outcome:
        outcome = admit(charges, 1_000.0)
        assert isinstance(outcome, Reservation)
        for _ in range(2):
            outcome.settle({Metric.TPM: tokens, Metric.TPD: tokens}, 1_001.0)
        return outcome

    at_once([partial(call, each) for each in used])
    assert (minute.total(1_001.0), day.total(1_001.0)) == (sum(used), sum(used))
