"""One step over several counters: all or nothing, what is refused costs nothing, and what was used is what counts."""

from __future__ import annotations

import random
from collections.abc import Callable

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bot.gateway.admission import Charge, Refusal, Reservation, admit
from bot.gateway.window_counter import WindowCounter
from bot.gateway.windows import MINUTE, WINDOW_OF, Metric
from tests.gateway.reference import PlainCharge, PlainCounter, admitted

ORGANIZATION, PRODUCTION, STAGING = 100, 80, 30


class Organization:
    """Three projects below one ceiling, as in the example of Groq's page: 80, 30 and one without a limit of its own."""

    def __init__(self) -> None:
        self._whole = WindowCounter(MINUTE)
        self._projects: dict[str, tuple[WindowCounter, int | None]] = {
            "prod": (WindowCounter(MINUTE), PRODUCTION),
            "staging": (WindowCounter(MINUTE), STAGING),
            "dev": (WindowCounter(MINUTE), None),
        }

    def call(self, project: str, now: float) -> Reservation | Refusal:
        """Make one call."""
        counter, limit = self._projects[project]
        return admit(
            [
                Charge(counter, f"project {project}", Metric.RPM, limit, 1),
                Charge(self._whole, "organization", Metric.RPM, ORGANIZATION, 1),
            ],
            now,
        )

    def passed(self, project: str, calls: int, at: Callable[[int], float]) -> list[float]:
        """Return the moments at which calls passed."""
        return [at(number) for number in range(calls) if isinstance(self.call(project, at(number)), Reservation)]


def most_in_a_minute(moments: list[float]) -> int:
    """Return how many lie in any 60 seconds at most."""
    return max((sum(begin <= each < begin + 60 for each in moments) for begin in moments), default=0)


def test_no_project_passes_its_limit_in_any_minute_even_alone() -> None:
    chance = random.Random(80)
    for project, limit in (("prod", PRODUCTION), ("staging", STAGING), ("dev", ORGANIZATION)):
        moments = sorted(chance.uniform(500, 900) for _ in range(3_000))
        passed = Organization().passed(project, len(moments), moments.__getitem__)
        assert most_in_a_minute(passed) == limit


def test_beside_eighty_and_fifteen_the_third_gets_exactly_five() -> None:
    here = Organization()
    assert len(here.passed("prod", 200, lambda number: 1_000 + number / 10)) == PRODUCTION
    assert len(here.passed("staging", 15, lambda number: 1_021 + number / 10)) == 15
    assert len(here.passed("dev", 50, lambda number: 1_025 + number / 10)) == 5


def test_together_they_never_pass_the_ceiling() -> None:
    here, chance = Organization(), random.Random(100)
    moments = sorted(chance.uniform(0, 600) for _ in range(6_000))
    passed = [each for each in moments if isinstance(here.call(chance.choice(("prod", "staging")), each), Reservation)]
    assert most_in_a_minute(passed) == ORGANIZATION


def test_a_refused_call_costs_nothing_anywhere() -> None:
    here = Organization()
    here.passed("prod", 80, lambda _: 10.0)
    here.passed("staging", 20, lambda _: 10.0)
    for _ in range(50):
        refused = here.call("dev", 11.0)
        assert isinstance(refused, Refusal)
        assert (refused.scope, refused.used, refused.wait) == ("organization", 100, 60.0)
    assert len(here.passed("dev", 200, lambda _: 71.0)) == ORGANIZATION


def test_what_can_never_fit_has_no_wait_and_is_told_before_what_waits() -> None:
    tokens, requests = WindowCounter(MINUTE), WindowCounter(MINUTE)
    calls = Charge(requests, "key", Metric.RPM, 1, 1)
    assert isinstance(admit([calls], 5.0), Reservation)
    refused = admit([calls, Charge(tokens, "project", Metric.TPM, 8_000, 32_979)], 5.0)
    assert isinstance(refused, Refusal)
    assert (refused.metric, refused.limit, refused.requested, refused.wait) == (Metric.TPM, 8_000, 32_979, None)


