"""The counters of one gateway process, kept in files that are mapped into memory: a killed process loses nothing.

There is one file for each window, because all counters over a window are of one size. Its times are those of the
machine's monotonic clock, so what another boot left behind says nothing: it is thrown away, and `lost` tells so.
"""

from __future__ import annotations

import fcntl
import hashlib
import mmap
import os
from pathlib import Path

from bot.errors import BotError
from bot.gateway.window_counter import WindowCounter, size_of
from bot.gateway.windows import DAY, HOUR, MINUTE, Window

MAGIC = b"KDCOUNT1"
HEADER_BYTES = mmap.PAGESIZE
NAME_BYTES = 32
NUMBER_BYTES = 8
SEGMENT_RECORDS = 256
UNUSED = bytes(NAME_BYTES)
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class CountersInUse(BotError):
    """Another gateway holds the counters of this folder: two would each count half."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"Another gateway process counts in {path.parent}. Stop it first, or give this one another KEYDESK_HOME."
        )


class CounterFile:
    """The counters in one folder, by name; ``lost`` tells that there were none, or those of another boot.

    ``now`` is monotonic seconds: counters that hold nothing any more give their places to others.

    Raises:
        CountersInUse: another process has them open.
    """

    def __init__(self, folder: Path, now: float, boot_id: str | None = None) -> None:
        boot = boot_id or BOOT_ID.read_text().strip()
        folder.mkdir(parents=True, exist_ok=True)
        self._files: dict[Window, _WindowFile] = {}
        try:
            for window in (MINUTE, HOUR, DAY):
                self._files[window] = _WindowFile(folder / f"counters-{window.name}", window, boot, now)
        except BaseException:
            self.close()
            raise
        self.lost = any(each.lost for each in self._files.values())

    def counter(self, name: str, window: Window) -> WindowCounter:
        """Return the counter of this name (a scope, a model and a metric), a new one where there is none yet."""
        return self._files[window].counter(name)

    def close(self) -> None:
        """Let the files go; the counters handed out must not be used any more."""
        for each in self._files.values():
            each.close()


class _WindowFile:
    """A header, then segments of records; a record is the hash of a name and the cells of its counter.

    It grows by a segment, mapped beside the others, so that counters handed out go on pointing into the same pages.
    """

    def __init__(self, path: Path, window: Window, boot_id: str, now: float) -> None:
        self._window = window
        self._record_bytes = NAME_BYTES + NUMBER_BYTES * size_of(window)
        self._segments: list[memoryview] = []
        self._places: dict[bytes, int] = {}
        self._free: list[int] = []
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        self._lock(path)
        self.lost = self._header() != _header_of(boot_id)
        if self.lost:
            os.ftruncate(self._file, 0)
            os.ftruncate(self._file, HEADER_BYTES)
            os.pwrite(self._file, _header_of(boot_id), 0)
        for number in range((os.fstat(self._file).st_size - HEADER_BYTES) // self._segment_bytes):
            self._map(number)
        self._remember(now)

    @property
    def _segment_bytes(self) -> int:
        """Whole pages: a mapping begins at the beginning of one."""
        pages = -(-SEGMENT_RECORDS * self._record_bytes // mmap.PAGESIZE)
        return pages * mmap.PAGESIZE

    def counter(self, name: str) -> WindowCounter:
        digest = hashlib.sha256(name.encode()).digest()
        place = self._places.get(digest)
        if place is None:
            place = self._places[digest] = self._place()
            self._name(place)[:] = digest
        return self._counter(place)

    def close(self) -> None:
        self._places.clear()
        self._segments.clear()
        fcntl.flock(self._file, fcntl.LOCK_UN)  # a mapping that somebody still sees keeps the file open
        os.close(self._file)

    def _lock(self, path: Path) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._file)
            raise CountersInUse(path) from None

    def _header(self) -> bytes:
        return os.pread(self._file, HEADER_BYTES, 0).rstrip(b"\0")

    def _map(self, number: int) -> None:
        offset = HEADER_BYTES + number * self._segment_bytes
        self._segments.append(memoryview(mmap.mmap(self._file, self._segment_bytes, offset=offset)))

    def _remember(self, now: float) -> None:
        """Find every record that holds something; who was killed within a step left a total that is not the sum."""
        for place in reversed(range(len(self._segments) * SEGMENT_RECORDS)):
            digest = bytes(self._name(place))
            if digest != UNUSED and self._counter(place).recovered(now):
                self._places[digest] = place
            else:
                self._record(place)[:] = bytes(self._record_bytes)
                self._free.append(place)

    def _place(self) -> int:
        if not self._free:
            number = len(self._segments)
            os.ftruncate(self._file, HEADER_BYTES + (number + 1) * self._segment_bytes)
            self._map(number)
            first = number * SEGMENT_RECORDS
            self._free = list(reversed(range(first, first + SEGMENT_RECORDS)))
        return self._free.pop()

    def _name(self, place: int) -> memoryview:
        return self._record(place)[:NAME_BYTES]

    def _counter(self, place: int) -> WindowCounter:
        return WindowCounter(self._window, self._record(place)[NAME_BYTES:].cast("q"))

    def _record(self, place: int) -> memoryview:
        segment, number = divmod(place, SEGMENT_RECORDS)
        begin = number * self._record_bytes
        return self._segments[segment][begin : begin + self._record_bytes]


def _header_of(boot_id: str) -> bytes:
    return MAGIC + boot_id.encode()
