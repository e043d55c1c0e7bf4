"""``keydesk doctor``: looks at every part of an installation and says how to mend what is wrong. Changes nothing."""

from __future__ import annotations

import asyncio
import contextlib
import stat
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import select

from bot import groups
from bot.accounts import sealed
from bot.app import app_manifest, clock_of, kinds_of, of_one_workspace
from bot.config import Settings
from bot.errors import BotError, NoWorkspace
from bot.home import refused
from bot.home.check import Check
from bot.home.status import credential, powers
from bot.people import REFUSALS, read_profile
from bot.providers.deepgram.addresses import LOOPBACK, doubt
from bot.providers.port import Vendor
from bot.providers.provider import ProviderKind
from bot.providers.registry import Account as OpenedAccount
from bot.providers.values import Credential
from bot.sealing import Ring
from bot.slack import refusals
from bot.slack.channels import channel_problem
from bot.slack.codes.sentences import Meaning
from bot.slack.connection import Slack, connect, web_client
from bot.slack.web import Identity, SlackError, SlackUnclear
from bot.slack.words import count
from bot.store import accounts, keys, roles, schema
from bot.store.accounts import Account
from bot.store.database import Database
from bot.store.projects import ProjectSettings

MOST_SKEW_SECONDS = 60.0
GRID = (
    "people of this workspace may use Keydesk, wherever in the organisation they are at home; people of sister "
    "workspaces alone may not, and channels shared in the organisation carry no cards"
)
GRID_ORG_WIDE = f"{GRID}. The app is installed in the whole organisation: what Slack does not mark as ours is refused"


async def examine(settings: Settings, *, check_blocks: bool = False, strangers: Sequence[str] = ()) -> list[Check]:
    """Look at everything and return what was found.

    ``check_blocks`` sends one message to the first owner; ``strangers`` are sentences about what is no setting.
    """
    missing = settings.missing()
    try:
        database = Database(settings.database_url)
    except SQLAlchemyError:
        return [Check("database", False, "DATABASE_URL is no address of a database: correct it in .env, or empty it")]
    slack = connect(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)
    try:
        return [
            Check("settings", not missing, f"missing in .env: {', '.join(missing)}" if missing else "all there"),
            *[Check("settings", False, f"{each} Correct .env") for each in strangers],
            *await asyncio.to_thread(_database, database),
            *await _slack(settings, slack, database, check_blocks=check_blocks),
            _address(settings),
            *await _deepgram(settings, database),
            *await _accounts(settings, database),
            await _clock(settings, slack),
            _health(settings),
        ]
    finally:
        await slack.close()
        database.close()


def _is_there(database: Database) -> bool:
    """Tell whether there is a database to look at; to connect to a missing SQLite file would make it."""
    return database.file is None or database.file.exists()


def _database(database: Database) -> list[Check]:
    if not _is_there(database):
        return [Check("database", False, f"{database.file} is not there yet: run keydesk init")]
    try:
        database.answers()
        current = schema.is_current(database)
    except SQLAlchemyError as problem:
        return [Check("database", False, f"does not answer ({type(problem).__name__}): check DATABASE_URL")]
    return [
        Check("database", True, f"{database.url.get_backend_name()} answers"),
        *_readers(database),
        Check(
            "migrations",
            current,
            "current" if current else "not this Keydesk's schema: run keydesk migrate",
        ),
    ]


def _readers(database: Database) -> list[Check]:
    """Say whether somebody else on this machine may read the file: it holds who wanted what."""
    if database.file is None:
        return []
    alone = not stat.S_IMODE(database.file.stat().st_mode) & 0o077
    others = f"others on this machine may read it: chmod 600 {database.file}*"
    return [Check("database file", alone, "readable by its owner alone" if alone else others)]


# --- Slack ---


async def _slack(settings: Settings, slack: Slack, database: Database, *, check_blocks: bool) -> list[Check]:
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
    known = await asyncio.to_thread(_has_schema, database)
    if not check_blocks:
        return [await refused.look(database, team_id, now)] if known else []
    if not settings.keydesk_owners:
        return [Check(refused.NAME, False, "nobody to ask with: name an owner in KEYDESK_OWNERS")]
    owner = settings.keydesk_owners[0]
    return [await refused.ask(slack.interactive, database if known else None, team_id, owner, now)]


def _has_schema(database: Database) -> bool:
    try:
        return _is_there(database) and schema.is_current(database)
    except SQLAlchemyError:
        return False


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
    if not _is_there(database):
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
    if not _is_there(database):
        return []
    try:
        return await database.read(lambda session: roles.holding_groups(session, team_id))
    except SQLAlchemyError:
        return []


