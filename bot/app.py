"""The composition root: the one place that knows every room and every port."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import SecretStr
from slack_sdk.web.async_client import AsyncWebClient
from sqlmodel import Session

from bot.billing.listeners import BillingListeners
from bot.clock import Clock, ServedClock, SystemClock
from bot.config import Settings
from bot.desk.jobs import DeskJobs
from bot.desk.listeners import DeskListeners
from bot.desk.service import Desk
from bot.engine.carrier import DbosEngine
from bot.engine.inline import InlineEngine
from bot.engine.port import Engine, Job, JobFunction
from bot.home.listeners import HomeListeners
from bot.home.status import Status
from bot.keys import service as key_service
from bot.keys.ending import KeyEnding
from bot.keys.jobs import KeyJobs
from bot.keys.listeners import KeyListeners
from bot.keys.making import KeyMaking
from bot.keys.mirroring import KeyMirror
from bot.keys.operations import CreateKey, EndKey
from bot.keys.settling import KeySettling
from bot.models.catalogue import Catalogue
from bot.models.listeners import ModelListeners
from bot.operation import OperationKind
from bot.people import People
from bot.projects import service as project_service
from bot.projects.listeners import ProjectListeners
from bot.projects.mirroring import ProjectMirror
from bot.projects.operations import ChangeProjectSettings
from bot.projects.settings_change import ProjectSettingsChange
from bot.providers.deepgram.client import Deepgram
from bot.providers.deepgram.standing import Standing
from bot.slack.call import Call
from bot.slack.dispatch import Floor, build_bolt
from bot.slack.guard import Seen
from bot.slack.manifest import manifest
from bot.slack.names import Door, Listener
from bot.slack.prefix import prefixed
from bot.slack.web import Identity, Slack, SlackWeb, connect
from bot.store import due, heartbeats, projects, seen
from bot.store.database import Database

SHORTCUTS: Mapping[str, tuple[str, str, str]] = {
    "keys.request": ("Request a key", "global", "Ask for a Deepgram key"),
}
# After a restore only these run: cards may follow, but nothing is made, ended or expired.
HARMLESS = frozenset({"desk.cards", "desk.remind", "keys.tell_end", "people.learn", "standing.learn"})
# Each of these puts itself into the future again, so one row of each goes round for ever.
AT_START = ("standing.learn", "projects.mirror", "people.learn", "desk.sweep", "keys.sweep", "store.tidy")
SEEN_KEPT = timedelta(hours=24)
TIDY_EVERY = timedelta(hours=1)
LEARN_EVERY = timedelta(hours=1)

EngineOf = Callable[[Database, Clock], Engine]


@dataclass(frozen=True)
class Rooms:
    """Every room's door and jobs, over one set of ports."""

    doors: tuple[Door, ...]
    jobs: Mapping[str, JobFunction]
    status: Status
    admit: Listener


@dataclass(frozen=True)
class App:
    """Keydesk, assembled and not yet started."""

    settings: Settings
    database: Database
    clock: Clock
    engine: Engine
    slack: Slack
    identity: Identity
    deepgram: Deepgram
    rooms: Rooms
    floor: Floor
    frozen: bool

    async def start(self) -> None:
        """Begin to carry out jobs, and read the provider's lists at once."""
        jobs = self.rooms.jobs
        await self.engine.start({kind: jobs[kind] for kind in HARMLESS} if self.frozen else jobs)
        now = self.clock.now()

        def begin(session: Session) -> None:
            for kind in AT_START:
                self.engine.later(session, Job(kind, "all"), now)

        await self.database.write(begin)

    async def close(self, grace: float = 5.0) -> None:
        """End what runs within ``grace`` seconds and close every connection."""
        await self.engine.stop(grace)
        await self.deepgram.aclose()
        await self.slack.close()
        self.database.close()


def dbos_engine(role: str) -> EngineOf:
    """Return the durable engine for a process of this role."""
    return lambda database, clock: DbosEngine(database.engine, database.transaction, due, heartbeats, clock, role=role)


def clock_of(settings: Settings) -> Clock:
    """Return the machine's clock, or the one that the playground serves."""
    return ServedClock(settings.keydesk_clock_url) if settings.keydesk_clock_url else SystemClock()


async def build(settings: Settings, engine_of: EngineOf, *, clock: Clock | None = None, frozen: bool = False) -> App:
    """Make the world, and ask Slack who we are.

    Raises:
        SlackError: Slack does not accept the bot token.
        CredentialsRejected: the Deepgram key cannot be a key.
    """
    clock = clock or clock_of(settings)
    deepgram = Deepgram(settings.deepgram_api_key, settings.deepgram_api_url, frozen=frozen)
    database = Database(settings.database_url)
    engine = engine_of(database, clock)
    slack = connect(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)
    try:
        identity = await slack.interactive.auth_test()
    except BaseException:
        await slack.close()
        database.close()
        raise
    owners = frozenset(settings.keydesk_owners)
    rooms = assemble(database, engine, clock, slack.interactive, slack.background, deepgram, identity.team_id, owners)
    floor = build_bolt(
        rooms.doors,
        web=slack.interactive,
        identity=identity,
        prefix=settings.keydesk_prefix,
        seen=_seen(database),
        admit=rooms.admit,
        signing_secret=settings.slack_signing_secret.get_secret_value(),
    )
    slack.word(prefixed(floor.names))
    return App(settings, database, clock, engine, slack, identity, deepgram, rooms, floor, frozen)


