"""Slack's manifest of the app, built from what the routes answer to and from which Web API methods we call.

Its schema checks lengths and counts but neither scopes nor event names: hence the two tables here.
Scopes: docs.slack.dev/reference/methods/<method> and docs.slack.dev/reference/events/<event>, read November 2026.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.slack.http import PATH
from bot.slack.router import Routes, join

WEB_API_SCOPES: Mapping[str, tuple[str, ...]] = {
    "apps.connections.open": (),  # the app-level token's connections:write
    "auth.test": (),
    "chat.postEphemeral": ("chat:write",),
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "conversations.info": ("channels:read", "groups:read", "im:read"),
    "conversations.members": ("channels:read", "groups:read"),
    "conversations.open": ("im:write",),
    "files.completeUploadExternal": ("files:write",),
    "files.getUploadURLExternal": ("files:write",),
    "usergroups.list": ("usergroups:read",),
    "users.info": ("users:read",),
    "views.open": (),
    "views.publish": (),
    "views.push": (),
    "views.update": (),
}
EVENT_SCOPES: Mapping[str, tuple[str, ...]] = {
    "app_home_opened": (),
    "app_uninstalled": (),
    "channel_archive": ("channels:read",),
    "channel_rename": ("channels:read",),
    "channel_shared": ("channels:read",),
    "member_joined_channel": ("channels:read", "groups:read"),
    "member_left_channel": ("channels:read", "groups:read"),
    "subteam_members_changed": ("usergroups:read",),
    "subteam_updated": ("usergroups:read",),
    "team_join": ("users:read",),
    "tokens_revoked": (),
    "user_change": ("users:read",),
}

APP_HOME: Mapping[str, bool] = {
    "home_tab_enabled": True,
    "messages_tab_enabled": True,
    "messages_tab_read_only_enabled": False,
}


def manifest(
    routes: Sequence[Routes],
    prefix: str = "",
    url: str | None = None,
    *,
    shortcuts: Mapping[str, tuple[str, str, str]] | None = None,
) -> dict[str, Any]:
    """Describe the app to Slack: Socket Mode, or HTTP where ``url`` (https, without a path) is given.

    ``shortcuts`` tells for each callback id its name, its type (``global`` or ``message``) and its description.
    Raises KeyError for a shortcut that is not described and for an event that is not in ``EVENT_SCOPES``.
    """
    router = join(routes, prefix)
    request_url = url.rstrip("/") + PATH if url else None
    events = sorted(router.listeners["event"])
    described = shortcuts or {}
    return {
        "display_information": {
            "name": "Keydesk",
            "description": "The front desk for speech and LLM provider keys.",
            "background_color": "#1f3a5f",
        },
        "features": {
            "app_home": dict(APP_HOME),
            "bot_user": {"display_name": "Keydesk", "always_online": True},
            "slash_commands": _commands(routes, prefix, request_url),
            "shortcuts": [_shortcut(each, *described[each]) for each in sorted(router.listeners["shortcut"])],
        },
        "oauth_config": {"scopes": {"bot": _scopes(events)}},
        "settings": {
            "event_subscriptions": _at(request_url, "request_url", {"bot_events": events}),
            "interactivity": _interactivity(request_url),
            "org_deploy_enabled": False,
            "socket_mode_enabled": url is None,
            "token_rotation_enabled": False,
        },
    }


def _commands(routes: Sequence[Routes], prefix: str, request_url: str | None) -> list[dict[str, Any]]:
    router = join(routes, prefix)
    nouns = router.nouns
    root = {
        "command": router.slash(),
        "description": "Keys and projects of your providers",
        "usage_hint": f"[{' | '.join(sorted(nouns))} | help]",
    }
    aliases = [
        {
            "command": router.slash(noun),
            "description": f"{noun.capitalize()}: see, ask and change",
            "usage_hint": f"[{' | '.join([*sorted({each.verb for each in verbs.values() if each.verb}), 'help'])}]",
        }
        for noun, verbs in sorted(nouns.items())
        if router.has_alias(noun)
    ]
    return [_at(request_url, "url", each | {"should_escape": True}) for each in (root, *aliases)]


def _shortcut(callback_id: str, name: str, kind: str, description: str) -> dict[str, Any]:
    return {"name": name, "type": kind, "callback_id": callback_id, "description": description}


def _interactivity(request_url: str | None) -> dict[str, Any]:
    on = {"is_enabled": True}
    return _at(request_url, "message_menu_options_url", _at(request_url, "request_url", on))


def _scopes(events: Sequence[str]) -> list[str]:
    calls = (scope for scopes in WEB_API_SCOPES.values() for scope in scopes)
    heard = (scope for event in events for scope in EVENT_SCOPES[event])
    return sorted({"commands", *calls, *heard})


def _at(request_url: str | None, key: str, part: dict[str, Any]) -> dict[str, Any]:
    return part | {key: request_url} if request_url else part
