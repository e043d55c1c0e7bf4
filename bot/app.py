"""The composition root: the one place that knows every room and every port."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import SecretStr
from slack_sdk.web.async_client import AsyncWebClient
from sqlmodel import Session

from bot.accounts.jobs import AccountJobs
from bot.accounts.listeners import AccountListeners
from bot.accounts.operations import RemoveAccount
from bot.accounts.removing import AccountRemoval
from bot.accounts.sealed import SealedAccounts
from bot.billing.closing import MonthClosing
from bot.billing.listeners import BillingListeners
from bot.billing.month_listeners import MonthListeners
from bot.billing.operations import CloseMonth
from bot.budgets import service as budget_service
from bot.budgets.listeners import BudgetListeners
from bot.budgets.operations import EndBudget, RaiseBudget, SetBudget
from bot.budgets.posting import AlertPosting
from bot.budgets.setting import BudgetSetting
from bot.budgets.watching import BudgetWatch
from bot.clock import Clock, ServedClock, SystemClock
from bot.config import Settings
from bot.customers.changing import CustomerChanges
from bot.customers.listeners import CustomerListeners
from bot.customers.operations import ArchiveCustomer, SaveCustomer, SetDefaultMarkup
from bot.desk.jobs import DeskJobs
from bot.desk.listeners import DeskListeners
from bot.desk.service import Desk
from bot.digests.jobs import DigestJobs
from bot.digests.listeners import DigestListeners
from bot.digests.operations import ChangeDigest, EndDigest, PauseDigest, SubscribeToDigest
from bot.digests.posting import DigestPosting
from bot.digests.reading import Reading
from bot.digests.subscribing import Subscribing
from bot.digests.subscribing import owner_of as digest_owner
from bot.engine.carrier import DbosEngine
from bot.engine.inline import InlineEngine
from bot.engine.port import Engine, Job, JobFunction
from bot.groups import Groups
from bot.home.listeners import HomeListeners
from bot.home.status import Status
from bot.invites.changing import InviteChanges
from bot.invites.entrance import Entrance as InviteEntrance
from bot.invites.listeners import InviteListeners
from bot.invites.mirroring import listing as invite_list
from bot.invites.sending import InviteSending
from bot.keys import service as key_service
from bot.keys.clearing import KeyClearing
from bot.keys.ending import KeyEnding
from bot.keys.jobs import KeyJobs
from bot.keys.listeners import KeyListeners
from bot.keys.lost import LostKeys
from bot.keys.making import KeyMaking
from bot.keys.mirroring import KeyMirror
from bot.keys.operations import CreateKey, EndKey
from bot.keys.settling import KeySettling
from bot.members.change_listeners import MemberChangeListeners
from bot.members.changing import MemberChanges
from bot.members.entrance import Entrance as MemberEntrance
from bot.members.listeners import MemberListeners
from bot.members.mirroring import listing as member_list
from bot.mirror import ListMirror
from bot.models.catalogue import Catalogue
from bot.models.listeners import ModelListeners
from bot.operation import OperationKind
from bot.people import People
from bot.projects import deleting
from bot.projects.change_listeners import ProjectChangeListeners
from bot.projects.deleting import ProjectDeletion
from bot.projects.listeners import ProjectListeners
from bot.projects.mirroring import ProjectMirror
from bot.projects.naming import the_project
from bot.projects.operations import ChangeProjectSettings, DeleteProject, RenameProject
from bot.projects.renaming import ProjectRenaming
from bot.projects.settings_change import ProjectSettingsChange
from bot.providers.deepgram.accounts import DeepgramAccounts
from bot.providers.deepgram.client import Deepgram
from bot.providers.deepgram.standing import Standing
from bot.roles import service as role_service
from bot.roles.changing import RoleChange
from bot.roles.listeners import RoleListeners
from bot.roles.operations import ChangeDefaultRole, MakeOwner, SetRole
from bot.sealing import Ring
from bot.slack.call import Call
from bot.slack.dispatch import Floor, build_bolt
from bot.slack.guard import Seen
from bot.slack.manifest import manifest
from bot.slack.names import Door, Listener
from bot.slack.prefix import prefixed
from bot.slack.web import Identity, Slack, SlackWeb, connect
from bot.store import due, heartbeats, projects, seen
from bot.store.database import Database
from bot.usage.collecting import UsageCollection
from bot.usage.fields.listeners import FieldListeners
from bot.usage.jobs import UsageJobs
from bot.usage.requests.listeners import RequestListeners
from bot.usage.requests.service import RequestReading

SHORTCUTS: Mapping[str, tuple[str, str, str]] = {
    "keys.request": ("Request a key", "global", "Ask for a Deepgram key"),
    "keys.request_about": ("Ask for a key about this", "message", "Ask for a key, starting from what stands here"),
}
# After a restore only these run: cards may follow, but nothing is made, ended or expired.
HARMLESS = frozenset(
    {"desk.cards", "desk.remind", "desk.tell", "home.refresh", "keys.tell_end", "people.learn", "standing.learn"}
)
# Each of these puts itself into the future again, so one row of each goes round for ever.
AT_START = (
    "budgets.watch",
    "budgets.balances",
    "digests.follow",
    "digests.sweep",
    "standing.learn",
    "projects.mirror",
    "people.learn",
    "desk.sweep",
    "keys.sweep",
    "store.tidy",
    "usage.plan",
)
AFTER_FIGURES = (Job("budgets.watch", "all", "figures"),)
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


def deepgram_of(settings: Settings, database: Database, *, frozen: bool = False) -> Deepgram:
    """Return Deepgram with all accounts: the main one of the environment, and those that were added to the store.

    Raises:
        CredentialsRejected: the Deepgram key cannot be a key.
    """

    def open_client(credential: SecretStr) -> Deepgram:
        return Deepgram(credential, settings.deepgram_api_url, frozen=frozen)

    known = SealedAccounts(database, Ring(settings.keydesk_secret_key))
    return DeepgramAccounts(open_client(settings.deepgram_api_key), known, open_client)


async def build(settings: Settings, engine_of: EngineOf, *, clock: Clock | None = None, frozen: bool = False) -> App:
    """Make the world, and ask Slack who we are.

    Raises:
        SlackError: Slack does not accept the bot token.
        CredentialsRejected: the Deepgram key cannot be a key.
    """
    clock = clock or clock_of(settings)
    database = Database(settings.database_url)
    deepgram = deepgram_of(settings, database, frozen=frozen)
    engine = engine_of(database, clock)
    slack = connect(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)
    try:
        identity = await slack.interactive.auth_test()
    except BaseException:
        await slack.close()
        database.close()
        raise
    owners = frozenset(settings.keydesk_owners)
    ring = Ring(settings.keydesk_secret_key)
    rooms = assemble(
        database, engine, clock, slack.interactive, slack.background, deepgram, identity.team_id, owners, ring
    )
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
    ring: Ring,
) -> Rooms:
    """Put the rooms together. Nothing is called or opened here."""
    kinds: dict[str, OperationKind] = {}
    groups = Groups(database, interactive.user_groups, team_id)
    people = People(database, interactive.user_profile, team_id, groups)
    desk = Desk(database, engine, clock, owners, kinds)
    standing = Standing(deepgram)
    ending = KeyEnding(database, engine, clock, desk, deepgram, standing)
    making = KeyMaking(database, engine, clock, desk, deepgram, ending)
    settling = KeySettling(database, engine, desk, deepgram, ending, standing)
    key_mirror = KeyMirror(database, engine, desk, deepgram)
    project_mirror = ProjectMirror(database, engine, deepgram)
    settings_change = ProjectSettingsChange(database, clock, people, interactive)
    renaming, deletion = ProjectRenaming(engine, deepgram), ProjectDeletion(desk, engine, deepgram, standing)
    member_mirror = ListMirror(database, engine, member_list(deepgram))
    invite_mirror = ListMirror(database, engine, invite_list(deepgram))
    member_changes = MemberChanges(engine, deepgram, standing)
    to_members = MemberEntrance(desk, database, people, clock, member_mirror, the_project)
    to_invites = InviteEntrance(desk, database, people, clock, invite_mirror, the_project)
    role_change = RoleChange(database, engine, clock, desk, people, groups)
    reading, digest_jobs = Reading(database, deepgram), DigestJobs(database, engine)
    subscribing = Subscribing(database, clock, interactive)
    posting = DigestPosting(database, engine, interactive, reading)
    budget_watch = BudgetWatch(database, engine, desk, deepgram, team_id)
    budget_setting = BudgetSetting(database, clock, interactive, budget_watch)
    customer_changes = CustomerChanges(database, clock)
    usage_jobs = UsageJobs(database, engine, clock, UsageCollection(database, deepgram), AFTER_FIGURES)
    status = Status(database, interactive)
    home = HomeListeners(desk, database, people, clock, background, status, deepgram)
    desk_jobs = DeskJobs(desk, database, background, home.follow)
    key_jobs = KeyJobs(database, background)
    kinds |= {
        CreateKey.kind: OperationKind(CreateKey, describe=key_service.describe, follow_up=key_service.follow_up),
        EndKey.kind: OperationKind(EndKey, subject_owner=key_service.owner_of, execute=ending.by_person),
        SubscribeToDigest.kind: OperationKind(SubscribeToDigest, execute=subscribing.subscribe),
        ChangeDigest.kind: OperationKind(ChangeDigest, subject_owner=digest_owner, execute=subscribing.change),
        PauseDigest.kind: OperationKind(PauseDigest, subject_owner=digest_owner, execute=subscribing.pause),
        EndDigest.kind: OperationKind(EndDigest, subject_owner=digest_owner, execute=subscribing.end),
        SetBudget.kind: OperationKind(SetBudget, execute=budget_setting.set),
        RaiseBudget.kind: OperationKind(RaiseBudget, describe=budget_service.describe, execute=budget_setting.raise_),
        EndBudget.kind: OperationKind(EndBudget, execute=budget_setting.end),
        SaveCustomer.kind: OperationKind(SaveCustomer, execute=customer_changes.save),
        ArchiveCustomer.kind: OperationKind(ArchiveCustomer, execute=customer_changes.archive),
        SetDefaultMarkup.kind: OperationKind(SetDefaultMarkup, execute=customer_changes.set_default),
        CloseMonth.kind: OperationKind(CloseMonth, execute=MonthClosing(database, clock).execute),
        ChangeProjectSettings.kind: OperationKind(ChangeProjectSettings, execute=settings_change.execute),
        RemoveAccount.kind: OperationKind(RemoveAccount, execute=AccountRemoval(database, clock).execute),
        RenameProject.kind: OperationKind(
            RenameProject, execute=renaming.execute, settle=renaming.settle, done=renaming.done
        ),
        DeleteProject.kind: OperationKind(
            DeleteProject,
            describe=deleting.describe,
            execute=deletion.execute,
            settle=deletion.settle,
            done=deletion.done,
        ),
    }
    requests = RequestReading(desk, database, clock, deepgram, the_project)
    kinds |= {
        **member_changes.kinds(),
        **InviteSending(database, engine, clock, deepgram).kinds(),
        **InviteChanges(database, engine, clock, deepgram).kinds(),
        SetRole.kind: OperationKind(SetRole, execute=role_change.set_role),
        MakeOwner.kind: OperationKind(MakeOwner, describe=role_service.describe, execute=role_change.set_role),
        ChangeDefaultRole.kind: OperationKind(ChangeDefaultRole, execute=role_change.set_default),
    }
    doors = (
        RoleListeners(desk, database, people, groups).door(),
        DeskListeners(desk, database, people).door(),
        KeyListeners(desk, database, people, clock, making, key_mirror).door(),
        AccountListeners(desk, database, people, background).door(),
        ProjectListeners(desk, database, engine, people, clock, project_mirror, deepgram, background).door(),
        ProjectChangeListeners(desk, database, people, deepgram, deletion).door(),
        MemberListeners(to_members, desk, database, clock, member_mirror, deepgram, background).door(),
        MemberChangeListeners(to_members, desk, database, people, member_changes).door(),
        InviteListeners(to_invites, desk, database, people, clock, invite_mirror, background).door(),
        MonthListeners(desk, database, people, clock, background).door(),
        CustomerListeners(desk, database, people, background).door(),
        BillingListeners(desk, database, people, clock, deepgram, the_project).door(),
        ModelListeners(desk, database, people, clock, Catalogue(deepgram, clock), the_project).door(),
        RequestListeners(desk, database, people, requests, background).door(),
        FieldListeners(desk, database, people, clock, deepgram, the_project, background).door(),
        DigestListeners(desk, database, people, clock, background, reading).door(),
        BudgetListeners(desk, database, people, clock).door(),
        KeyClearing(desk, database, people).door(),
        home.door(),
    )
    jobs: dict[str, JobFunction] = {
        "desk.cards": desk_jobs.cards,
        "desk.run": desk.run_approved,
        "desk.settle": desk.settle,
        "desk.tell": desk_jobs.tell,
        "desk.remind": desk_jobs.remind,
        "desk.expire": desk_jobs.expire,
        "desk.lapse": desk_jobs.lapse,
        "desk.sweep": desk_jobs.sweep,
        "digests.sweep": digest_jobs.sweep,
        "digests.follow": digest_jobs.follow,
        "digests.post": posting.post,
        "digests.complete": posting.complete,
        "budgets.watch": budget_watch.watch,
        "budgets.balances": budget_watch.balances,
        "budgets.post": AlertPosting(database, engine, background).post,
        "keys.sweep": settling.sweep,
        "keys.settle": settling.settle,
        "keys.settle_end": ending.settle,
        "keys.end_due": ending.when_due,
        "keys.tell_end": key_jobs.tell_end,
        "keys.end_with_project": LostKeys(database, engine, desk).with_project,
        "keys.mirror": key_mirror.keep_fresh,
        "members.mirror": member_mirror.keep_fresh,
        "invites.mirror": invite_mirror.keep_fresh,
        "projects.mirror": project_mirror.keep_fresh,
        "home.refresh": home.refreshed,
        "usage.plan": usage_jobs.plan,
        "usage.collect": usage_jobs.collect,
        "store.tidy": _tidy(database, engine),
        "people.learn": _learn(database, engine, people, lambda session: desk.roles_in(session, team_id).owners()),
        "standing.learn": AccountJobs(database, engine, deepgram, ring).learn,
    }

    async def admit(call: Call) -> None:
        await people.judge(call.team_id, call.user_id)

    return Rooms(doors, jobs, status, admit)


def app_manifest(prefix: str = "", url: str | None = None) -> dict[str, Any]:
    """Describe the app to Slack, from what its rooms answer to; connects to nothing."""
    return manifest(unconnected().doors, prefix, url, shortcuts=SHORTCUTS)


def unconnected() -> Rooms:
    """Put the rooms together over ports that lead nowhere, to see what they answer to."""
    database, clock = Database("sqlite://"), SystemClock()
    web = SlackWeb(AsyncWebClient(), 1.0)
    engine = InlineEngine(database.transaction, due, clock)
    deepgram = Deepgram(SecretStr("none"))
    return assemble(database, engine, clock, web, web, deepgram, "", frozenset(), Ring(SecretStr("")))


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


def _learn(
    database: Database, engine: Engine, people: People, owners: Callable[[Session], frozenset[str]]
) -> JobFunction:
    """Read the profiles of all who decide, every hour: cards name them, and whoever left no longer counts."""

    async def learn(ref: str, now: datetime) -> None:
        def next_time(session: Session) -> set[str]:
            engine.later(session, Job("people.learn", ref), now + LEARN_EVERY)
            return projects.all_approvers(session) | owners(session)

        await people.learn(sorted(await database.write(next_time)))

    return learn
