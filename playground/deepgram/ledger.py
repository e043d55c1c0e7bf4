"""Who requested what and when: up to hundreds of thousands of requests, drawn again whenever they are asked for.

A key makes requests from its creation to its end. What it does on one UTC day is drawn from a seed of key and day, so
it is the same however often it is looked at and whatever happens later. Only a bounded number of days is kept, each
as short tuples; sums of days that are over are kept as well.

A request is without response for ``READY_AFTER`` and without price for ``PRICED_AFTER``; sums know no more than that.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Literal, NamedTuple

from playground.deepgram.state import Project, StoredKey
from playground.deepgram.workloads import Figures, Workload, digest, sum_of, uses

READY_AFTER = timedelta(seconds=30)
PRICED_AFTER = timedelta(seconds=150)
RETENTION = timedelta(days=90)
DAYS_KEPT = 200
SUMS_KEPT = 4000
WEEKEND, BUSIEST = 0.35, 6.0  # times as many requests as on a usual working day
_DAY_MS = 86_400_000
Outcome = Literal["succeeded", "failed", "unresolved"]


class Slot(NamedTuple):
    """One request: when (milliseconds since 1970), by which key of the project, and what was drawn for it."""

    moment: int
    stream: int
    sequence: int
    word: int

    @property
    def outcome(self) -> Outcome:
        """Return how it ended; one in 256 never gets a response, as one published live record shows."""
        drawn = self.word >> 24 & 0xFF
        return "unresolved" if drawn == 0 else "failed" if drawn < 7 else "succeeded"

    @property
    def size(self) -> int:
        """Return its size, of 24 bits."""
        return self.word & 0xFFFFFF

    @property
    def created(self) -> datetime:
        """Return when it was made."""
        return datetime.fromtimestamp(self.moment / 1000, UTC)

    def workload(self, key: StoredKey) -> Workload:
        """Return what it was for."""
        kinds = uses(key.key_id)
        return kinds[(self.word >> 32) % len(kinds)]


class Kind(NamedTuple):
    """What requests of one day have in common, as far as anything is filtered or grouped by it."""

    key: StoredKey
    workload: Workload
    outcome: Outcome

    def __hash__(self) -> int:
        return hash((self.key.key_id, self.workload.number, self.outcome))


Wanted = Callable[[Kind], bool]
Sums = dict[Kind, Figures]


class Ledger:
    """All requests of all projects."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self._days: dict[tuple[str, int, int], tuple[Slot, ...]] = {}
        self._sums: dict[tuple[str, int, int], Sums] = {}

    def first_day(self, project: Project) -> date:
        """Return the day of the oldest request, or today."""
        return min((key.created.date() for key in project.streams), default=self.now().date())

    def is_ready(self, slot: Slot) -> bool:
        """Return whether its response is known."""
        return slot.outcome != "unresolved" and slot.moment <= _milliseconds(self.now() - READY_AFTER)

    def is_priced(self, slot: Slot) -> bool:
        """Return whether its price is known."""
        return slot.moment <= _milliseconds(self.now() - PRICED_AFTER)

    def kind(self, project: Project, slot: Slot) -> Kind:
        """Return what kind of request it is so far."""
        key = project.streams[slot.stream]
        return Kind(key, slot.workload(key), slot.outcome if self.is_ready(slot) else "unresolved")

    def slots(self, project: Project, day: date) -> tuple[Slot, ...]:
        """Return the requests of a day so far, newest first."""
        if not self._is_over(day):
            now = _milliseconds(self.now())
            return tuple(slot for slot in _drawn(project, day) if slot.moment <= now)
        where = _where(project, day)
        if where not in self._days:
            _make_room(self._days, DAYS_KEPT)
            self._days[where] = _drawn(project, day)
        return self._days[where]

    def sums(self, project: Project, day: date) -> Sums:
        """Return a day's figures by kind; of those that failed or have no response, only the number."""
        if not self._is_over(day):
            return self._added(project, self.slots(project, day))
        where = _where(project, day)
        if where not in self._sums:
            _make_room(self._sums, SUMS_KEPT)
            self._sums[where] = self._added(project, self.slots(project, day))
        return self._sums[where]

    def find(self, project: Project, start: datetime, end: datetime, wanted: Wanted) -> Pages:
        """Return the requests from ``start`` to ``end`` (both included) that are wanted."""
        oldest = max(start, self.now() - RETENTION)
        return Pages(self, project, oldest, min(end, self.now()), wanted)

    def _added(self, project: Project, slots: Iterable[Slot]) -> Sums:
        numbers: Counter[tuple[int, Workload, Outcome]] = Counter()
        told: dict[tuple[int, Workload], list[Figures]] = {}
        ready, priced = _milliseconds(self.now() - READY_AFTER), _milliseconds(self.now() - PRICED_AFTER)
        for slot in slots:
            workload, outcome = slot.workload(project.streams[slot.stream]), slot.outcome
            if outcome != "succeeded" or slot.moment > ready:
                numbers[slot.stream, workload, outcome if slot.moment <= ready else "unresolved"] += 1
                continue
            figures = workload.figures(slot.size, priced=slot.moment <= priced)
            told.setdefault((slot.stream, workload), []).append(figures)
        key = project.streams
        sums = {Kind(key[at], work, "succeeded"): sum_of(each) for (at, work), each in told.items()}
        return sums | {Kind(key[at], work, came): Figures(number) for (at, work, came), number in numbers.items()}

    def _is_over(self, day: date) -> bool:
        return day_start(day + timedelta(days=1)) + PRICED_AFTER <= self.now()


