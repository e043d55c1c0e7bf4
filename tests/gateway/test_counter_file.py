"""Counters in files: a killed process loses nothing, one process holds them, and another boot's are thrown away."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.gateway.counter_file import BOOT_ID, CounterFile, CountersInUse, Told, nothing
from bot.gateway.counter_records import SEGMENT_RECORDS
from bot.gateway.windows import DAY, HOUR, MINUTE, Window
from tests.clocks import machine_now

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
BOOT, NEXT_BOOT = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"
KEYS = 3_000

COUNTS_UNTIL_KILLED = """
import itertools, sys, time
from datetime import UTC, datetime
from pathlib import Path
from bot.gateway.admission import Charge, admit
from bot.gateway.counter_file import CounterFile
from bot.gateway.windows import DAY, MINUTE, Metric
file = CounterFile(Path(sys.argv[1]), time.monotonic, datetime.now(UTC))
minute, day = file.counter("project one", MINUTE), file.counter("project one", DAY)
charges = [Charge(minute, "project", Metric.TPM, None, 3), Charge(day, "project", Metric.TPD, None, 3)]
for number in itertools.count(1):
    admit(charges, time.monotonic())
    print(number, flush=True)
"""


@contextmanager
def opened(
    folder: Path, now: float, wall: datetime = NOON, told: Told = nothing, boot: str = BOOT
) -> Iterator[CounterFile]:
    """Open the counters as one process does, at a moment that stands still."""
    file = CounterFile(folder, lambda: now, wall, told, boot)
    try:
        yield file
    finally:
        file.close()


def count(file: CounterFile, name: str, window: Window, now: float, amount: int) -> None:
    """Add to a counter, and let it go."""
    counter = file.counter(name, window)
    counter.total(now)
    counter.add(amount)


def counted(file: CounterFile, name: str, now: float) -> list[int]:
    """Return what stands under a name in the three windows."""
    return [file.counter(name, window).total(now) for window in (MINUTE, HOUR, DAY)]


def test_what_was_counted_is_there_after_it_was_opened_again(tmp_path: Path) -> None:
    with opened(tmp_path, 1_000.0) as file:
        assert file.lost
        held = [file.counter(f"key {number}", DAY) for number in range(3 * SEGMENT_RECORDS)]
        for number, counter in enumerate(held):  # it has grown, and what was handed out goes on counting
            counter.total(1_000.0)
            counter.add(number)
            count(file, f"key {number}", MINUTE, 1_000.0, 2 * number)
    with opened(tmp_path, 1_010.0) as again:
        assert not again.lost
        for number in (1, 1_023, 1_024, 3_071):
            assert counted(again, f"key {number}", 1_010.0) == [2 * number, 0, number]


def test_two_names_in_one_growing_file_share_nothing(tmp_path: Path) -> None:
    with opened(tmp_path, 1_000.0) as file:
        count(file, "first", MINUTE, 1_000.0, 5)
        others = [file.counter(f"other {number}", MINUTE) for number in range(2 * SEGMENT_RECORDS)]
        assert {other.total(1_000.0) for other in others} == {0}
        assert file.counter("first", MINUTE).total(1_000.0) == 5
        assert file.counter("first", DAY).total(1_000.0) == 0


def test_whoever_asks_for_a_counter_that_somebody_holds_gets_the_same_one(tmp_path: Path) -> None:
    with opened(tmp_path, 1_000.0) as file:
        held = file.counter("one", MINUTE)
        count(file, "one", MINUTE, 1_000.0, 5)
        assert held.total(1_000.0) == 5


def test_a_process_killed_at_any_point_loses_nothing_that_it_had_let_in(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", COUNTS_UNTIL_KILLED, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(200)]
        process.kill()
        lines += process.stdout.readlines()
    last = int([line for line in lines if line.endswith("\n")][-1])
    file = CounterFile(tmp_path, time.monotonic, machine_now())
    assert not file.lost
    minute, _, day = counted(file, "project one", time.monotonic())
    assert minute in (3 * last, 3 * last + 3)  # the call in flight counts, or does not
    assert day in (3 * last, 3 * last + 3)
    file.close()


def test_a_second_process_is_told_that_the_counters_are_taken(tmp_path: Path) -> None:
    with opened(tmp_path, 1_000.0):
        program = (
            "import sys; from datetime import UTC, datetime; from pathlib import Path\n"
            "from bot.gateway.counter_file import CounterFile\n"
            "CounterFile(Path(sys.argv[1]), lambda: 1.0, datetime.now(UTC))"
        )
        second = subprocess.run(
            [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=False
        )
        assert second.returncode == 1
        assert f"CountersInUse: Another gateway process counts in {tmp_path}. Stop it first" in second.stderr
        with pytest.raises(CountersInUse), opened(tmp_path, 1_000.0):
            pass
    with opened(tmp_path, 1_000.0) as file:
        assert not file.lost


def test_counters_of_another_boot_are_lost_and_say_so(tmp_path: Path) -> None:
    with opened(tmp_path, 90_000.0) as file:
        count(file, "one", DAY, 90_000.0, 5)
    with opened(tmp_path, 10.0, boot=NEXT_BOOT) as after:
        assert after.lost
        assert counted(after, "one", 10.0) == [0, 0, 0]


def test_a_file_of_another_program_or_version_is_begun_anew(tmp_path: Path) -> None:
    for text in (b"", b"KDCOUNTS", b"something else altogether " * 500):
        (tmp_path / "counters-day").write_bytes(text)
        with opened(tmp_path, 10.0) as file:
            assert file.lost
            assert counted(file, "one", 10.0) == [0, 0, 0]


def test_a_boot_is_known_by_the_kernels_own_id(tmp_path: Path) -> None:
    with opened(tmp_path, 10.0, boot=BOOT_ID.read_text().strip()):
        pass
    same = CounterFile(tmp_path, lambda: 11.0, NOON)
    assert not same.lost
    same.close()


def test_after_a_loss_counters_start_as_told_and_fit_again_when_their_window_has_passed(tmp_path: Path) -> None:
    full = {MINUTE: 100, HOUR: 7, DAY: 9}
    with opened(tmp_path, 50.0, told=lambda _name, window, _moment: full[window]) as file:
        assert counted(file, "one", 50.0) == [100, 7, 9]
        assert file.counter("one", MINUTE).wait(1, 100, 50.0) == 61.0
        assert counted(file, "one", 111.0) == [0, 7, 9]


def test_what_is_told_names_the_moment_of_the_loss_also_to_a_process_started_later(tmp_path: Path) -> None:
    asked = []

    def told(name: str, window: Window, moment: datetime) -> int:
        asked.append((name, window, moment))
        return 4

    with opened(tmp_path, 50.0, told=told) as file:
        assert file.counter("one", DAY).total(50.0) == 4
    with opened(tmp_path, 80.0, NOON + timedelta(seconds=30), told) as again:
        assert counted(again, "one", 80.0) == [4, 4, 4]
    assert asked == [("one", window, NOON) for window in (DAY, MINUTE, HOUR)]


def test_a_window_that_lies_after_the_loss_starts_with_nothing(tmp_path: Path) -> None:
    with opened(tmp_path, 50.0, told=lambda *_asked: 4):
        pass
    with opened(tmp_path, 111.0, told=lambda *_asked: 4) as later:
        assert counted(later, "one", 111.0) == [0, 4, 4]


def test_what_nothing_was_asked_of_for_a_day_gives_its_place_to_others_while_the_process_runs(tmp_path: Path) -> None:
    now, sizes = [0.0], []
    file = CounterFile(tmp_path, lambda: now[0], NOON, boot_id=BOOT)
    for day in range(3):
        now[0] = 1_000.0 + day * 86_400 * 1.01
        for number in range(KEYS):
            count(file, f"key {day}.{number}", DAY, now[0], 1)
        sizes.append((tmp_path / "counters-day").stat().st_size)
    record = sizes[0] / KEYS
    assert sizes[-1] == sizes[1] < record * KEYS * 1.3
    assert file.counter("key 2.77", DAY).total(now[0]) == 1
    assert file.counter("key 0.77", DAY).total(now[0]) == 0
    file.close()


def test_ten_thousand_keys_take_few_file_descriptors(tmp_path: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    with opened(tmp_path, 1_000.0) as file:
        for number in range(10_000):
            file.counter(f"key {number}", MINUTE)
        assert len(list(Path("/proc/self/fd").iterdir())) - before < 20


def test_the_place_of_a_counter_that_somebody_holds_is_given_to_nobody(tmp_path: Path) -> None:
    now = [1_000.0]
    file = CounterFile(tmp_path, lambda: now[0], NOON, boot_id=BOOT)
    held = file.counter("held", MINUTE)
    held.total(now[0])
    slot = held.add(5)
    now[0] = 9_000.0
    for number in range(2 * SEGMENT_RECORDS):
        count(file, f"other {number}", MINUTE, now[0], 1)
    held.correct(slot, 1)
    held.total(now[0])
    held.add(50)
    assert {file.counter(f"other {number}", MINUTE).total(now[0]) for number in range(2 * SEGMENT_RECORDS)} == {1}
    assert file.counter("held", MINUTE).total(now[0]) == 50
    file.close()


def test_a_full_disk_is_an_error_and_leaves_what_is_counted(tmp_path: Path) -> None:
    with opened(tmp_path, 1_000.0) as file:
        for number in range(SEGMENT_RECORDS):
            count(file, f"key {number}", MINUTE, 1_000.0, 1)
        size = (tmp_path / "counters-minute").stat().st_size
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
        try:
            with pytest.raises(OSError, match="File too large"):
                file.counter("one more", MINUTE)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert (tmp_path / "counters-minute").stat().st_size == size
        assert file.counter("key 1", MINUTE).total(1_000.0) == 1
        count(file, "one more", MINUTE, 1_000.0, 3)
        assert file.counter("one more", MINUTE).total(1_000.0) == 3


def test_a_clock_that_steps_back_over_a_restart_frees_nothing(tmp_path: Path) -> None:
    with opened(tmp_path, 1_000.0) as file:
        count(file, "one", MINUTE, 1_000.0, 5)
    with opened(tmp_path, 2_000.0) as file:  # it holds nothing now, and its place is free
        assert file.counter("two", MINUTE).total(2_000.0) == 0
    with opened(tmp_path, 500.0) as file:
        count(file, "one", MINUTE, 500.0, 7)
        assert file.counter("one", MINUTE).total(2_001.0) == 7


@pytest.mark.parametrize("window", [MINUTE, HOUR, DAY], ids=lambda window: window.name)
def test_what_stands_in_the_oldest_slot_is_there_after_a_restart_and_one_slot_later_it_is_not(
    tmp_path: Path, window: Window
) -> None:
    begin = 1_000.0 * window.slot_seconds
    with opened(tmp_path, begin) as file:
        count(file, "one", window, begin, 5)
    for slots, left in ((window.slots, 5), (window.cells, 0)):
        now = begin + slots * window.slot_seconds
        with opened(tmp_path, now) as file:
            assert file.counter("one", window).total(now) == left
