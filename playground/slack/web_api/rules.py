"""Which scopes and which rate tier each method has: one table.

Sources: the reference page of each method (docs.slack.dev/reference/methods) and
docs.slack.dev/apis/web-api/rate-limits. Several scopes mean: any one of them; the method then asks for the one of the
channel's kind. Tier 0 is a limit of its own.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """What Slack asks of a call before it looks at the arguments."""

    tier: int
    scopes: tuple[str, ...] = ()
    app_token: bool = False
    needs_token: bool = True


_READ = ("channels:read", "groups:read", "im:read", "mpim:read")
_HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")

RULES = {
    "api.test": Rule(4, needs_token=False),
    "auth.test": Rule(0),
    "apps.connections.open": Rule(1, app_token=True),
    "bots.info": Rule(3, ("users:read",)),
    "chat.delete": Rule(3, ("chat:write",)),
    "chat.getPermalink": Rule(0),
    "chat.postEphemeral": Rule(4, ("chat:write",)),
    "chat.postMessage": Rule(0, ("chat:write",)),
    "chat.update": Rule(3, ("chat:write",)),
    "conversations.history": Rule(3, _HISTORY),
    "conversations.info": Rule(3, _READ),
    "conversations.join": Rule(3, ("channels:join",)),
    "conversations.list": Rule(2, _READ),
    "conversations.members": Rule(4, _READ),
    "conversations.open": Rule(3, ("im:write", "mpim:write", "channels:manage", "groups:write")),
    "conversations.replies": Rule(3, _HISTORY),
    "files.completeUploadExternal": Rule(4, ("files:write",)),
    "files.getUploadURLExternal": Rule(4, ("files:write",)),
    "team.info": Rule(3, ("team:read",)),
    "usergroups.list": Rule(2, ("usergroups:read",)),
    "usergroups.users.list": Rule(2, ("usergroups:read",)),
    "users.conversations": Rule(3, _READ),
    "users.info": Rule(4, ("users:read",)),
    "users.list": Rule(2, ("users:read",)),
    "users.lookupByEmail": Rule(3, ("users:read.email",)),
    "views.open": Rule(4),
    "views.publish": Rule(4),
    "views.push": Rule(4),
    "views.update": Rule(4),
}
