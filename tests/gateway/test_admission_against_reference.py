"""Admission against its plain reference: random limits, calls, corrections, clocks and kills; the same every time."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bot.gateway.admission import Charge, Refusal, Reservation, admit
from bot.gateway.counter_file import CounterFile
from bot.gateway.window_counter import WindowCounter
from bot.gateway.windows import WINDOW_OF, Metric
from tests.clocks import machine_now
from tests.gateway.reference import PlainCharge, PlainCounter, admitted

METRICS = (Metric.RPM, Metric.TPM, Metric.ASH, Metric.TPD)
SCOPES = ("key", "project", "organization")
LIMITS = st.one_of(st.none(), st.integers(0, 60))
MOVES = st.one_of(st.floats(0, 3), st.floats(0, 4_000), st.floats(-500, 0), st.floats(80_000, 200_000))


class InMemory(RuleBasedStateMachine):
    """Counters of one process: they let in what the reference does, hold the same, and tell the same wait."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1_000.0
        self.kept: dict[tuple[str, Metric], WindowCounter] = {}
        self.plain = {(scope, metric): PlainCounter(WINDOW_OF[metric]) for scope in SCOPES for metric in METRICS}
        self.open: list[tuple[Reservation, list[tuple[Metric, list[int]]]]] = []

    def counter(self, scope: str, metric: Metric) -> WindowCounter:
        """Return the counter that is held against the reference."""
        return self.kept.setdefault((scope, metric), WindowCounter(WINDOW_OF[metric]))

    @rule(by=MOVES)
    def time_passes(self, by: float) -> None:
        self.now = max(1_000.0, self.now + by)

    @rule(
        metrics=st.lists(st.sampled_from(METRICS), min_size=1, unique=True),
        scopes=st.lists(st.sampled_from(SCOPES), min_size=1, unique=True),
        limits=st.lists(LIMITS, min_size=12, max_size=12),
        amount=st.integers(0, 30),
    )
    def somebody_calls(self, metrics: list[Metric], scopes: list[str], limits: list[int | None], amount: int) -> None:
        asked = list(zip([(scope, metric) for scope in scopes for metric in metrics], limits, strict=False))
        charges = [Charge(self.counter(*where), where[0], where[1], limit, amount) for where, limit in asked]
        plain = [PlainCharge(self.plain[where], where[1], limit, amount) for where, limit in asked]
        outcome, expected = admit(charges, self.now), admitted(plain, self.now)
        assert isinstance(outcome, Reservation) == (expected is not None)
        if isinstance(outcome, Reservation) and expected is not None:
            self.open.append((outcome, expected))
        elif isinstance(outcome, Refusal):
            self.the_wait_is_right(outcome, plain)

    def the_wait_is_right(self, refusal: Refusal, plain: list[PlainCharge]) -> None:
        """Hold that after the wait all fits, that a slot earlier something does not, and that never means never."""
        never = any(charge.limit is not None and charge.amount > charge.limit for charge in plain)
        assert (refusal.wait is None) == never
        if refusal.wait is not None:
            then = self.now + refusal.wait
            assert all(charge.fits(then + 0.001) for charge in plain)
            assert not all(charge.fits(then - WINDOW_OF[refusal.metric].slot_seconds) for charge in plain)

    @rule(which=st.integers(0, 50), used=st.integers(0, 60))
    def a_call_is_settled(self, which: int, used: int) -> None:
        if not self.open:
            return
        reservation, events = self.open.pop(which % len(self.open))
        reservation.settle(dict.fromkeys(METRICS, used), self.now)
        for _, event in events:
            event[1] = used

    @invariant()
    def both_hold_the_same(self) -> None:
        for where, plain in self.plain.items():
            plain.see(self.now)
            assert self.counter(*where).total(self.now) == plain.total()


class InFile(InMemory):
    """Counters in a file: the same, although nobody holds them and the process is killed now and then."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.file = self.opened()

    def opened(self) -> CounterFile:
        """Open the counters as a process does."""
        return CounterFile(self.folder, lambda: self.now, machine_now(), boot_id="a boot")

    def counter(self, scope: str, metric: Metric) -> WindowCounter:
        return self.file.counter(f"{scope} {metric}", WINDOW_OF[metric])

    @rule()
    def the_process_is_killed_and_started_again(self) -> None:
        self.open.clear()  # what was reserved stays reserved
        self.file.close()
        self.file = self.opened()

    @rule(names=st.integers(1, 40))
    def others_count_too(self, names: int) -> None:
        for number in range(names):
            for window in set(WINDOW_OF.values()):
                self.file.counter(f"other {number} {self.now}", window).total(self.now)

    def teardown(self) -> None:
        self.file.close()
        shutil.rmtree(self.folder)


TestInMemory = InMemory.TestCase
TestInMemory.settings = settings(stateful_step_count=30, deadline=None)
TestInFile = InFile.TestCase
# A file is opened anew again and again: fewer histories, and shorter ones, say as much.
TestInFile.settings = settings(max_examples=settings().max_examples // 4, stateful_step_count=25, deadline=None)
