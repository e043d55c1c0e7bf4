"""What `keydesk doctor` looks at in Slack: the app, its scopes, the owners, channels and user groups."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from slack_sdk.errors import SlackApiError, SlackClientError
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import select

from bot import groups
from bot.app import app_manifest, clock_of, of_one_workspace
from bot.config import Settings
from bot.doctor.store import has_schema, is_there
from bot.errors import NoWorkspace
from bot.home import refused
from bot.home.check import Check
from bot.people import REFUSALS, read_profile
from bot.slack import refusals
from bot.slack.channels import channel_problem
from bot.slack.codes.sentences import Meaning
from bot.slack.connection import Slack, web_client
from bot.slack.web import Identity, SlackError, SlackUnclear
from bot.slack.words import count
from bot.store import roles
from bot.store.database import Database
from bot.store.projects import ProjectSettings

GRID = (
    "people of this workspace may use Keydesk, wherever in the organisation they are at home; people of sister "
    "workspaces alone may not, and channels shared in the organisation carry no cards"
)
GRID_ORG_WIDE = f"{GRID}. The app is installed in the whole organisation: what Slack does not mark as ours is refused"


async def slack_checks(settings: Settings, slack: Slack, database: Database, *, check_blocks: bool) -> list[Check]:
    """Look at Slack as the bot token reaches it; where it does not, say that alone."""
    try:
        identity = await slack.interactive.auth_test()
    except SlackUnclear as problem:
        return [Check("bot token", False, f"Slack could not be reached ({problem.code}): is the network open?")]
    except SlackError as problem:
        return [Check("bot token", False, f"Slack says {problem.code}. {problem.verdict.words}")]
    try:
        of_one_workspace(identity)
    except NoWorkspace as problem:
        return [Check("workspace", False, problem.text)]
    return [
        Check("bot token", True, f"signed in to {identity.team}"),
        *_organisation(identity),
        _scopes(settings, identity),
        await _transport(settings, slack),
        *await _owners(settings, slack, identity),
        *await _channels(settings, slack, database),
        await _user_groups(slack, database, identity),
        *await _blocks(settings, slack, database, identity, check_blocks=check_blocks),
    ]


def _organisation(identity: Identity) -> list[Check]:
    """Say what holds on Enterprise Grid, where the workspace is one of several."""
    if identity.enterprise_id is None and not identity.is_enterprise_install:
        return []
    return [Check("enterprise grid", True, GRID_ORG_WIDE if identity.is_enterprise_install else GRID)]


async def _blocks(
    settings: Settings, slack: Slack, database: Database, identity: Identity, *, check_blocks: bool
) -> list[Check]:
    team_id, now = identity.team_id, clock_of(settings).now()
    known = await asyncio.to_thread(has_schema, database)
    if not check_blocks:
        return [await refused.look(database, team_id, now)] if known else []
    if not settings.keydesk_owners:
        return [Check(refused.NAME, False, "nobody to ask with: name an owner in KEYDESK_OWNERS")]
    owner = settings.keydesk_owners[0]
    return [await refused.ask(slack.interactive, database if known else None, team_id, owner, now)]


def _scopes(settings: Settings, identity: Identity) -> Check:
    needed = set(app_manifest(settings.keydesk_prefix)["oauth_config"]["scopes"]["bot"])
    if not identity.scopes:
        words = "Slack did not say which scopes the token has: compare them with the manifest by hand"
        return Check("scopes", True, words)
    missing = sorted(needed - identity.scopes)
    if missing:
        return Check("scopes", False, f"missing {', '.join(missing)}: paste the manifest again and reinstall the app")
    return Check("scopes", True, f"{count(len(needed), 'scope')} granted")


async def _transport(settings: Settings, slack: Slack) -> Check:
    if settings.keydesk_transport == "http":
        return Check("transport", not settings.doubts(), " ".join(settings.doubts()) or "http")
    client = web_client(None, settings.slack_api_url, slack.session)
    try:
        await client.apps_connections_open(app_token=settings.slack_app_token.get_secret_value())
    except SlackApiError as error:
        problem = refusals.refused("apps.connections.open", error.response)
        return Check("transport", False, f"Slack opens no socket ({problem.code}). {problem.verdict.words}")
    except (SlackClientError, TimeoutError, OSError):
        return Check("transport", False, "Slack opens no socket, because it could not be reached: is the network open?")
    return Check("transport", True, "socket: Slack opens a connection")


async def _owners(settings: Settings, slack: Slack, identity: Identity) -> list[Check]:
    able: dict[str, str] = {}  # by person: two ids in the list may be of one
    problems = []
    for user_id in settings.keydesk_owners:
        try:
            person = read_profile(identity.team_id, await slack.interactive.user_profile(user_id), datetime.now(UTC))
        except SlackError as problem:
            problems.append(Check("owner", False, _unread_owner(user_id, problem)))
            continue
        if person.standing == "member":
            able[person.org_user_id or person.user_id] = person.name
        else:
            problems.append(Check("owner", False, f"{person.name} cannot be an owner: {REFUSALS[person.standing]}"))
    enough = len(able) >= 2
    words = (
        ", ".join(able.values())
        if enough
        else f"{len(able)} found: name two in KEYDESK_OWNERS, as nobody decides their own"
    )
    return [Check("two owners", enough, words), *problems]


def _unread_owner(user_id: str, problem: SlackError) -> str:
    mend = " Or correct KEYDESK_OWNERS." if problem.meaning is Meaning.CLOSED else ""
    return f"{user_id}: Slack says {problem.code}. {problem.verdict.words}{mend}"


async def _channels(settings: Settings, slack: Slack, database: Database) -> list[Check]:
    if not is_there(database):
        return []
    try:
        chosen = await database.read(
            lambda session: sorted(
                {channel for channel in session.exec(select(ProjectSettings.channel)) if channel is not None}
            )
        )
    except SQLAlchemyError:
        return []
    if not chosen:
        command = f"/{settings.keydesk_prefix}projects settings"
        return [Check("approvals channel", True, f"none set: approvers get direct messages ({command})")]
    return [await _channel(slack, channel) for channel in chosen]


async def _channel(slack: Slack, channel: str) -> Check:
    try:
        found = await slack.interactive.channel(channel)
    except SlackError as problem:
        return Check("approvals channel", False, f"{channel}: Slack says {problem.code}. {problem.verdict.words}")
    problem_words = channel_problem(found)
    return Check(
        "approvals channel", problem_words is None, f"#{found.get('name', channel)} {problem_words or ''}".strip()
    )


async def _user_groups(slack: Slack, database: Database, identity: Identity) -> Check:
    """Look whether Slack tells who is in the user groups; that matters where one of them holds a role."""
    trouble = None
    try:
        await slack.interactive.user_groups(identity.team_id)
    except SlackError as problem:
        trouble = groups.trouble_of(problem)
    return Check("user groups", *groups.report(trouble, await _holding_groups(database, identity.team_id), ()))


async def _holding_groups(database: Database, team_id: str) -> list[str]:
    if not is_there(database):
        return []
    try:
        return await database.read(lambda session: roles.holding_groups(session, team_id))
    except SQLAlchemyError:
        return []
