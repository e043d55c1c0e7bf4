"""Rate limits of the Web API: a sliding minute per method, and about one message a second per channel.

Tiers: docs.slack.dev/apis/web-api/rate-limits (1+, 20+, 50+, 100+ a minute); the plus is read generously here, as
twice the tier (tier 1: ten, so that ten Socket Mode connections may open).
"""

from __future__ import annotations

import time
from collections import defaultdict, deque
from dataclasses import dataclass, field

TIERS = {0: 600, 1: 10, 2: 40, 3: 100, 4: 200}
"""Calls per minute; 0 is for methods with a limit of their own."""

MESSAGE_BURST = 8
"""Messages to one channel that may come at once before one a second holds."""

_MINUTE = 60.0


@dataclass
class _Bucket:
    tokens: float = MESSAGE_BURST
    filled: float = field(default_factory=time.monotonic)


class RateLimits:
    """Counts calls by the machine's time."""

    def __init__(self, *, enabled: bool = True) -> None:
        self.enabled = enabled
        self._calls: defaultdict[str, deque[float]] = defaultdict(deque)
        self._channels: defaultdict[str, _Bucket] = defaultdict(_Bucket)

    def wait_for(self, method: str, tier: int) -> int:
        """Count a call; return 0, or the seconds to wait when it is one too many."""
        if not self.enabled:
            return 0
        now, calls = time.monotonic(), self._calls[method]
        while calls and now - calls[0] > _MINUTE:
            calls.popleft()
        if len(calls) >= TIERS[tier]:
            return max(1, round(_MINUTE - (now - calls[0])))
        calls.append(now)
        return 0

    def wait_for_channel(self, channel: str) -> int:
        """Count a message to a channel; return 0, or the seconds to wait."""
        if not self.enabled:
            return 0
        now, bucket = time.monotonic(), self._channels[channel]
        bucket.tokens = min(MESSAGE_BURST, bucket.tokens + now - bucket.filled)
        bucket.filled = now
        if bucket.tokens < 1:
            return 1
        bucket.tokens -= 1
        return 0
