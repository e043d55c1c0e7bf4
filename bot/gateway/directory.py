"""What the gateway knows: each key with its project, its limits and the provider's key behind it, under a lease.

A gateway may act on what it knows for so long as the lease lasts: whoever ends a key waits for that long at most.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.gateway.windows import Metric

LEASE_SECONDS = 30.0

Limits = Mapping[str, Mapping[Metric, int]]
"""By model: the limits that are set. 0 blocks the model, and a metric that is missing is not limited."""


class OutOfDate(Exception):
    """What is known was read longer ago than the lease allows: nobody is let in on it."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose counters a call touches: ``kind`` is "key", "project" or "organization"."""

    kind: str
    id: str
    name: str
    limits: Limits


@dataclass(frozen=True, slots=True)
class Upstream:
    """Where the calls of a key go: an address such as ``https://api.groq.com``, and the key that opens it there."""

    url: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A key of Keydesk's. ``limits`` are the scopes that a call of it touches; ``models`` None: it may use all."""

    key_hash: bytes = field(repr=False)
    key_id: str
    project_id: str
    limits: tuple[Scope, ...]
    upstream: Upstream
    ends_at: datetime | None = None
    is_ended: bool = False
    is_archived: bool = False
    models: frozenset[str] | None = None

    def has_ended(self, now: datetime) -> bool:
        """Whether it was ended, or its end has come."""
        return self.is_ended or (self.ends_at is not None and self.ends_at <= now)

    def knows(self, model: str) -> bool:
        """Whether a model is on its project's list, or limited for anybody whose limits it has."""
        return model in (self.models or ()) or any(model in scope.limits for scope in self.limits)

    def blocked_at(self, model: str) -> str | None:
        """Return which scope keeps this key from a model: its project's list, or whoever limits it to 0."""
        if self.models is not None and model not in self.models:
            return "project"
        return next((scope.kind for scope in self.limits if 0 in scope.limits.get(model, {}).values()), None)


class Directory(Protocol):
    """Finds a key by the SHA-256 of its secret."""

    def find(self, key_hash: bytes) -> KnownKey | None:
        """Return the key, ended ones too, or None.

        Raises:
            OutOfDate: what is known is older than the lease.
        """
        ...

    def is_fresh(self) -> bool:
        """Whether the lease still runs."""
        ...


class KeysInMemory:
    """All keys as one value: a call sees the old ones or the new ones, never some of each."""

    def __init__(self, monotonic: Callable[[], float], lease_seconds: float = LEASE_SECONDS) -> None:
        self._monotonic = monotonic
        self._lease = lease_seconds
        self._known: tuple[float, Mapping[bytes, KnownKey]] = (float("-inf"), {})

    def replace(self, keys: Iterable[KnownKey], read_at: float) -> None:
        """Know these keys and no others; ``read_at`` is the monotonic second at which reading them began."""
        self._known = (read_at, {key.key_hash: key for key in keys})

    def is_fresh(self) -> bool:
        """Whether the lease still runs."""
        return self._monotonic() - self._known[0] <= self._lease

    def find(self, key_hash: bytes) -> KnownKey | None:
        """Return the key, ended ones too, or None; raise OutOfDate when the lease has run out."""
        read_at, keys = self._known
        if self._monotonic() - read_at > self._lease:
            raise OutOfDate
        return keys.get(key_hash)
