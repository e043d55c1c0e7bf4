"""Made-up rows, people and rooms, so that a test says only what it is about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from bot.desk.limits import Limits
from bot.desk.service import Desk, Held
from bot.engine.port import JobFunction
from bot.keys import service as key_service
from bot.keys.ending import KeyEnding
from bot.keys.ends import KeyEnds, describe_one
from bot.keys.making import KeyMaking
from bot.keys.mirroring import KeyMirror
from bot.keys.operations import CreateKey, EndKey
from bot.keys.settling import KeySettling
from bot.operation import Actor, Description, OperationKind
from bot.projects import deleting
from bot.projects.mirroring import ProjectMirror
from bot.projects.operations import ChangeProjectSettings, DeleteProject, RenameProject
from bot.providers.credential_identity import CredentialIdentity
from bot.providers.port import Capability, Level, Vendor
from bot.providers.provider import Provider, ProviderKind
from bot.providers.registry import NONE_BESIDE, Providers
from bot.store import scheduled_jobs
from bot.store.customers import Customer
from bot.store.database import Database
from bot.store.group_owners import GroupOwner
from bot.store.keys import Key
from bot.store.notices import Notice
from bot.store.people import Person
from bot.store.projects import Project, ProjectSettings
from bot.store.record import Entry
from bot.store.requests import Request
from bot.store.upsert import insert_into
from tests import stores
from tests.clocks import SetClock
from tests.declared import POLICY
from tests.inline import InlineEngine

SHELF = Vendor("shelf", "Shelf", "Shelf's console", "", "", levels={Capability.PROJECTS: Level.NATIVE})
ON_SHELF = "on-shelf-1"
TEAM = "T0NORTHWIND"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
OWNER, SECOND_OWNER = "UOWNER", "USECOND"
ANA, RAJ, LI, EVE = "UANA", "URAJ", "ULI", "UEVE"
PROJECT = "a0000000-0000-4000-8000-000000000001"
NAMES = {OWNER: "olu", SECOND_OWNER: "sam", ANA: "ana", RAJ: "raj", LI: "li", EVE: "eve"}
HOSTILE = "<!channel> *b* _i_ `c` <@U1> &amp; <https://x.test|y>\n> q\n\u202eabc\u0000👋🏽 🔑 مرحبا"


def actor(user_id: str = ANA, team_id: str = TEAM, tz: str = "UTC") -> Actor:
    """Return somebody who may use Keydesk."""
    return Actor(team_id, user_id, NAMES.get(user_id, user_id.lower()), tz)


def create_key(**changes: Any) -> CreateKey:
    """Return a modest wish for a key."""
    given = {"project_id": PROJECT, "purpose": "call summaries", "preset": "speech", "days": 30, "place": "vault"}
    return CreateKey(**{**given, "customer": "acme", **changes})


def described(**changes: Any) -> Description:
    """Return how an operation is drawn."""
    given = {"title": "Key request", "wish": "a key.", "why": "because"}
    return Description(**{**given, **changes})


def request(**changes: Any) -> Request:
    """Return a request that waits."""
    given: dict[str, Any] = {
        "team_id": TEAM,
        "requester": ANA,
        "kind": CreateKey.kind,
        "operation": create_key().model_dump(mode="json"),
        "description": described().model_dump(mode="json"),
        "project_id": PROJECT,
        "created_at": NOON,
        "expires_at": NOON + timedelta(hours=24),
    }
    return Request(**{**given, **changes})


def key(number: int = 1, **changes: Any) -> Key:
    """Return a live key of Ana's, made here."""
    given: dict[str, Any] = {
        "provider_key_id": f"{number:08x}-0000-4000-8000-000000000000",
        "project_id": PROJECT,
        "team_id": TEAM,
        "owner": ANA,
        "mint_id": f"mint{number}",
        "purpose": f"purpose {number}",
        "place": "vault",
        "state": "live",
        "created_at": NOON - timedelta(hours=1),
        "shown_at": NOON - timedelta(hours=1),
        "ends_at": NOON + timedelta(days=30),
    }
    return Key(**{**given, **changes})


def person(user_id: str, standing: str = "member", **changes: Any) -> Person:
    """Return a person as last read from Slack."""
    name = NAMES.get(user_id, user_id.lower())
    return Person(team_id=TEAM, user_id=user_id, name=name, standing=standing, read_at=NOON, **changes)


def confirmed(group_id: str, *user_ids: str) -> list[GroupOwner]:
    """Return what says that Owners saw these people in a group when it got the role."""
    return [GroupOwner(team_id=TEAM, group_id=group_id, user_id=user_id, confirmed_at=NOON) for user_id in user_ids]


def customer(tag: str = "acme", **changes: Any) -> Customer:
    """Return a customer of the catalogue."""
    return Customer(
        **{"team_id": TEAM, "tag": tag, "name": tag.capitalize(), "added_by": OWNER, "added_at": NOON, **changes}
    )


def small_database(folder: Path, *more: Vendor) -> Database:
    """Return an SQLite database with Keydesk's schema, for tests to which the kind of database makes no difference."""
    return stores.opened(f"sqlite:///{folder}/keydesk.db", *more)


def with_shelf(folder: Path) -> Database:
    """Return such a database with production at Deepgram, and with a project at a provider of projects only."""
    database = small_database(folder, SHELF)
    set_up(database)
    add(database, Project(id=ON_SHELF, name="boxes", provider=SHELF.id, read_at=NOON))
    return database


