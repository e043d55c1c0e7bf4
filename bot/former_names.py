"""Names that may still be at rest after an upgrade: each former one is answered as the one that took its place.

A job's kind stands in scheduled rows, and in what the engine has written down of work that was cut short; a view's
callback id in a form that is open on somebody's screen. Tables and columns are renamed by migrations instead.
The record is never rewritten, so what it holds is read by both names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

Value = TypeVar("Value")

JOBS: Mapping[str, str] = {
    "groups.learn": "groups.load",
    "keys.clear": "keys.bulk_revoke",
    "keys.tell_cleared": "keys.tell_bulk_revoke",
    "people.learn": "people.load",
    "standing.learn": "credentials.load",
}
VIEWS: Mapping[str, str] = {"keys.clear": "keys.bulk_revoke"}

RECORD: Mapping[str, str] = {
    "keys.straggler.reported": "keys.orphan.reported",
    "keys.straggler.untold": "keys.orphan.untold",
}


def with_former(jobs: Mapping[str, Value]) -> dict[str, Value]:
    """Return jobs by their kind, and by the kind that each had before."""
    return {**jobs, **{former: jobs[kind] for former, kind in JOBS.items() if kind in jobs}}


def all_kinds(kinds: Iterable[str]) -> frozenset[str]:
    """Return kinds of job with those that they had before."""
    return frozenset(with_former(dict.fromkeys(kinds)))


def view(callback_id: str) -> str:
    """Return the callback id by which a form is answered now."""
    return VIEWS.get(callback_id, callback_id)


def recorded_as(name: str) -> list[str]:
    """Return the names under which the record may hold something."""
    return [name, *(former for former, now in RECORD.items() if now == name)]


def recorded(name: str) -> str:
    """Return today's name of something in the record."""
    return RECORD.get(name, name)
