"""Trigger ids: proof that a person just did something, good for one modal within three seconds."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass

from playground.slack.wire import SlackError


@dataclass
class Trigger:
    """Who acted, in which tab, and when (monotonic seconds)."""

    user: str
    session: str
    born: float
    exchanged: bool = False
    view_id: str | None = None


class Triggers:
    """Issues and exchanges trigger ids, by the machine's time."""

    def __init__(self, life: float) -> None:
        self._life = life
        self._issued: dict[str, Trigger] = {}

    def issue(self, user: str, session: str, view_id: str | None = None) -> str:
        """Return a fresh trigger id; ``view_id`` names the modal in which the person acted."""
        trigger_id = f"{time.time_ns() // 1000}.{secrets.randbelow(10**10)}.{secrets.token_hex(16)}"
        self._issued[trigger_id] = Trigger(user, session, time.monotonic(), view_id=view_id)
        return trigger_id

    def check(self, trigger_id: str) -> Trigger:
        """Return a trigger that may be exchanged now, without exchanging it.

        Raises `invalid_trigger_id`, `exchanged_trigger_id` or `expired_trigger_id`.
        """
        trigger = self._issued.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.exchanged:
            raise SlackError("exchanged_trigger_id")
        if time.monotonic() - trigger.born > self._life:
            raise SlackError("expired_trigger_id", "`trigger_id` expired [json-pointer:/trigger_id]")
        return trigger