def test_a_limit_of_nothing_refuses_and_none_counts_without_refusing() -> None:
    counter = WindowCounter(MINUTE)
    assert isinstance(admit([Charge(counter, "project", Metric.RPM, None, 1)], 5.0), Reservation)
    assert isinstance(admit([Charge(counter, "project", Metric.RPM, 0, 1)], 5.0), Refusal)
    assert counter.total(5.0) == 1


def test_a_surplus_is_charged_at_once_and_blocks_later_calls() -> None:
    counter = WindowCounter(MINUTE)
    charge = Charge(counter, "project", Metric.TPM, 100, 40)
    reservation = admit([charge], 5.0)
    assert isinstance(reservation, Reservation)
    reservation.settle({Metric.TPM: 130}, 6.0)
    reservation.settle({Metric.TPM: 0}, 6.0)  # a second settling is none
    refused = admit([charge], 7.0)
    assert isinstance(refused, Refusal)
    assert (refused.used, refused.wait) == (130, 59.0)


def test_a_correction_whose_minute_has_left_still_counts_in_the_day() -> None:
    minute, day = WindowCounter(MINUTE), WindowCounter(WINDOW_OF[Metric.TPD])
    charges = [Charge(minute, "project", Metric.TPM, None, 10), Charge(day, "project", Metric.TPD, None, 10)]
    reservation = admit(charges, 5.0)
    assert isinstance(reservation, Reservation)
    reservation.settle({Metric.TPM: 25, Metric.TPD: 25}, 500.0)
    assert (minute.total(500.0), day.total(500.0)) == (0, 25)


METRICS = (Metric.RPM, Metric.TPM, Metric.ASH, Metric.TPD)
LIMITS = st.one_of(st.none(), st.integers(0, 60))


class AgainstThePlainReference(RuleBasedStateMachine):
    """Random limits, calls, corrections and moves of the clock, back too: both let in the same and hold the same."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1_000.0
        self.counters = {
            metric: (WindowCounter(WINDOW_OF[metric]), WindowCounter(WINDOW_OF[metric])) for metric in METRICS
        }
        self.plain = {metric: (PlainCounter(WINDOW_OF[metric]), PlainCounter(WINDOW_OF[metric])) for metric in METRICS}
        self.open: list[tuple[Reservation, list[tuple[Metric, list[int]]]]] = []

    @rule(by=st.one_of(st.floats(0, 3), st.floats(0, 4_000), st.floats(-500, 0), st.floats(80_000, 200_000)))
    def time_passes(self, by: float) -> None:
        self.now = max(1_000.0, self.now + by)

    @rule(
        metrics=st.lists(st.sampled_from(METRICS), min_size=1, unique=True),
        limits=st.lists(LIMITS, min_size=8, max_size=8),
        amount=st.integers(0, 30),
    )
    def somebody_calls(self, metrics: list[Metric], limits: list[int | None], amount: int) -> None:
        charges, plain = [], []
        for number, metric in enumerate(metrics):
            for scope in (0, 1):
                limit = limits[(2 * number + scope) % 8]
                charges.append(Charge(self.counters[metric][scope], "one", metric, limit, amount))
                plain.append(PlainCharge(self.plain[metric][scope], metric, limit, amount))
        outcome, expected = admit(charges, self.now), admitted(plain, self.now)
        assert isinstance(outcome, Reservation) == (expected is not None)
        if isinstance(outcome, Reservation) and expected is not None:
            self.open.append((outcome, expected))

    @rule(which=st.integers(0, 50), used=st.integers(0, 60))
    def a_call_is_settled(self, which: int, used: int) -> None:
        if not self.open:
            return
        reservation, events = self.open.pop(which % len(self.open))
        reservation.settle(dict.fromkeys(METRICS, used), self.now)
        for metric, event in events:
            for counter in self.plain[metric]:
                counter.see(self.now)
            event[1] = used

    @invariant()
    def both_hold_the_same(self) -> None:
        for metric in METRICS:
            for window_counter, counter in zip(self.counters[metric], self.plain[metric], strict=True):
                counter.see(self.now)
                assert window_counter.total(self.now) == counter.total()


TestAgainstThePlainReference = AgainstThePlainReference.TestCase
TestAgainstThePlainReference.settings = settings(stateful_step_count=40, deadline=None)
