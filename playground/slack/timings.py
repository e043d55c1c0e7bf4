"""How long Slack waits. Production values are the defaults; tests that must wait inject shorter ones."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Timings:
    """All in seconds of the machine's clock, never of the served one.

    Sources: docs.slack.dev, "Handling user interaction" (3 s for acks and triggers, response_url 5 uses in 30 min),
    "Events API" (retries nearly at once, after 1 and after 5 minutes).
    """

    trigger: float = 3.0
    ack: float = 3.0
    response_url: float = 30 * 60.0
    event_retries: tuple[float, ...] = (0.0, 60.0, 300.0)
    socket_ping: float = 10.0
    url_verification: float = 0.25