# --- Deepgram and time ---


def _address(settings: Settings) -> Check:
    """Look at where Deepgram's key goes; an address that cannot be right was refused with the settings."""
    url = settings.deepgram_api_url
    return Check("deepgram address", True, doubt(url) or url)


async def _deepgram(settings: Settings, database: Database) -> list[Check]:
    try:
        deepgram = kinds_of(settings)[0].open(settings.deepgram_api_key)
    except BotError as problem:
        return [Check("deepgram", False, f"{problem.text} Set DEEPGRAM_API_KEY.")]
    found, problem_text = await credential(deepgram)
    await deepgram.aclose()
    if found is None:
        return [Check("deepgram", False, f"{problem_text} See DEEPGRAM_API_KEY and DEEPGRAM_API_URL in .env.")]
    return [
        _power("deepgram", deepgram.vendor, found),
        Check("deepgram projects", found.projects > 0, f"{count(found.projects, 'project')} visible"),
        await _hanging(database),
    ]


def _power(name: str, vendor: Vendor, found: Credential) -> Check:
    """Say whether a credential can do what Keydesk does with it, by its role where its provider knows roles."""
    if not vendor.able_roles:
        return Check(name, True, f"{vendor.name} accepts it")
    cannot = "; ".join(powers(found)) or "nothing it cannot do (an admin-role key is recommended: it can destroy less)"
    if found.role in vendor.able_roles:
        return Check(name, True, f"role {found.role}: {cannot}")
    words = f"role {found.role or 'unknown'}: {cannot}. Create the key as an admin of the service account."
    return Check(name, False, words)


async def _hanging(database: Database) -> Check:
    if not _is_there(database):
        return Check("keys made here", True, "none: there is no database yet")
    try:
        live = await database.read(keys.live_made_here)
    except SQLAlchemyError:
        return Check("keys made here", True, "not counted: the schema is not there yet")
    words = f"{count(live, 'live key')} would die with the service account: never remove or demote that member"
    return Check("keys made here", True, words)


async def _accounts(settings: Settings, database: Database) -> list[Check]:
    """Look at the accounts beside the main one, and at the ring of keys that opens their credentials."""
    ring, rows = Ring(settings.keydesk_secret_key), await _beside_main(database)
    if not rows and not settings.keydesk_secret_key.get_secret_value():
        return []
    secret_key = Check("secret key", not ring.problem, ring.problem or "it can be read")
    kinds = {kind.vendor.id: kind for kind in kinds_of(settings)}
    return [secret_key, *[await _account(kinds, sealed.opened(row, ring)) for row in rows]]


async def _beside_main(database: Database) -> list[Account]:
    if not _is_there(database):
        return []
    try:
        return await database.read(accounts.beside_main)
    except SQLAlchemyError:
        return []


async def _account(kinds: Mapping[str, ProviderKind], account: OpenedAccount) -> Check:
    name = f"account {account.name}"
    if account.credential is None:
        mend = "put the key that sealed it back into KEYDESK_SECRET_KEY, or remove the account in Slack and add it anew"
        return Check(name, False, f"its credential cannot be unsealed: {mend}")
    kind = kinds.get(account.provider)
    if kind is None:
        return Check(name, False, f"this Keydesk does not work with {account.provider}: remove the account in Slack")
    async with contextlib.aclosing(kind.open(account.credential)) as client:
        found, problem = await credential(client)
    if found is None:
        return Check(name, False, problem)
    return _power(name, kind.vendor, found)


def _health(settings: Settings) -> Check:
    """Say where health is answered, and to whom its details."""
    where = "on this machine alone" if settings.host in LOOPBACK else f"on {settings.host}, to whoever reaches it"
    details = "to who has KEYDESK_HEALTH_TOKEN" if settings.keydesk_health_token.get_secret_value() else "to nobody"
    return Check("health", True, f"/healthz and /readyz are answered {where}; what is wrong is told there {details}")


async def _clock(settings: Settings, slack: Slack) -> Check:
    try:
        async with asyncio.timeout(5), slack.session.get(settings.slack_api_url + "api.test") as answer:
            theirs = parsedate_to_datetime(answer.headers["date"])
    except (TimeoutError, aiohttp.ClientError, KeyError, ValueError):
        return Check("clock", False, "could not be compared with Slack's: is the network open?")
    skew = abs((datetime.now(UTC) - theirs).total_seconds())
    mend = "" if skew <= MOST_SKEW_SECONDS else ": switch time synchronisation on, or signatures are refused"
    return Check("clock", skew <= MOST_SKEW_SECONDS, f"{skew:.0f} s away from Slack's{mend}")
