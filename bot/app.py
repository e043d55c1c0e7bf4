"""The composition root: from settings to the running app, whose rooms declare themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import SecretStr
from slack_sdk.web.async_client import AsyncWebClient
from sqlmodel import Session

from bot.accounts.sealed import SealedAccounts
from bot.clock import Clock, ServedClock, SystemClock
from bot.config import Settings
from bot.desk.limits import Limits
from bot.engine.carrier import DbosEngine
from bot.engine.port import Engine, Job
from bot.errors import NoWorkspace
from bot.home import refused
from bot.providers.deepgram.identity import ProjectOfKey, nowhere
from bot.providers.deepgram.kind import deepgram_kind
from bot.providers.provider import ProviderKind
from bot.providers.registry import NONE_BESIDE, Providers
from bot.refused_blocks import RefusedBlocks
from bot.room import Ports
from bot.rooms import MakesRoom, Rooms, assemble
from bot.sealing import Keyring
from bot.slack.connection import Slack, connect
from bot.slack.dispatch import SlackApp, build_bolt
from bot.slack.guard import IsFirst
from bot.slack.manifest import manifest
from bot.slack.prefix import prefixed
from bot.slack.web import Identity, SlackWeb
from bot.store import deliveries, heartbeats, keys, scheduled_jobs
from bot.store.database import Database
from bot.vendors import Vendors

EngineOf = Callable[[Database, Clock], Engine]


@dataclass(frozen=True)
class App:
    """Keydesk, assembled and not yet started."""

    settings: Settings
    database: Database
    clock: Clock
    engine: Engine
    slack: Slack
    identity: Identity
    providers: Providers
    rooms: Rooms
    slack_app: SlackApp
    frozen: bool

    async def start(self) -> None:
        """Begin to carry out jobs, and read the provider's lists at once.

        Who decides is read first, if they never were: of whom Slack was never asked, nobody may decide. A clock that
        is served may stand elsewhere than the machine's, so it is asked before anything is planned.
        """
        await self.clock.refresh()
        await self.rooms.load_deciders()
        await self.engine.start(self.rooms.jobs(frozen=self.frozen), self.rooms.background)
        now = self.clock.now()

        def begin(session: Session) -> None:
            for kind in self.rooms.at_start:
                self.engine.later(session, Job(kind, "all"), now)

        await self.database.write(begin)

    async def close(self, grace: float = 5.0) -> None:
        """End what runs within ``grace`` seconds and close every connection."""
        await self.engine.stop(grace)
        await self.providers.aclose()
        await self.slack.close()
        self.database.close()


def dbos_engine(role: str) -> EngineOf:
    """Return the durable engine for a process of this role."""
    return lambda database, clock: DbosEngine(
        database.engine, database.transaction, scheduled_jobs, heartbeats, clock, role=role
    )


def clock_of(settings: Settings) -> Clock:
    """Return the machine's clock, or the one that the playground serves."""
    return ServedClock(settings.keydesk_clock_url) if settings.keydesk_clock_url else SystemClock()


def kinds_of(
    settings: Settings, *, frozen: bool = False, project_of_key: ProjectOfKey = nowhere
) -> tuple[ProviderKind, ...]:
    """Return the providers that Keydesk works with, the main account's first: a further one is a folder and a line."""
    return (deepgram_kind(settings.deepgram_api_url, frozen=frozen, project_of_key=project_of_key),)


def providers_of(
    settings: Settings, database: Database, *, frozen: bool = False, more: Sequence[ProviderKind] = ()
) -> Providers:
    """Return every account: the main one of the environment, and those that were added to the store.

    ``more`` are providers beside Keydesk's own. From here on the database's sessions carry the vendors.

    Raises:
        CredentialsRejected: the main account's credential cannot be one.
    """

    async def project_of_key(key_id: str) -> str | None:
        known = await database.read(lambda session: keys.by_provider_id(session, key_id))
        return known.project_id if known is not None else None

    kinds = (*kinds_of(settings, frozen=frozen, project_of_key=project_of_key), *more)
    database.info |= Vendors(kind.vendor for kind in kinds).info
    known = SealedAccounts(database, Keyring(settings.keydesk_secret_key))
    return Providers(kinds[0].open(settings.deepgram_api_key), known, kinds)


