"""One step over several counters: all or nothing, what is refused costs nothing, and what was used is what counts."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from bot.gateway.admission import Charge, Refusal, Reservation, admit
from bot.gateway.window_counter import WindowCounter
from bot.gateway.windows import MINUTE, WINDOW_OF, Metric

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


@pytest.mark.parametrize("metric", Metric)
def test_every_limit_that_can_be_set_bites_and_lets_go_after_its_window(metric: Metric) -> None:
    window = WINDOW_OF[metric]
    charge = Charge(WindowCounter(window), "project", metric, 100, 20)
    outcomes = [admit([charge], 0.0) for _ in range(7)]
    assert [isinstance(each, Reservation) for each in outcomes] == [True] * 5 + [False] * 2
    refused = outcomes[-1]
    assert isinstance(refused, Refusal)
    assert (refused.metric, refused.limit, refused.used, refused.requested) == (metric, 100, 100, 20)
    assert refused.wait == window.cells * window.slot_seconds
    assert isinstance(admit([charge], refused.wait - 0.001), Refusal)
    assert isinstance(admit([charge], refused.wait), Reservation)


def test_a_limit_that_is_cleared_and_set_again_knows_what_was_used_meanwhile() -> None:
    counter = WindowCounter(MINUTE)
    for limit, passes in ((2, True), (2, True), (2, False), (None, True), (4, True), (4, False), (0, False)):
        outcome = admit([Charge(counter, "project", Metric.RPM, limit, 1)], 5.0)
        assert isinstance(outcome, Reservation) == passes


def test_metrics_do_not_refuse_for_one_another() -> None:
    requests, tokens = WindowCounter(MINUTE), WindowCounter(MINUTE)
    calls = [
        admit([Charge(requests, "key", Metric.RPM, 100, 1), Charge(tokens, "key", Metric.TPM, 100_000, 1_000)], 5.0)
        for _ in range(101)
    ]
    assert sum(isinstance(each, Reservation) for each in calls) == 100
    assert (requests.total(5.0), tokens.total(5.0)) == (100, 100_000)
