"""Leases: one process's leave to call the provider, for as long as it renews it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from sqlmodel import Session

from bot.clock import Clock
from bot.errors import RateLimited
from bot.providers.http import UNHURRIED_READS_AT_ONCE
from bot.store import leases
from bot.store.database import Database

# One for each read that may be made at once while nobody waits for it.
LEASES = tuple(f"usage.collect {number}" for number in range(1, UNHURRIED_READS_AT_ONCE + 1))
LEASE_TIME = timedelta(minutes=2)  # by the machine's time; longer than a renewal and any one call with all its retries
RENEWED_AFTER = 40.0  # seconds
ASKED_AFTER = 5.0  # seconds for which another process may not have heard yet that all are to rest
REST = timedelta(minutes=1)  # when told to slow down without being told for how long
RESTING = "The provider asked Keydesk for fewer calls, so nothing is read until {until:%H:%M} UTC."


class LeaseLost(Exception):
    """The lease was taken by another process, or all leases rest: no further call may be made."""


class Rest:
    """Until when this process knows that no call may be made; what it is told itself, it knows at once."""

    def __init__(self) -> None:
        self._until: datetime | None = None

    def told(self, until: datetime | None) -> None:
        """Rest until then; what rests longer already goes on resting."""
        if until is not None and (self._until is None or until > self._until):
            self._until = until

    def holds(self, now: datetime) -> bool:
        """Tell whether it is too early for a call."""
        return self._until is not None and self._until > now


class HeldLease:
    """One lease in the hands of one turn."""

    def __init__(self, database: Database, clock: Clock, name: str, rest: Rest) -> None:
        self._database = database
        self._clock = clock
        self._rest = rest
        self._renewed = self._asked = float("-inf")
        self.name = name
        self.holder = uuid4().hex

    async def take(self) -> bool:
        """Take the lease or renew it; False while another turn holds it."""
        begun, machine = time.monotonic(), datetime.now(UTC)
        held = await self._database.write(
            lambda session: leases.hold(session, self.name, self.holder, machine, machine + LEASE_TIME)
        )
        if held:
            self._renewed = begun
        return held

    async def permit(self) -> None:
        """Make sure that one more call may be made now; whether others let all rest is asked every few seconds.

        Raises:
            LeaseLost: it may not.
        """
        if time.monotonic() - self._renewed > RENEWED_AFTER and not await self.take():
            raise LeaseLost
        if time.monotonic() - self._asked > ASKED_AFTER:
            self._asked = time.monotonic()
            self._rest.told(await self._database.read(lambda session: resting_until(session, self._clock.now())))
        if self._rest.holds(self._clock.now()):
            raise LeaseLost

    def leave(self, session: Session) -> None:
        """Let go of the lease, if it is still held."""
        leases.free(session, self.name, self.holder)


def resting_until(session: Session, now: datetime) -> datetime | None:
    """Return until when no call may be made, or None if calls may be made now."""
    until = leases.resting_until(session, LEASES)
    return until if until is not None and until > now else None


def let_rest(session: Session, limited: RateLimited, now: datetime) -> datetime:
    """Let every lease rest, for the provider limits the credential and not one project; return until when."""
    until = now + (timedelta(seconds=limited.retry_after) if limited.retry_after else REST)
    leases.rest(session, LEASES, until)
    return until