async def build(
    settings: Settings,
    engine_of: EngineOf,
    *,
    clock: Clock | None = None,
    frozen: bool = False,
    more: Sequence[MakesRoom] = (),
    more_providers: Sequence[ProviderKind] = (),
) -> App:
    """Make the world, and ask Slack who we are; ``more`` are rooms and providers beside Keydesk's own.

    Raises:
        SlackError: Slack does not accept the bot token.
        NoWorkspace: it was installed in a whole organisation, and names no workspace.
        CredentialsRejected: the main account's credential cannot be one.
    """
    clock = clock or clock_of(settings)
    database = Database(settings.database_url)
    providers = providers_of(settings, database, frozen=frozen, more=more_providers)
    engine = engine_of(database, clock)
    slack, identity = await _connected(settings, database)
    ports = Ports(
        database=database,
        engine=engine,
        clock=clock,
        interactive=slack.interactive,
        background=slack.background,
        providers=providers,
        team_id=identity.team_id,
        owners=frozenset(settings.keydesk_owners),
        keyring=Keyring(settings.keydesk_secret_key),
        limits=Limits(settings.keydesk_requests_per_hour, timedelta(seconds=settings.keydesk_ring_seconds)),
    )
    rooms = assemble(ports, more)
    slack_app = _floor(settings, ports, rooms, identity)
    slack.word(prefixed(slack_app.router))
    slack.remember(RefusedBlocks(database, identity.team_id, clock))
    rooms.status.watch(lambda: refused.look(database, identity.team_id, clock.now()))
    return App(settings, database, clock, engine, slack, identity, providers, rooms, slack_app, frozen)


async def _connected(settings: Settings, database: Database) -> tuple[Slack, Identity]:
    """Return Slack, and who we are there; where that fails nothing is left open.

    Nobody looks on, so it waits as long as in the background: whoever starts after a crash often finds Slack busy.
    """
    slack = connect(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)
    try:
        return slack, of_one_workspace(await slack.background.auth_test())
    except BaseException:
        await slack.close()
        database.close()
        raise


def _floor(settings: Settings, ports: Ports, rooms: Rooms, identity: Identity) -> SlackApp:
    return build_bolt(
        rooms.routes,
        web=ports.interactive,
        identity=identity,
        prefix=settings.keydesk_prefix,
        is_first=_is_first(ports.database),
        admit=rooms.admit,
        door=rooms.door,
        signing_secret=settings.slack_signing_secret.get_secret_value(),
    )


def of_one_workspace(identity: Identity) -> Identity:
    """Return who we are, if that is the app of one workspace.

    Raises:
        NoWorkspace: no workspace is named, so whoever acts could not be told from people of a sister workspace.
    """
    if not identity.team_id:
        raise NoWorkspace(
            "SLACK_BOT_TOKEN belongs to an installation in a whole organisation and names no workspace. Keydesk serves "
            "one workspace: install the app in that workspace itself, and copy the Bot User OAuth Token from there."
        )
    return identity


def app_manifest(prefix: str = "", url: str | None = None, more: Sequence[MakesRoom] = ()) -> dict[str, Any]:
    """Describe the app to Slack, from what its rooms answer to; connects to nothing."""
    rooms = unconnected(more)
    return manifest(
        rooms.routes,
        prefix,
        url,
        shortcuts={each.callback_id: (each.title, each.place, each.description) for each in rooms.shortcuts},
    )


def unconnected(more: Sequence[MakesRoom] = ()) -> Rooms:
    """Put the rooms together over ports that lead nowhere, to see what they answer to."""
    database, clock = Database("sqlite://"), SystemClock()
    web = SlackWeb(AsyncWebClient(), 1.0)
    engine = dbos_engine("none")(database, clock)  # which is never started
    kind = deepgram_kind()
    providers = Providers(kind.open(SecretStr("none")), NONE_BESIDE, (kind,))
    ports = Ports(database, engine, clock, web, web, providers, "", frozenset(), Keyring(SecretStr("")), Limits())
    return assemble(ports, more)


def _is_first(database: Database) -> IsFirst:
    async def first(key: str) -> bool:
        return await database.write(lambda session: deliveries.first(session, key, datetime.now(UTC)))

    return first
