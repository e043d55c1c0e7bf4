"""A request that begins with a message: what somebody wrote becomes the first words of the purpose."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from typing import Any

from bot.desk.words import storable
from bot.keys.operations import PURPOSE_LONGEST
from bot.slack.words import cut

HIDDEN = "[hidden]"
_REFERENCE = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")
# Keys and tokens are long; the record keeps a purpose for ever, so none may slip into it with the message.
_SECRET = re.compile(r"[A-Za-z0-9+/=_-]{32,}")
_NAMELESS = frozenset({"directmessage", "privategroup"})  # what Slack says instead of a name (mpdm-… names people)
_TS = re.compile(r"\d+\.\d{6}")


def purpose_from(payload: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Return the purpose that a message shortcut's payload suggests, short enough for the form.

    ``names`` gives people's names by user id. Formatting, mentions and whatever looks like a secret are taken out.
    """
    where = _where(payload)
    message = payload.get("message")
    text = str(message.get("text") or "") if isinstance(message, Mapping) else ""
    text = _SECRET.sub(HIDDEN, storable(" ".join(_plain(text, names).split())))
    text = cut(text, PURPOSE_LONGEST - len(where) - 3)
    return cut(f"{text} ({where})" if text and where else text or where, PURPOSE_LONGEST)


def mentioned(payload: Mapping[str, Any]) -> frozenset[str]:
    """Return the ids of the people whom the message mentions."""
    message = payload.get("message")
    text = str(message.get("text") or "") if isinstance(message, Mapping) else ""
    return frozenset(found[1][1:] for found in _REFERENCE.finditer(text) if found[1].startswith("@"))


def _plain(text: str, names: Mapping[str, str]) -> str:
    def shown(found: re.Match[str]) -> str:
        what, label = found[1], found[2]
        if what.startswith("@"):
            return f"@{names.get(what[1:], label or 'somebody')}"
        if what.startswith("#"):
            return f"#{label or 'a channel'}"
        return label or (f"@{what[1:]}" if what.startswith("!") else what)

    return unescape(_REFERENCE.sub(shown, text))


def _where(payload: Mapping[str, Any]) -> str:
    """Say in which channel the message stands, with its link; nothing of conversations that have no public name."""
    channel = payload.get("channel") or {}
    name, channel_id = str(channel.get("name") or ""), str(channel.get("id") or "")
    if not name or name in _NAMELESS or name.startswith("mpdm-"):
        return ""
    domain, ts = str((payload.get("team") or {}).get("domain") or ""), str(payload.get("message_ts") or "")
    if not domain or not _TS.fullmatch(ts):
        return f"#{name}"
    return f"#{name}: https://{domain}.slack.com/archives/{channel_id}/p{ts.replace('.', '')}"
