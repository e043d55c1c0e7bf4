"""response_url: five uses within thirty minutes (docs.slack.dev, "Handling user interaction")."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass

USES = 5


@dataclass
class ResponseUrl:
    """Where a person acted, and on which message if any."""

    channel: str
    user: str
    message_ts: str | None = None
    ephemeral: bool = False
    born: float = 0.0
    uses: int = 0


class ResponseUrls:
    """Issues response urls and counts their uses, by the machine's time."""

    def __init__(self, life: float) -> None:
        self._life = life
        self._issued: dict[str, ResponseUrl] = {}

    def issue(self, place: ResponseUrl) -> str:
        """Return the secret last part of a fresh response_url."""
        key = secrets.token_urlsafe(18)
        place.born = time.monotonic()
        self._issued[key] = place
        return key

    def use(self, key: str) -> ResponseUrl | str:
        """Count a use and return the place, or the error: `invalid_url`, `expired_url`, `used_url`."""
        place = self._issued.get(key)
        if place is None:
            return "invalid_url"
        if time.monotonic() - place.born > self._life:
            return "expired_url"
        if place.uses >= USES:
            return "used_url"
        place.uses += 1
        return place
