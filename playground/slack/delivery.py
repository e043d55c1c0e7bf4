"""How a payload reaches the bot: one port, two ways (Socket Mode, signed HTTP)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, Protocol

from playground.slack.wire import Json

ParcelKind = Literal["slash_commands", "interactive", "events_api"]


@dataclass(frozen=True)
class Parcel:
    """One payload on its way; events that failed before carry the attempt and the reason."""

    kind: ParcelKind
    payload: Json
    retry_attempt: int = 0
    retry_reason: str = ""

    @property
    def name(self) -> str:
        """Return what it is: a command's name, an event's or an interaction's type."""
        event = self.payload.get("event", {})
        return str(event.get("type") or self.payload.get("command") or self.payload["type"])

    def again(self, reason: str) -> Parcel:
        """Return the same payload marked as one more attempt."""
        return replace(self, retry_attempt=self.retry_attempt + 1, retry_reason=reason)


class Delivery(Protocol):
    """A way to the bot."""

    @property
    def connected(self) -> bool:
        """Whether the bot can be reached, as far as is known."""
        ...

    async def deliver(self, parcel: Parcel) -> Json:
        """Return the body that came with the ack (`{}` for a bare one).

        Raises `NotDelivered`: `operation_timeout` without an ack in time, `dispatch_failed` otherwise.
        """
        ...

    async def start(self) -> None:
        """Get ready."""
        ...

    async def stop(self) -> None:
        """Let go of the bot."""
        ...
