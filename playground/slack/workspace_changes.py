"""Changes of the workspace itself, and the events that follow: people come, change and go, channels too."""

from __future__ import annotations

from playground.slack import posting
from playground.slack.emulation import Emulation
from playground.slack.state import Channel, Organisation, Person
from playground.slack.web_api.people import group_object, user_object
from playground.slack.wire import Json, SlackError

_CHANGEABLE = frozenset(
    {
        "name",
        "real_name",
        "title",
        "tz",
        "email",
        "is_admin",
        "is_owner",
        "is_restricted",
        "is_ultra_restricted",
        "is_stranger",
        "deleted",
    }
)


def change_person(emulation: Emulation, user: str, changes: Json) -> None:
    """Change a person's profile or standing; `user_change` follows. ``ValueError`` for what cannot change."""
    person = emulation.workspace.people.get(user)
    if person is None:
        raise SlackError("user_not_found")
    if not changes.keys() <= _CHANGEABLE:
        raise ValueError(f"only {', '.join(sorted(_CHANGEABLE))} can change")
    for name, value in changes.items():
        setattr(person, name, value)
    _emit(emulation, "user_change", {"user": _wire(emulation, person)})


def change_plan(emulation: Emulation, given: Json) -> None:
    """Change what kind of workspace this is: its ``plan``, its ``organisation``, and ``people`` as Slack tells them.

    ``organisation`` is None or takes the fields of `Organisation`. ``people`` maps user ids to their ``team_id``,
    ``teams`` and ``left_out``. ``ValueError`` or ``TypeError`` for what makes no sense.
    """
    workspace = emulation.workspace
    if "plan" in given:
        workspace.plan = str(given["plan"])
    if "organisation" in given:
        told = given["organisation"]
        workspace.join_organisation(None if told is None else Organisation(**told))
    for user, told in given.get("people", {}).items():
        person = workspace.people[user]
        person.team_id = told.get("team_id", person.team_id)
        person.teams = tuple(told.get("teams", person.teams))
        person.left_out = tuple(told.get("left_out", person.left_out))


def add_person(emulation: Emulation, person: Person) -> Person:
    """Let somebody join the workspace; `team_join` follows."""
    emulation.workspace.add_person(person)
    _emit(emulation, "team_join", {"user": _wire(emulation, person)})
    return person


def set_group_members(emulation: Emulation, group: str, users: list[str]) -> None:
    """Replace who is in a user group; `subteam_members_changed` and `subteam_updated` follow.

    Shapes: docs.slack.dev/reference/events/subteam_members_changed and subteam_updated (counts are texts there).
    """
    found = emulation.workspace.user_groups.get(group)
    if found is None:
        raise SlackError("no_such_subteam")
    added, removed = sorted({*users} - {*found.users}), sorted({*found.users} - {*users})
    found.users = users
    changed: Json = {"subteam_id": group, "team_id": emulation.workspace.team.id}
    changed |= {"added_users": added, "added_users_count": str(len(added))}
    changed |= {"removed_users": removed, "removed_users_count": str(len(removed))}
    _emit(emulation, "subteam_members_changed", changed)
    _emit(emulation, "subteam_updated", {"subteam": group_object(emulation.workspace, found, with_users=True)})


def join(emulation: Emulation, channel: Channel, user: str, *, inviter: str = "") -> None:
    """Add a member; `member_joined_channel` follows where the bot can see it."""
    if user in channel.members:
        return
    channel.members.append(user)
    _tell_membership(emulation, "member_joined_channel", channel, user, inviter)


def leave(emulation: Emulation, channel: Channel, user: str, *, inviter: str = "") -> None:
    """Take a member out; `member_left_channel` follows where the bot can see it."""
    if user in channel.members:
        channel.members.remove(user)
        _tell_membership(emulation, "member_left_channel", channel, user, inviter)


def archive(emulation: Emulation, channel: Channel) -> None:
    """Archive a channel; `channel_archive` follows."""
    channel.is_archived = True
    posting.tell_channel_changed(emulation, channel)
    _emit(emulation, "channel_archive", {"channel": channel.id, "user": channel.creator})


def share_outside(emulation: Emulation, channel: Channel) -> None:
    """Share a channel with another workspace; `channel_shared` follows."""
    channel.is_ext_shared = True
    posting.tell_channel_changed(emulation, channel)
    _emit(emulation, "channel_shared", {"channel": channel.id, "connected_team_id": "T0ELSEWHERE"})


def _tell_membership(emulation: Emulation, kind: str, channel: Channel, user: str, inviter: str) -> None:
    posting.tell_channel_changed(emulation, channel)
    bot = emulation.workspace.app.bot_user_id
    if bot not in (user, *channel.members):
        return
    letter = "C" if channel.kind == "channel" else "G"
    event = {"user": user, "channel": channel.id, "channel_type": letter, "team": emulation.workspace.team.id}
    _emit(emulation, kind, event | ({"inviter": inviter} if inviter not in ("", user) else {}))


def _emit(emulation: Emulation, kind: str, event: Json) -> None:
    ts = emulation.workspace.next_ts(emulation.clock.now())
    emulation.events.emit(kind, {"type": kind, **event, "event_ts": ts})


def _wire(emulation: Emulation, person: Person) -> Json:
    with_email = "users:read.email" in emulation.manifest.bot_scopes
    return user_object(person, emulation.clock.now(), with_email=with_email)