def set_up(
    database: Database, *, approvers: Iterable[str] = (RAJ, LI), project_id: str = PROJECT, name: str = "production"
) -> None:
    """Let a project stand in the store, with everybody known."""
    with database.transaction() as session:
        known = insert_into(session, Person).on_conflict_do_nothing()  # one statement: merging each takes 20 ms a test
        session.execute(known, [person(user_id).model_dump() for user_id in NAMES])
        session.merge(Project(id=project_id, name=name, read_at=NOON))
        session.merge(ProjectSettings(project_id=project_id, approvers=list(approvers)))


def add(database: Database, *rows: Any) -> None:
    """Write rows."""
    with database.transaction() as session:
        session.add_all(rows)


def rows(database: Database, read: Callable[[Session], Any]) -> Any:
    """Read something in a session of its own."""
    with database.reading() as session:
        return read(session)


def entries(database: Database, subject: str) -> list[Entry]:
    """Return what the record says of a subject."""
    from bot.store import record

    with database.reading() as session:
        return record.of_subject(session, subject)


def owed_to(database: Database, place: str) -> list[Notice]:
    """Return everything that this person or channel was owed to hear, the oldest first."""
    with database.reading() as session:
        found = select(Notice).where(col(Notice.place) == place)
        return list(session.exec(found.order_by(col(Notice.owed_at), col(Notice.id))))


@dataclass
class Bench:
    """A desk and the rooms of keys over one store, an engine that tests drain, and a clock that they set.

    Jobs that would speak to Slack are only counted, by kind, in ``told``.
    """

    database: Database
    clock: SetClock
    engine: InlineEngine
    desk: Desk
    ending: KeyEnding
    making: KeyMaking
    settling: KeySettling
    mirror: KeyMirror
    projects: ProjectMirror
    told: Counter[str] = field(default_factory=Counter)

    async def held(self, operation: CreateKey | None = None, by: str = ANA, view_id: str | None = None) -> Request:
        """Ask for a key, and return the request that now waits."""
        outcome = await self.desk.submit(operation or create_key(), actor(by), view_id)
        assert isinstance(outcome, Held)
        return outcome.request

    async def approved(self, by: str = RAJ, **changes: Any) -> Request:
        """Ask for a key and have it approved."""
        waiting = await self.held(create_key(**changes))
        return await self.desk.decide(waiting.id, waiting.version, "approved", actor(by))

    def request(self, request_id: str) -> Request:
        """Return the request as it is now."""
        with self.database.reading() as session:
            found = session.get(Request, request_id)
        assert found is not None
        return found

    def all_keys(self) -> list[Key]:
        """Return every key that the store knows, oldest first."""
        from sqlmodel import col, select

        with self.database.reading() as session:
            return list(session.exec(select(Key).order_by(col(Key.created_at))))


def alone(account: Provider) -> Providers:
    """Return the providers of an installation that works with one account only."""
    kind = ProviderKind(account.vendor, lambda _: account)
    return account if isinstance(account, Providers) else Providers(account, NONE_BESIDE, (kind,))


AT_ONCE = Limits(rings_after=timedelta())


async def bench(
    database: Database, deepgram: Provider, clock: SetClock | None = None, limits: Limits | None = None
) -> Bench:
    """Put the rooms together as the composition root does, without Slack."""
    clock = clock or SetClock(NOON)
    engine = InlineEngine(database.transaction, scheduled_jobs, clock)
    kinds: dict[str, OperationKind] = {}
    desk = Desk(database, engine, clock, frozenset({OWNER, SECOND_OWNER}), kinds, POLICY, limits=limits or AT_ONCE)
    identity, ends = CredentialIdentity(alone(deepgram)), KeyEnds(desk)
    ending = KeyEnding(database, engine, clock, desk, deepgram, identity)
    kinds |= {
        CreateKey.kind: OperationKind(
            CreateKey,
            describe=key_service.describe,
            follow_up=key_service.follow_up,
            forbidden=key_service.forbidden,
        ),
        EndKey.kind: OperationKind(
            EndKey,
            describe=describe_one,
            subject_owner=key_service.owner_of,
            stakes=ends.of_one,
            admitted=ends.let_run,
            execute=ending.by_person,
        ),
        ChangeProjectSettings.kind: OperationKind(ChangeProjectSettings),
        RenameProject.kind: OperationKind(RenameProject),
        DeleteProject.kind: OperationKind(DeleteProject, describe=deleting.describe),
    }
    made = Bench(
        database,
        clock,
        engine,
        desk,
        ending,
        KeyMaking(database, engine, clock, desk, deepgram, ending),
        KeySettling(database, engine, desk, deepgram, ending, identity),
        KeyMirror(database, engine, desk, deepgram, identity),
        ProjectMirror(database, engine, alone(deepgram)),
    )
    await engine.start(_jobs(made))
    return made


TOLD_ONLY = (
    "desk.cards",
    "desk.notice",
    "desk.remind",
    "desk.ring",
    "desk.tell",
    "home.refresh",
    "keys.tell_end",
    "keys.tell_refused",
)


def _jobs(made: Bench) -> dict[str, JobFunction]:
    def counted(kind: str) -> JobFunction:
        async def count(ref: str, now: datetime) -> None:
            del ref, now
            made.told[kind] += 1

        return count

    def ended(to: str) -> JobFunction:
        async def end(ref: str, now: datetime) -> None:
            await made.database.write(lambda session: made.desk.end_by_time(session, ref, to, now))

        return end

    return {
        **{kind: counted(kind) for kind in TOLD_ONLY},
        "desk.run": made.desk.run_approved,
        "desk.settle": made.desk.settle,
        "desk.expire": ended("expired"),
        "desk.lapse": ended("lapsed"),
        "keys.settle": made.settling.settle,
        "keys.settle_end": made.ending.settle,
        "keys.end_due": made.ending.when_due,
        "keys.mirror": made.mirror.keep_fresh,
        "projects.mirror": made.projects.keep_fresh,
    }
