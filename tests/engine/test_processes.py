"""Several processes over one database, and processes that die."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.engine.port import Job
from bot.engine.workflows import migrate
from bot.store.database import Database
from tests.clocks import machine_now
from tests.engine.world import inline
from tests.waiting import until


class Processes:
    """Processes that share a database and a file of notes."""

    def __init__(self, database: Database, database_url: str, folder: Path, stack: ExitStack) -> None:
        self.database = database
        self.notes = folder / "notes"
        self.notes.touch()
        self._url = database_url
        self._stack = stack

    def start(self, *more: str, silence: str = "10") -> subprocess.Popen[bytes]:
        """Start one more process, which takes others for dead after ``silence`` seconds."""
        command = [sys.executable, "-m", "tests.engine.process", self._url, str(self.notes), silence, *more]
        return self._stack.enter_context(_killed_at_last(command))

    def ask(self, *refs: str) -> None:
        """Commit the wish for jobs, as a process would that died right after."""
        engine = inline(self.database, SystemClock())
        with self.database.transaction() as session:
            for ref in refs:
                engine.later(session, Job("note", ref), machine_now())

    def noted(self) -> Counter[str]:
        """Count the lines noted so far."""
        return Counter(self.notes.read_text().split("\n")[:-1])

    async def until(self, reached: Callable[[Counter[str]], bool]) -> None:
        """Wait until the notes say so."""
        await until(lambda: reached(self.noted()))


@contextmanager
def _killed_at_last(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(command, cwd=Path(__file__).parents[2]) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
def processes(database: Database, database_url: str, tmp_path: Path) -> Iterator[Processes]:
    migrate(database.engine)
    with ExitStack() as stack:
        yield Processes(database, database_url, tmp_path, stack)


@pytest.mark.soak
async def test_a_job_whose_process_is_killed_is_finished_by_the_next(processes: Processes) -> None:
    processes.ask("R1")
    first = processes.start("slow")
    await processes.until(lambda noted: noted["begun R1"] > 0)
    first.kill()
    processes.start(silence="2")
    await processes.until(lambda noted: noted["R1"] > 0)
    assert processes.noted()["R1"] == 1


@pytest.mark.soak
async def test_two_processes_share_the_work_and_none_of_it_is_done_twice(processes: Processes) -> None:
    processes.start()
    processes.start()
    await processes.until(lambda noted: noted["ready"] == 2)
    wanted = [f"R{number}" for number in range(100)]
    processes.ask(*wanted)
    await processes.until(lambda noted: noted.total() >= 102)
    await asyncio.sleep(4)  # longer than the backup rows wait
    assert processes.noted() == Counter(ready=2, **dict.fromkeys(wanted, 1))
