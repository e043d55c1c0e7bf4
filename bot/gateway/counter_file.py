"""The counters of one gateway process, kept in files that are mapped into memory: a killed process loses nothing.

There is one file for each window, because all counters over a window are of one size. Its times are those of the
machine's monotonic clock, so what another boot left behind says nothing. Then a file begins anew, and while its
window reaches back to before that, each counter begins with what it is told to.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import struct
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from weakref import WeakValueDictionary

from bot.errors import BotError
from bot.gateway.counter_records import HEADER_BYTES, UNUSED, Records
from bot.gateway.window_counter import NEWEST, WindowCounter, size_of
from bot.gateway.windows import DAY, HOUR, MINUTE, Window

MAGIC = b"KDCOUNTS"
VERSION = 1
HEADER = struct.Struct("<8sI36sdd")
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
LOOKED_AT = 8

Told = Callable[[str, Window, datetime], int]
"""Returns what the counter of a name and window held at a moment (UTC), before which its file knows nothing."""


def nothing(_name: str, _window: Window, _moment: datetime) -> int:
    """Tell that a counter held nothing: where no calls were let in before the file began."""
    return 0


class CountersInUse(BotError):
    """Another gateway holds the counters of this folder: two would each count half."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"Another gateway process counts in {path.parent}. Stop it first, or give this one another KEYDESK_HOME."
        )


class Beginning(NamedTuple):
    """The header of a file: in which boot it began to count, and when, in monotonic seconds and as a Unix time."""

    boot_id: bytes
    monotonic: float
    wall: float

    def packed(self) -> bytes:
        """Return it as it stands in a file."""
        return HEADER.pack(MAGIC, VERSION, *self)

    @classmethod
    def read(cls, file: int) -> Beginning | None:
        """Return what stands in this file, None where it is none of ours or of another version."""
        kept = os.pread(file, HEADER.size, 0)
        if len(kept) < HEADER.size:
            return None
        magic, version, *rest = HEADER.unpack(kept)
        return cls(*rest) if (magic, version) == (MAGIC, VERSION) else None


class CounterFile:
    """The counters in one folder, by name. ``lost`` tells that there were none, or those of another boot.

    ``monotonic`` gives the seconds of the windows, and ``wall`` is the time of day now (UTC). ``told`` is asked within
    a call, so it answers at once. The boot's id is the kernel's, unless one is given.

    Raises:
        CountersInUse: another process has them open.
        OSError: the folder or the kernel's id cannot be read or written.
    """

    def __init__(
        self,
        folder: Path,
        monotonic: Callable[[], float],
        wall: datetime,
        told: Told = nothing,
        boot_id: str | None = None,
    ) -> None:
        boot = (boot_id or BOOT_ID.read_text().strip()).encode().ljust(36, b"\0")
        fresh = Beginning(boot, monotonic(), wall.timestamp())
        folder.mkdir(parents=True, exist_ok=True)
        self._files: dict[Window, _WindowFile] = {}
        try:
            for window in (MINUTE, HOUR, DAY):
                file = _locked(folder / f"counters-{window.name}")
                self._files[window] = _WindowFile(file, window, fresh, monotonic, told)
        except BaseException:
            self.close()
            raise
        self.lost = any(each.lost for each in self._files.values())

    def counter(self, name: str, window: Window) -> WindowCounter:
        """Return the counter of this name (a scope, a model and a metric), a new one where there is none yet.

        It is the same one for as long as somebody holds it, and its place in the file is given to no other meanwhile.
        What nobody holds, and nothing was asked of for as long as its window, makes room for new ones.

        Raises:
            OSError: there is none yet, and the disk is full.
        """
        return self._files[window].counter(name)

    def close(self) -> None:
        """Let the files go; the counters handed out must not be used any more."""
        for each in self._files.values():
            each.close()


class _WindowFile:
    """The counters over one window in one open file, which it closes."""

    def __init__(self, file: int, window: Window, fresh: Beginning, monotonic: Callable[[], float], told: Told) -> None:
        self._file, self._window, self._monotonic, self._told = file, window, monotonic, told
        kept = Beginning.read(file)
        self.lost = kept is None or kept.boot_id != fresh.boot_id
        self._beginning = fresh if kept is None or self.lost else kept
        if self.lost:
            _begin(file, fresh)
        self._records = Records(file, size_of(window))
        self._held: WeakValueDictionary[int, WindowCounter] = WeakValueDictionary()
        self._places: dict[bytes, int] = {}
        self._free: list[int] = []
        self._highest = 0  # none begins below the highest slot that any had: a clock that steps back frees nothing
        self._next = 0
        self._remember()

    def counter(self, name: str) -> WindowCounter:
        digest = hashlib.sha256(name.encode()).digest()
        place = self._places.get(digest)
        if place is None:
            return self._new(name, digest)
        counter = self._held.get(place)
        if counter is None:
            counter = self._held[place] = WindowCounter(self._window, self._records.cells(place))
        return counter

    def close(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_UN)  # a mapping that somebody still sees keeps the file open
        os.close(self._file)

    def _new(self, name: str, digest: bytes) -> WindowCounter:
        self._tidy()
        if not self._free:
            self._free.extend(reversed(self._records.grow()))
        place = self._free.pop()
        self._records.empty(place)
        cells = self._records.cells(place)
        cells[NEWEST] = max(self._highest, self._window.slot(self._monotonic()))
        counter = WindowCounter(self._window, cells)
        self._start(counter, name, cells[NEWEST])
        self._records.rename(place, digest)  # last: a process killed before leaves no counter that was not told
        self._places[digest], self._held[place] = place, counter
        return counter

    def _start(self, counter: WindowCounter, name: str, newest: int) -> None:
        """Add what is told, where the window reaches back to before this file began."""
        began = self._window.slot(self._beginning.monotonic)
        if began > newest - self._window.cells:
            counter.correct(began, self._told(name, self._window, datetime.fromtimestamp(self._beginning.wall, UTC)))

    def _remember(self) -> None:
        """Note whose each record is, and which are free. What holds nothing any more is free too."""
        for place in reversed(range(len(self._records))):
            digest, is_idle = self._records.name(place), self._is_idle(place)
            if digest != UNUSED and not is_idle:
                self._places[digest] = place
                continue
            if digest != UNUSED:
                self._records.rename(place, UNUSED)
            self._free.append(place)

    def _tidy(self) -> None:
        """Free what holds nothing any more of a few records, on from the last time: so all get their turn."""
        for _ in range(min(LOOKED_AT, len(self._records))):
            place, self._next = self._next, (self._next + 1) % len(self._records)
            digest = self._records.name(place)
            if digest != UNUSED and place not in self._held and self._is_idle(place):
                self._records.rename(place, UNUSED)
                del self._places[digest]
                self._free.append(place)

    def _is_idle(self, place: int) -> bool:
        """Tell whether the window has passed since anything was asked of it."""
        newest: int = self._records.cells(place)[NEWEST]
        self._highest = max(self._highest, newest)
        return newest < self._window.slot(self._monotonic()) - self._window.slots


def _locked(path: Path) -> int:
    """Open a file that this process alone has from now on.

    Raises:
        CountersInUse: another one has it.
    """
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        raise CountersInUse(path) from None
    return file


def _begin(file: int, beginning: Beginning) -> None:
    """Throw away what stands in a file; the header comes last, so that a process killed before begins again."""
    os.ftruncate(file, 0)
    os.ftruncate(file, HEADER_BYTES)
    os.pwrite(file, beginning.packed(), 0)
