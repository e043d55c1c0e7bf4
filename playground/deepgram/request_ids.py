"""Ids of requests that tell which request they mean, so that no table of them is needed.

An id looks like any UUID of version 4; it holds the day, the key's place in the project and the number of the request
on that day, scattered by a multiplication that can be undone.
"""

from __future__ import annotations

from datetime import date, timedelta

from playground.deepgram.ledger import Ledger, Slot
from playground.deepgram.state import Project
from playground.deepgram.workloads import digest

_SIZE = 1 << 56
_FACTOR = 0x9E3779B97F4A7D
_INVERSE = pow(_FACTOR, -1, _SIZE)
_EPOCH = date(1970, 1, 1)


def request_id(project: Project, slot: Slot) -> str:
    """Return a request's id."""
    day = (slot.created.date() - _EPOCH).days
    return _written(project, day << 40 | slot.stream << 24 | slot.sequence)


def request_of(ledger: Ledger, project: Project, value: str) -> Slot | None:
    """Return the request that an id means, if there is one."""
    digits = value.lower().replace("-", "")
    scattered = int(digits[:12] + digits[13:15], 16)
    code = (scattered - digest(project.project_id)) * _INVERSE % _SIZE
    if _written(project, code).replace("-", "") != digits:
        return None
    day = _EPOCH + timedelta(days=code >> 40)
    stream, sequence = code >> 24 & 0xFFFF, code & 0xFFFFFF
    slots = ledger.slots(project, day)
    return next((slot for slot in slots if (slot.stream, slot.sequence) == (stream, sequence)), None)


def _written(project: Project, code: int) -> str:
    first = f"{(code * _FACTOR + digest(project.project_id)) % _SIZE:014x}"
    rest = f"{digest(project.project_id, code):032x}"
    return f"{first[:8]}-{first[8:12]}-4{first[12:]}{rest[0]}-8{rest[1:4]}-{rest[4:16]}"
