"""What holds one call: it can be ended from outside, and no client keeps it waiting for ever."""

from __future__ import annotations

import asyncio
import contextlib

SLOWEST_CLIENT_SECONDS = 60.0  # that a client may take none of what it is sent


class Leash:
    """Ends one call from outside, or when a client takes nothing for too long; the first reason stands."""

    def __init__(self, timeout: asyncio.Timeout) -> None:
        self._timeout = timeout
        self._loop = asyncio.get_running_loop()
        self._waits_since: float | None = None
        self._look: asyncio.TimerHandle | None = None
        self.reason: str | None = None

    def end(self, reason: str) -> None:
        """Break the call off, unless it is over."""
        if self.reason is None:
            self.reason = reason
            with contextlib.suppress(RuntimeError):
                self._timeout.reschedule(0.0)

    def sending(self) -> None:
        """Begin to wait for the client."""
        self._waits_since = self._loop.time()
        if self._look is None:  # one timer now and then: setting one for each part takes as long as reading the part
            self._look = self._loop.call_later(SLOWEST_CLIENT_SECONDS, self._is_too_slow)

    def sent(self) -> None:
        """Wait for the client no longer."""
        self._waits_since = None

    def let_go(self) -> None:
        """Stop looking: the call is over."""
        if self._look is not None:
            self._look.cancel()

    def _is_too_slow(self) -> None:
        self._look = None
        if self._waits_since is None:
            return
        left = self._waits_since + SLOWEST_CLIENT_SECONDS - self._loop.time()
        if left > 0:
            self._look = self._loop.call_later(left, self._is_too_slow)
        else:
            self.end("client_too_slow")
