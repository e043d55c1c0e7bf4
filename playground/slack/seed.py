"""A lifelike workspace to start from, and a builder for tests that want their own."""

from __future__ import annotations

from datetime import datetime

from playground.slack.messages import Message
from playground.slack.state import AppIdentity, Channel, ChannelKind, Person, Team, UserGroup, Workspace
from playground.slack.tour import TOUR

TEAM_ID = "T0NORTHWIND"
OWNERS = ("U0AMARA0001", "U0LIWEI0002")
"""The two people who run Keydesk."""

_DAY = 86_400

_PEOPLE = (
    Person("U0AMARA0001", "amara", "Amara Okafor", "Africa/Lagos", "West Africa Time", "Head of Platform", "9b59b6"),
    Person("U0LIWEI0002", "liwei", "李伟", "Asia/Shanghai", "China Standard Time", "Security Lead", "2e86c1"),
    Person(
        "U0PRIYA0003", "priya", "Priya Raman", "Asia/Kolkata", "India Standard Time", "Engineering Manager", "d35400"
    ),
    Person("U0SOREN0004", "soren", "Søren Ødegård", "Europe/Oslo", "Central European Time", "Staff Engineer", "16a085"),
    Person(
        "U0MARIA0005",
        "maria",
        "María José Núñez",
        "America/Mexico_City",
        "Central Standard Time",
        "Developer",
        "c0392b",
    ),
    Person("U0YUKI00006", "yuki", "山田 有紀", "Asia/Tokyo", "Japan Standard Time", "Speech Engineer", "27ae60"),
    Person("U0OLENA0007", "olena", "Олена Шевченко", "Europe/Kyiv", "Eastern European Time", "Developer", "f39c12"),
    Person("U0LAYLA0008", "layla", "ليلى حداد", "Asia/Amman", "Jordan Time", "Data Scientist", "8e44ad"),
    Person(
        "U0JAMES0009", "james", "James O’Neill <QA>", "America/Los_Angeles", "Pacific Time", "Test Engineer", "34495e"
    ),
    Person("U0GUEST0010", "ana.contractor", "Ana Costa", "America/Sao_Paulo", "Brasilia Time", "Contractor", "7f8c8d"),
    Person("U0GONE00011", "tomas", "Tomás Varga", "Europe/Budapest", "Central European Time", "Developer", "95a5a6"),
    Person("U0PARTN0012", "rosa.partner", "Rosa Keller", "Europe/Zurich", "Central European Time", "Partner", "b9770e"),
    Person("U0BUILD0013", "buildbot", "Build Bot", "Europe/London", "Greenwich Mean Time", "", "566573"),
)

_STAFF = tuple(person.id for person in _PEOPLE[:9])

_CHANNELS: tuple[tuple[str, str, ChannelKind, tuple[str, ...], str], ...] = (
    ("C0GENERAL01", "general", "channel", _STAFF, "Company-wide announcements"),
    ("C0APPROVE02", "key-approvals", "channel", _STAFF[:4], "Requests for provider keys are decided here"),
    ("C0SPEECH003", "speech-platform", "channel", (*_STAFF[2:8], "U0GUEST0010"), "Deepgram in production"),
    ("C0LLMOPS004", "llm-ops", "channel", (*_STAFF[:3], *_STAFF[6:9]), "Groq, prompts and spend"),
    ("C0COSTS0005", "provider-costs", "channel", _STAFF[:6], "Daily digests"),
    ("C0RANDOM006", "random", "channel", (*_STAFF, "U0BUILD0013"), "Anything goes"),
    ("C0SECURE007", "security-incidents", "private", _STAFF[:3], "Need to know"),
    ("C0PARTNER08", "partner-voice", "channel", (*_STAFF[:5], "U0PARTN0012"), "Shared with Kellerton AG"),
    ("C0OLDPROJ09", "old-project", "channel", _STAFF[:2], "Archived in spring"),
)

_BOT_CHANNELS = (
    "C0APPROVE02",
    "C0COSTS0005",
    "C0SPEECH003",
    "C0PARTNER08",
    "C0SECURE007",
)

