"""A manifest, blocks and views to send."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

SCOPES = (
    "app_mentions:read",
    "channels:history",
    "channels:join",
    "channels:read",
    "chat:write",
    "commands",
    "files:write",
    "groups:read",
    "im:history",
    "im:read",
    "im:write",
    "team:read",
    "usergroups:read",
    "users:read",
    "users:read.email",
)
EVENTS = (
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "member_joined_channel",
    "message.im",
    "team_join",
    "tokens_revoked",
    "user_change",
)


def manifest(*, without_scopes: tuple[str, ...] = (), messages_tab: bool = True) -> Json:
    """Return the manifest of a small app."""
    return {
        "display_information": {"name": "Keydesk"},
        "features": {
            "bot_user": {"display_name": "Keydesk"},
            "app_home": {"home_tab_enabled": True, "messages_tab_enabled": messages_tab},
            "slash_commands": [
                {"command": "/desk", "description": "Everything", "should_escape": True},
                {"command": "/silent", "description": "Never acked"},
            ],
            "shortcuts": [
                {"name": "Ask", "type": "global", "callback_id": "ask", "description": "Ask"},
                {"name": "Report", "type": "message", "callback_id": "report", "description": "Report"},
            ],
        },
        "oauth_config": {"scopes": {"bot": [scope for scope in SCOPES if scope not in without_scopes]}},
        "settings": {
            "event_subscriptions": {"bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True},
            "socket_mode_enabled": True,
        },
    }


def plain(text: str) -> Json:
    """Return a plain_text object."""
    return {"type": "plain_text", "text": text}


def section(text: str) -> Json:
    """Return a section."""
    return {"type": "section", "text": plain(text)}


def buttons(*action_ids: str) -> Json:
    """Return an actions block of buttons whose values repeat their ids."""
    elements = [
        {"type": "button", "action_id": one, "text": plain(one), "value": f"value of {one}"} for one in action_ids
    ]
    return {"type": "actions", "block_id": "buttons", "elements": elements}


def text_input(block_id: str, **more: Any) -> Json:
    """Return an input block with a text field `typed`."""
    element = {"type": "plain_text_input", "action_id": "typed"}
    return {"type": "input", "block_id": block_id, "label": plain(block_id), "element": element, **more}


def modal(*blocks: Json, **more: Any) -> Json:
    """Return a modal with a submit button."""
    view = {"type": "modal", "callback_id": "form", "title": plain("A form"), "submit": plain("Send")}
    return {**view, "blocks": list(blocks) or [section("Hello")], **more}


def home(text: str) -> Json:
    """Return a Home tab."""
    return {"type": "home", "blocks": [section(text)]}
