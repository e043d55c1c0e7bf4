"""Records of one size in a file that is mapped into memory: a name of 32 bytes, then whole numbers of 8 bytes.

The file grows by a segment, mapped beside the others, so that whoever holds a record goes on pointing into its pages.
"""

from __future__ import annotations

import mmap
import os

NAME_BYTES = 32
NUMBER_BYTES = 8
HEADER_BYTES = mmap.PAGESIZE
SEGMENT_RECORDS = 1_024  # each mapping holds a file descriptor: ten thousand records take ten
UNUSED = bytes(NAME_BYTES)


class Records:
    """The records of the open file ``file``, which begin after a header of one page."""

    def __init__(self, file: int, numbers: int) -> None:
        self._file = file
        self._numbers = numbers
        self._record_bytes = NAME_BYTES + NUMBER_BYTES * numbers
        pages = -(-SEGMENT_RECORDS * self._record_bytes // mmap.PAGESIZE)
        self._segment_bytes = pages * mmap.PAGESIZE  # a mapping begins where a page does
        self._segments: list[memoryview] = []
        for _ in range((os.fstat(file).st_size - HEADER_BYTES) // self._segment_bytes):
            self._map()

    def __len__(self) -> int:
        """Return how many records there are, used or not."""
        return len(self._segments) * SEGMENT_RECORDS

    def name(self, place: int) -> bytes:
        """Return the name of a record: ``UNUSED`` where it is nobody's."""
        return bytes(self._record(place)[:NAME_BYTES])

    def rename(self, place: int, name: bytes) -> None:
        """Write the name of a record."""
        self._record(place)[:NAME_BYTES] = name

    def cells(self, place: int) -> memoryview:
        """Return the numbers of a record; what is written to them is in the file at once."""
        return self._record(place)[NAME_BYTES:].cast("q")

    def empty(self, place: int) -> None:
        """Write nothing but noughts: no name and no number."""
        self._record(place)[:] = bytes(self._record_bytes)

    def grow(self) -> range:
        """Add a segment and return the places in it.

        Raises:
            OSError: the disk is full. The file is as it was, and goes on counting what it has.
        """
        begin, size = len(self), HEADER_BYTES + len(self._segments) * self._segment_bytes
        try:
            os.posix_fallocate(self._file, size, self._segment_bytes)  # a page without a block would kill the process
        except OSError:
            os.ftruncate(self._file, size)
            raise
        self._map()
        return range(begin, len(self))

    def _map(self) -> None:
        offset = HEADER_BYTES + len(self._segments) * self._segment_bytes
        self._segments.append(memoryview(mmap.mmap(self._file, self._segment_bytes, offset=offset)))

    def _record(self, place: int) -> memoryview:
        segment, number = divmod(place, SEGMENT_RECORDS)
        begin = number * self._record_bytes
        return self._segments[segment][begin : begin + self._record_bytes]