_USER_GROUPS = (
    ("S0PLATFORM1", "platform-team", "Platform team", _STAFF[:4]),
    ("S0SPEECH002", "speech-team", "Speech team", _STAFF[3:7]),
    ("S0FINANCE03", "finance", "Finance 財務", (_STAFF[7], _STAFF[8])),
)

_SMALL_TALK = (
    ("C0GENERAL01", "U0AMARA0001", "Welcome! Keys for Deepgram now come from Keydesk: try `/keydesk help`."),
    ("C0SPEECH003", "U0YUKI00006", "おはようございます。The streaming tests need a fresh key this week."),
    ("C0SPEECH003", "U0PRIYA0003", "Ask for one with `/keys request`, I will look at it right away."),
    ("C0LLMOPS004", "U0LAYLA0008", "Spend on the evaluation runs doubled since Monday. Anyone else?"),
    ("C0APPROVE02", "U0LIWEI0002", "Reminder: nobody approves their own request, and read the reason first."),
    ("C0RANDOM006", "U0BUILD0013", "main is green :white_check_mark:"),
    ("C0PARTNER08", "U0PARTN0012", "Grüezi! We can join the call at ten."),
)


def empty_workspace(app_name: str = "Keydesk") -> Workspace:
    """Return a workspace that holds nobody but the app's bot user: for tests that build their own."""
    workspace = Workspace(Team(TEAM_ID, "Northwind Voice", "northwind-voice"), AppIdentity())
    workspace.add_person(Person(workspace.app.bot_user_id, "keydesk", app_name, is_bot=True, color="3b5bdb"))
    return workspace


def seeded_workspace(now: datetime, app_name: str = "Keydesk") -> Workspace:
    """Return the workspace that people meet in the playground."""
    workspace = empty_workspace(app_name)
    for person in _PEOPLE:
        workspace.add_person(_copy(person))
    _mark_the_special_ones(workspace)
    for channel_id, name, kind, members, topic in _CHANNELS:
        bot = (workspace.app.bot_user_id,) if channel_id in _BOT_CHANNELS else ()
        channel = Channel(channel_id, name, kind, [*members, *bot], topic, creator=OWNERS[0])
        workspace.add_channel(channel)
    workspace.channels["C0PARTNER08"].is_ext_shared = True
    workspace.channels["C0OLDPROJ09"].is_archived = True
    workspace.user_groups = {id_: UserGroup(id_, handle, name, [*users]) for id_, handle, name, users in _USER_GROUPS}
    workspace.tour = [*TOUR]
    _fill_channels(workspace, now)
    return workspace


def _copy(person: Person) -> Person:
    return Person(**vars(person) | {"email": f"{person.name}@northwind-voice.example"})


def _mark_the_special_ones(workspace: Workspace) -> None:
    people = workspace.people
    people["U0AMARA0001"].is_admin = people["U0AMARA0001"].is_owner = True
    people["U0GUEST0010"].is_restricted = True
    people["U0GONE00011"].deleted = True
    people["U0PARTN0012"].is_stranger = True
    people["U0PARTN0012"].team_id = "T0KELLERTON"
    people["U0PARTN0012"].email = None
    people["U0BUILD0013"].is_bot = True


def _fill_channels(workspace: Workspace, now: datetime) -> None:
    yesterday = int(now.timestamp()) - _DAY
    for number, (channel_id, user, text) in enumerate(_SMALL_TALK):
        ts = f"{yesterday + 600 * number}.000100"
        message = Message(ts, channel_id, text, user=user)
        workspace.channels[channel_id].messages[ts] = message
        message.remember("seed")
    for person in workspace.people.values():
        if not (person.is_bot or person.deleted or person.is_stranger):
            workspace.direct(workspace.app.bot_user_id, person.id)
    for person_id in workspace.people:
        for channel in workspace.channels:
            workspace.read_marks[person_id, channel] = f"{yesterday + _DAY}.000000"