class Pages(NamedTuple):
    """A choice of requests, newest first, read in parts."""

    ledger: Ledger
    project: Project
    start: datetime
    end: datetime
    wanted: Wanted

    def part(self, offset: int, limit: int) -> list[Slot]:
        """Return at most ``limit`` of them after the first ``offset``."""
        found: list[Slot] = []
        for day in self._days():
            number = self._number_of_whole(day)
            if number is not None and number <= offset:
                offset -= number
                continue
            chosen = list(self._of(day))
            found += chosen[offset : offset + limit - len(found)]
            offset = max(0, offset - len(chosen))
            if len(found) == limit:
                break
        return found

    def has(self, slot: Slot) -> bool:
        """Return whether a request is among them."""
        low, high = _milliseconds(self.start), _milliseconds(self.end)
        return low <= slot.moment <= high and self.wanted(self.ledger.kind(self.project, slot))

    def _days(self) -> Iterator[date]:
        first = max(self.start.date(), self.ledger.first_day(self.project))
        for back in range((self.end.date() - first).days + 1):
            yield self.end.date() - timedelta(days=back)

    def _of(self, day: date) -> Iterator[Slot]:
        return filter(self.has, self.ledger.slots(self.project, day))

    def _number_of_whole(self, day: date) -> int | None:
        """Return how many of a day are wanted, if that can be told without drawing it: it lies inside and is over."""
        begin, finish = day_start(day), day_start(day + timedelta(days=1))
        if not (self.start <= begin and finish + PRICED_AFTER <= self.end):
            return None
        sums = self.ledger.sums(self.project, day)
        return sum(figures.requests for kind, figures in sums.items() if self.wanted(kind))


def day_start(day: date) -> datetime:
    """Return the first moment of a UTC day."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _drawn(project: Project, day: date) -> tuple[Slot, ...]:
    begin = _milliseconds(day_start(day))
    drawn = [slot for number, key in enumerate(project.streams) for slot in _drawn_for(key, number, begin)]
    return tuple(sorted(drawn, reverse=True))


def _drawn_for(key: StoredKey, number: int, begin: int) -> Iterator[Slot]:
    first, last = _milliseconds(key.created), _last_moment(key)
    if last < begin or first >= begin + _DAY_MS:
        return
    draw = random.Random(digest(key.key_id, begin))
    count = _count(key, begin, draw.random())
    for sequence in range(count):
        word = draw.getrandbits(64)
        moment = begin + _DAY_MS * ((sequence << 20) + (word >> 44)) // (count << 20)
        if first <= moment <= last:
            yield Slot(moment, number, sequence, word)


def _count(key: StoredKey, begin: int, chance: float) -> int:
    is_weekend = (begin // _DAY_MS + 3) % 7 >= 5  # 1 January 1970 was a Thursday
    is_busiest = key.busiest == datetime.fromtimestamp(begin / 1000, UTC).date()
    times = BUSIEST if is_busiest else WEEKEND if is_weekend else 1.0
    return int(times * key.per_day * (0.8 + 0.4 * chance) + 0.5)


def _last_moment(key: StoredKey) -> float:
    ends = [_milliseconds(end) for end in (key.ended, key.expiration_date) if end is not None]
    return min(ends, default=float("inf"))


def _where(project: Project, day: date) -> tuple[str, int, int]:
    tomorrow = day_start(day + timedelta(days=1))
    born = sum(key.created < tomorrow for key in project.streams)
    return project.project_id, day.toordinal(), born


def _make_room(
    kept: dict[tuple[str, int, int], tuple[Slot, ...]] | dict[tuple[str, int, int], Sums], most: int
) -> None:
    while len(kept) >= most:
        del kept[next(iter(kept))]
