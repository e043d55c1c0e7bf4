"""One thing that was looked at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: whether it is well, and in words what was found or how to mend it."""

    name: str
    ok: bool
    text: str
