"""The emulated workspace: people, channels and who belongs where. Plain state; nothing is sent from here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from playground.slack.messages import Message
from playground.slack.wire import Json, new_id

ChannelKind = Literal["channel", "private", "dm"]


@dataclass
class Team:
    """A workspace's name on the wire."""

    id: str
    name: str
    domain: str


@dataclass(frozen=True)
class Organisation:
    """An Enterprise Grid organisation that holds this workspace and sisters of it.

    ``org_wide`` installs the app in the whole organisation: payloads then carry `"team": null`, and `auth.test` names
    the organisation. With ``names_team`` Slack says everywhere which workspace it is about all the same.
    """

    id: str = "E0NORTHWIND"
    name: str = "Northwind"
    org_wide: bool = False
    names_team: bool = False

    @property
    def team_is_null(self) -> bool:
        """Whether payloads leave out for which workspace they are."""
        return self.org_wide and not self.names_team


@dataclass
class Person:
    """A member, guest, bot or somebody from a connected workspace (`is_stranger`).

    ``team_id`` is what interactions and `users.info` call their workspace: on Enterprise Grid any one of ``teams``, in
    Slack Connect the stranger's own. ``left_out`` are fields that `users.info` and events do not carry for them.
    """

    id: str
    name: str
    real_name: str
    tz: str = "Europe/London"
    tz_label: str = "Greenwich Mean Time"
    title: str = ""
    color: str = "5b6abf"
    email: str | None = None
    team_id: str = ""
    is_admin: bool = False
    is_owner: bool = False
    is_bot: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False
    deleted: bool = False
    organisation: Organisation | None = None
    teams: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    def tz_offset(self, now: datetime) -> int:
        """Return the seconds by which this person's zone is ahead of UTC at ``now``."""
        offset = now.astimezone(ZoneInfo(self.tz)).utcoffset()
        return int(offset.total_seconds()) if offset else 0

    @property
    def is_guest(self) -> bool:
        """Whether this person sees only the channels they were invited to."""
        return self.is_restricted or self.is_ultra_restricted


@dataclass
class Channel:
    """A public or private channel, or the direct messages of two."""

    id: str
    name: str
    kind: ChannelKind = "channel"
    members: list[str] = field(default_factory=list)
    topic: str = ""
    purpose: str = ""
    creator: str = ""
    created: int = 1_700_000_000
    is_archived: bool = False
    is_ext_shared: bool = False
    messages: dict[str, Message] = field(default_factory=dict)

    def other(self, user: str) -> str:
        """Return with whom ``user`` talks in this direct channel."""
        return next((member for member in self.members if member != user), user)


@dataclass
class UserGroup:
    """A named group of people, such as @platform-team."""

    id: str
    handle: str
    name: str
    users: list[str]


@dataclass
class AppIdentity:
    """Who the bot is in this workspace."""

    id: str = "A0KEYDESK01"
    bot_user_id: str = "U0KEYDESK01"
    bot_id: str = "B0KEYDESK01"


class Workspace:
    """Everything the workspace knows."""

    def __init__(self, team: Team, app: AppIdentity | None = None) -> None:
        self.team = team
        self.app = app or AppIdentity()
        self.people: dict[str, Person] = {}
        self.channels: dict[str, Channel] = {}
        self.user_groups: dict[str, UserGroup] = {}
        self.ephemerals: list[Message] = []
        self.plan = "pro"
        self.organisation: Organisation | None = None
        self._dms: dict[frozenset[str], str] = {}
        self.read_marks: dict[tuple[str, str], str] = {}
        self.tour: list[Json] = []
        self._last_ts = 0

    def add_person(self, person: Person) -> Person:
        """Add somebody; people of this workspace carry its team id."""
        person.team_id = person.team_id or self.team.id
        self.people[person.id] = person
        return person

    @property
    def installed_in(self) -> str:
        """Where the app is installed: in this workspace, or in the whole organisation."""
        organisation = self.organisation
        return organisation.id if organisation is not None and organisation.org_wide else self.team.id

    def join_organisation(self, organisation: Organisation | None) -> None:
        """Move the workspace into an Enterprise Grid organisation, with everybody who is in it (None: out of it)."""
        self.organisation = organisation
        for person in self.people.values():
            if not person.is_stranger:
                person.organisation = organisation
                person.teams = person.teams or (self.team.id,)

    def add_channel(self, channel: Channel) -> Channel:
        """Add a channel."""
        self.channels[channel.id] = channel
        if channel.kind == "dm":
            self._dms[frozenset(channel.members)] = channel.id
        return channel

    def direct(self, one: str, other: str) -> Channel:
        """Return the direct channel of two people, made when it is first needed."""
        found = self._dms.get(frozenset((one, other)))
        if found:
            return self.channels[found]
        return self.add_channel(Channel(new_id("D"), "", kind="dm", members=list(dict.fromkeys((one, other)))))

    def channel_named(self, name: str) -> Channel | None:
        """Return the channel of this name (without its sign), or None."""
        return next((one for one in self.channels.values() if one.name == name and one.kind != "dm"), None)

    def visible(self, user: str) -> Iterator[Channel]:
        """Return the channels that ``user`` may know of."""
        return (channel for channel in self.channels.values() if self.may_read(user, channel))

    def may_read(self, user: str, channel: Channel) -> bool:
        """Whether ``user`` may read a channel: as a member, or any public one unless a guest or stranger."""
        person = self.people[user]
        outsider = person.is_guest or person.is_stranger
        return user in channel.members or (channel.kind == "channel" and not outsider)

    def next_ts(self, now: datetime) -> str:
        """Return a message timestamp that no other message has, never before an earlier one."""
        self._last_ts = max(int(now.timestamp() * 1_000_000), self._last_ts + 1)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def mentions(self, text: str) -> str:
        """Return typed text as the client sends it: escaped, with @name and #channel as references."""
        escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        escaped = re.sub(r"&lt;(@[UW]\w+|#C\w+)&gt;", r"<\1>", escaped)
        escaped = re.sub(r"(?<!<)@([\w.-]*\w)", self._person_reference, escaped)
        return re.sub(r"(?<![<&\w])#([\w-]*\w)", self._channel_reference, escaped)

    def _person_reference(self, match: re.Match[str]) -> str:
        found = next((one for one in self.people.values() if one.name == match[1]), None)
        return f"<@{found.id}>" if found else match[0]

    def _channel_reference(self, match: re.Match[str]) -> str:
        found = self.channel_named(match[1])
        return f"<#{found.id}|{found.name}>" if found else match[0]

    def message(self, channel: str, ts: str) -> Message | None:
        """Return a message that still stands, or None."""
        found = self.channels[channel].messages.get(ts) if channel in self.channels else None
        return None if found is None or found.deleted else found

    def ephemeral(self, channel: str, ts: str) -> Message | None:
        """Return an ephemeral message by its place, or None."""
        return next((one for one in reversed(self.ephemerals) if (one.channel, one.ts) == (channel, ts)), None)
