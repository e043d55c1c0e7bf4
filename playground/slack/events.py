"""The Events API: what the bot subscribed to and may see, delivered at least once, tried again when it fails.

Sources: docs.slack.dev/apis/events-api (envelope, retries, x-slack-no-retry) and each event's reference (scopes).
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from playground.slack.background import Background
from playground.slack.delivery import Delivery, Parcel
from playground.slack.manifest import AppManifest
from playground.slack.record import Record
from playground.slack.state import Workspace
from playground.slack.timings import Timings
from playground.slack.wire import Json, NotDelivered, new_id

SCOPE_OF_EVENT = {
    "app_mention": "app_mentions:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "member_joined_channel": "channels:read",
    "member_left_channel": "channels:read",
    "channel_archive": "channels:read",
    "channel_rename": "channels:read",
    "user_change": "users:read",
    "team_join": "users:read",
    "subteam_members_changed": "usergroups:read",
    "subteam_updated": "usergroups:read",
}
"""Events that Slack sends only to apps holding a scope; the others need none."""

_REASONS = {"operation_timeout": "http_timeout", "dispatch_failed": "http_error"}


@dataclass
class Events:
    """Sends what is subscribed; `duplicate_next` makes the next events arrive twice."""

    workspace: Workspace
    manifest: AppManifest
    timings: Timings
    delivery: Delivery
    verification_token: str
    record: Record
    background: Background
    duplicate_next: int = 0

    def emit(self, subscription: str, event: Json, *, is_ext_shared: bool = False) -> None:
        """Send an event if the manifest subscribes to it and holds its scope."""
        scope = SCOPE_OF_EVENT.get(subscription)
        if subscription not in self.manifest.bot_events or (scope and scope not in self.manifest.bot_scopes):
            return
        parcel = Parcel("events_api", self._envelope(event, is_ext_shared))
        self.background.spawn(self._deliver(parcel))
        if self.duplicate_next:
            self.duplicate_next -= 1
            self.background.spawn(self._deliver(parcel.again("http_timeout")))

    async def _deliver(self, parcel: Parcel) -> None:
        for wait in (*self.timings.event_retries, None):
            try:
                await self.delivery.deliver(parcel)
            except NotDelivered as refusal:
                self.record.delivery(parcel.kind, parcel.name, refusal.code)
                if wait is None or refusal.final:
                    return
                parcel = parcel.again(_REASONS.get(refusal.code, "unknown_error"))
                await asyncio.sleep(wait)
            else:
                self.record.delivery(parcel.kind, parcel.name, "acked")
                return

    def _envelope(self, event: Json, is_ext_shared: bool) -> Json:
        team, app = self.workspace.team, self.workspace.app
        organisation = self.workspace.organisation
        authorization = {
            "enterprise_id": organisation.id if organisation is not None else None,
            "team_id": None if organisation is not None and organisation.team_is_null else team.id,
            "user_id": app.bot_user_id,
            "is_bot": True,
            "is_enterprise_install": organisation is not None and organisation.org_wide,
        }
        return {
            "token": self.verification_token,
            "team_id": team.id,
            "context_team_id": team.id,
            "context_enterprise_id": organisation.id if organisation is not None else None,
            "api_app_id": app.id,
            "event": event,
            "type": "event_callback",
            "event_id": new_id("Ev"),
            "event_time": int(time.time()),
            "authorizations": [authorization],
            "is_ext_shared_channel": is_ext_shared,
        }