def assemble(
    database: Database,
    engine: Engine,
    clock: Clock,
    interactive: SlackWeb,
    background: SlackWeb,
    deepgram: Deepgram,
    team_id: str,
    owners: frozenset[str],
) -> Rooms:
    """Put the rooms together. Nothing is called or opened here."""
    kinds: dict[str, OperationKind] = {}
    people = People(database, interactive.user_profile, team_id)
    desk = Desk(database, engine, clock, owners, kinds)
    standing = Standing(deepgram)
    ending = KeyEnding(database, engine, clock, desk, deepgram, standing)
    making = KeyMaking(database, engine, clock, desk, deepgram, ending)
    settling = KeySettling(database, engine, desk, deepgram, ending, standing)
    key_mirror = KeyMirror(database, engine, desk, deepgram)
    project_mirror = ProjectMirror(database, engine, deepgram)
    settings_change = ProjectSettingsChange(database, clock, people, interactive)
    status = Status(database, interactive)
    home = HomeListeners(desk, database, people, clock, background, status, deepgram)
    desk_jobs = DeskJobs(desk, database, background, home.follow)
    key_jobs = KeyJobs(database, background)
    kinds |= {
        CreateKey.kind: OperationKind(CreateKey, describe=key_service.describe, follow_up=key_service.follow_up),
        EndKey.kind: OperationKind(EndKey, subject_owner=key_service.owner_of, execute=ending.by_person),
        ChangeProjectSettings.kind: OperationKind(ChangeProjectSettings, execute=settings_change.execute),
    }
    doors = (
        DeskListeners(desk, database, people).door(),
        KeyListeners(desk, database, people, clock, making, key_mirror, standing).door(),
        ProjectListeners(desk, database, people, clock, project_mirror).door(),
        BillingListeners(database, people, clock, deepgram, project_service.the_project).door(),
        ModelListeners(database, people, clock, Catalogue(deepgram, clock), project_service.the_project).door(),
        home.door(),
    )
    jobs: dict[str, JobFunction] = {
        "desk.cards": desk_jobs.cards,
        "desk.remind": desk_jobs.remind,
        "desk.expire": desk_jobs.expire,
        "desk.lapse": desk_jobs.lapse,
        "desk.sweep": desk_jobs.sweep,
        "keys.sweep": settling.sweep,
        "keys.settle": settling.settle,
        "keys.settle_end": ending.settle,
        "keys.end_due": ending.when_due,
        "keys.tell_end": key_jobs.tell_end,
        "keys.mirror": key_mirror.keep_fresh,
        "projects.mirror": project_mirror.keep_fresh,
        "store.tidy": _tidy(database, engine),
        "people.learn": _learn(database, engine, people, owners),
        "standing.learn": _know_ourselves(database, engine, standing),
    }

    async def admit(call: Call) -> None:
        await people.judge(call.team_id, call.user_id)

    return Rooms(doors, jobs, status, admit)


def app_manifest(prefix: str = "", url: str | None = None) -> dict[str, Any]:
    """Describe the app to Slack, from what its rooms answer to; connects to nothing."""
    database, clock = Database("sqlite://"), SystemClock()
    web = SlackWeb(AsyncWebClient(), 1.0)
    engine = InlineEngine(database.transaction, due, clock)
    deepgram = Deepgram(SecretStr("none"))
    rooms = assemble(database, engine, clock, web, web, deepgram, "", frozenset())
    return manifest(rooms.doors, prefix, url, shortcuts=SHORTCUTS)


def _seen(database: Database) -> Seen:
    async def first(key: str) -> bool:
        return await database.write(lambda session: seen.first(session, key, datetime.now(UTC)))

    return first


def _tidy(database: Database, engine: Engine) -> JobFunction:
    async def tidy(ref: str, now: datetime) -> None:
        def forget(session: Session) -> None:
            seen.forget(session, datetime.now(UTC) - SEEN_KEPT)
            engine.later(session, Job("store.tidy", ref), now + TIDY_EVERY)

        await database.write(forget)

    return tidy


def _learn(database: Database, engine: Engine, people: People, owners: frozenset[str]) -> JobFunction:
    """Read the profiles of all who decide, every hour: cards name them, and whoever left no longer counts."""

    async def learn(ref: str, now: datetime) -> None:
        def next_time(session: Session) -> set[str]:
            engine.later(session, Job("people.learn", ref), now + LEARN_EVERY)
            return projects.all_approvers(session)

        await people.learn(sorted(owners | await database.write(next_time)))

    return learn


def _know_ourselves(database: Database, engine: Engine, standing: Standing) -> JobFunction:
    """Learn our role at the provider every hour, so that nothing is offered that it forbids."""

    async def learn(ref: str, now: datetime) -> None:
        again = Job("standing.learn", ref)
        await database.write(lambda session: engine.later(session, again, now + LEARN_EVERY))
        await standing.read()

    return learn
