"""Watches Socket Mode connections: a silent one is made anew, and when all stay silent the process must end.

Socket Mode goes silent now and then after a reconnect or idle time (bolt-python#417, #1529) while the client still
believes itself connected. A process supervisor then helps more than a bot that hears nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Protocol

import structlog

QUIET_SECONDS = 30.0
DEAD_SECONDS = 60.0
# Pongs prove the connection, not that Slack still sends payloads through it; a quiet one is made anew this often.
IDLE_SECONDS = 300.0
DROPPED_SECONDS = 10.0  # the client's own reconnect gets this long
CHECK_SECONDS = 5.0

_log = structlog.get_logger("bot.slack")


class Connection(Protocol):
    """One connection, as the watchdog sees it."""

    def heard(self) -> float:
        """Return when the last frame or pong came, on the monotonic clock."""
        ...

    def last_frame(self) -> float:
        """Return when the last frame of Slack's own came, on the monotonic clock."""
        ...

    async def connected(self) -> bool:
        """Tell whether the client believes itself connected."""
        ...

    async def reconnect(self) -> None:
        """Open a new session in place of the present one."""
        ...


class Watchdog:
    """Looks after connections until they are all silent for 60 seconds; then it calls ``on_silent`` once."""

    def __init__(
        self,
        connections: Sequence[Connection],
        on_silent: Callable[[], None],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._connections = connections
        self._on_silent = on_silent
        self._monotonic = monotonic

    async def run(self) -> None:
        """Check every five seconds until the connections are given up."""
        watching = True
        while watching:
            await asyncio.sleep(CHECK_SECONDS)
            watching = await self.check()

    async def check(self) -> bool:
        """Reconnect what is silent; return False after all connections were given up."""
        if all(self._silence(each) >= DEAD_SECONDS for each in self._connections):
            _log.error("slack.socket_silent", seconds=DEAD_SECONDS)
            self._on_silent()
            return False
        await asyncio.gather(*(self._revive(each) for each in self._connections))
        await self._renew_idle()
        return True

    async def _renew_idle(self) -> None:
        """Make the longest idle connection anew; one at a time, so that another hears meanwhile."""
        idlest = min(self._connections, key=lambda each: each.last_frame())
        if self._monotonic() - idlest.last_frame() >= IDLE_SECONDS:
            _log.info("slack.idle_socket_renewed")
            await self._anew(idlest)

    def _silence(self, connection: Connection) -> float:
        return self._monotonic() - connection.heard()

    async def _revive(self, connection: Connection) -> None:
        allowed = QUIET_SECONDS if await connection.connected() else DROPPED_SECONDS
        if (silence := self._silence(connection)) < allowed:
            return
        _log.warning("slack.socket_reconnects", silent_seconds=round(silence))
        await self._anew(connection)

    async def _anew(self, connection: Connection) -> None:
        try:
            await asyncio.wait_for(connection.reconnect(), DROPPED_SECONDS)
        except Exception as error:  # noqa: BLE001 - whatever it was, the next check tries again
            _log.warning("slack.socket_not_reconnected", error=type(error).__name__, code=getattr(error, "code", None))
