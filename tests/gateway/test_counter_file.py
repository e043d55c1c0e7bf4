"""Counters in files: a killed process loses nothing, one process holds them, and another boot's are thrown away."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bot.gateway.counter_file import SEGMENT_RECORDS, CounterFile, CountersInUse
from bot.gateway.window_counter import TOTAL
from bot.gateway.windows import DAY, HOUR, MINUTE

COUNTS_UNTIL_KILLED = """
import itertools, sys
from pathlib import Path
from bot.gateway.counter_file import CounterFile
from bot.gateway.windows import DAY, MINUTE
file = CounterFile(Path(sys.argv[1]), 1000.0, "a boot")
minute, day = file.counter("project one", MINUTE), file.counter("project one", DAY)
for number in itertools.count(1):
    for counter in (minute, day):
        counter.total(1000.0)
        counter.add(1)
    print(number, flush=True)
"""


def counted(file: CounterFile, name: str, now: float) -> list[int]:
    """Return what stands under a name in the three windows."""
    return [file.counter(name, window).total(now) for window in (MINUTE, HOUR, DAY)]


def test_what_was_counted_is_there_after_it_was_opened_again(tmp_path: Path) -> None:
    file = CounterFile(tmp_path, 1_000.0, "a boot")
    assert file.lost
    for number in range(3 * SEGMENT_RECORDS):  # it grows, and what was handed out goes on counting
        for window in (MINUTE, DAY):
            counter = file.counter(f"key {number}", window)
            counter.total(1_000.0)
            counter.add(number)
    file.close()
    again = CounterFile(tmp_path, 1_010.0, "a boot")
    assert not again.lost
    assert [counted(again, f"key {number}", 1_010.0) for number in (1, 256, 767)] == [
        [1, 0, 1],
        [256, 0, 256],
        [767, 0, 767],
    ]
    again.close()


def test_two_names_in_one_growing_file_share_nothing(tmp_path: Path) -> None:
    file = CounterFile(tmp_path, 1_000.0, "a boot")
    first = file.counter("first", MINUTE)
    first.total(1_000.0)
    first.add(5)
    others = [file.counter(f"other {number}", MINUTE) for number in range(2 * SEGMENT_RECORDS)]
    assert {other.total(1_000.0) for other in others} == {0}
    assert file.counter("first", MINUTE).total(1_000.0) == 5
    file.close()


def test_a_process_killed_at_any_point_loses_nothing_that_it_had_counted(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", COUNTS_UNTIL_KILLED, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(200)]
        process.kill()
        last = int((lines + process.stdout.readlines())[-1] or lines[-1])
    file = CounterFile(tmp_path, 1_000.0, "a boot")
    minute, _, day = counted(file, "project one", 1_000.0)
    assert minute in (last, last + 1)
    assert day in (last, last + 1)
    file.close()


def test_a_total_that_its_slots_do_not_add_up_to_is_added_up_again(tmp_path: Path) -> None:
    file = CounterFile(tmp_path, 1_000.0, "a boot")
    counter = file.counter("one", MINUTE)
    counter.total(1_000.0)
    counter.add(5)
    counter._cells[TOTAL] = 3  # noqa: SLF001 # as a kill between two writes leaves it
    file.close()
    again = CounterFile(tmp_path, 1_000.0, "a boot")
    assert again.counter("one", MINUTE).total(1_000.0) == 5
    again.close()


def test_a_second_process_is_told_that_the_counters_are_taken(tmp_path: Path) -> None:
    file = CounterFile(tmp_path, 1_000.0, "a boot")
    with pytest.raises(CountersInUse, match="Another gateway process counts in"):
        CounterFile(tmp_path, 1_000.0, "a boot")
    file.close()
    CounterFile(tmp_path, 1_000.0, "a boot").close()


def test_counters_of_another_boot_are_lost_and_say_so(tmp_path: Path) -> None:
    file = CounterFile(tmp_path, 90_000.0, "a boot")
    counter = file.counter("one", DAY)
    counter.total(90_000.0)
    counter.add(5)
    file.close()
    after = CounterFile(tmp_path, 10.0, "the next boot")
    assert after.lost
    assert counted(after, "one", 10.0) == [0, 0, 0]
    after.close()


def test_what_holds_nothing_any_more_gives_its_place_to_others(tmp_path: Path) -> None:
    size = 0
    for days in range(3):
        now = 1_000.0 + days * 100_000
        file = CounterFile(tmp_path, now, "a boot")
        for number in range(SEGMENT_RECORDS):
            counter = file.counter(f"key {days}.{number}", DAY)
            counter.total(now)
            counter.add(1)
        file.close()
        size = size or (tmp_path / "counters-day").stat().st_size
        assert (tmp_path / "counters-day").stat().st_size == size
