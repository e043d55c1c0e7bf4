"""People and channels as the page draws them."""

from __future__ import annotations

from datetime import datetime

from playground.slack.state import Channel, Person, Workspace
from playground.slack.wire import Json


def page_person(person: Person, now: datetime) -> Json:
    """Return a person."""
    words = person.real_name.split()
    return {
        "id": person.id,
        "name": person.name,
        "real_name": person.real_name,
        "title": person.title,
        "tz": person.tz,
        "tz_offset": person.tz_offset(now),
        "color": person.color,
        "is_bot": person.is_bot,
        "is_guest": person.is_guest,
        "is_stranger": person.is_stranger,
        "deleted": person.deleted,
        "initials": "".join(word[0] for word in words[:2]).upper(),
    }


def page_channel(workspace: Workspace, user: str, channel: Channel) -> Json:
    """Return a channel as ``user`` sees it."""
    return {
        "id": channel.id,
        "name": channel.name,
        "type": channel.kind,
        "is_member": user in channel.members,
        "is_ext_shared": channel.is_ext_shared,
        "is_archived": channel.is_archived,
        "topic": channel.topic,
        "with": channel.other(user) if channel.kind == "dm" else None,
        "unread": _unread(workspace, user, channel),
        "num_members": len(channel.members),
    }


def _unread(workspace: Workspace, user: str, channel: Channel) -> int:
    mark = workspace.read_marks.get((user, channel.id))
    if mark is None or user not in channel.members:
        return 0
    newer = (one for one in channel.messages.values() if one.ts > mark and one.thread_ts in (None, one.ts))
    return sum(1 for one in newer if one.user != user and not one.deleted)
