"""A provider that Keydesk does not have, in one file: what it offers is all that the rest has to know of it.

Toybox has projects and keys, and nothing else. Keys work there wholly; every other room says that it is not offered.
Nothing in ``bot/`` names it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from pydantic import SecretStr
from sqlmodel import Session, col, select

from bot.accounts.adding import NewAccount, add
from bot.billing import month
from bot.budgets.reading import MonthToDate
from bot.digests.coverage import Completeness, DayCoverage
from bot.digests.figures import figures
from bot.digests.service import Events, compose
from bot.digests.views import preview
from bot.errors import CredentialsRejected, NotFound
from bot.providers.deepgram.vendor import DEEPGRAM
from bot.providers.listed import Listed
from bot.providers.port import Capability, Level, Vendor
from bot.providers.provider import Provider, ProviderKind
from bot.providers.values import CreatedKey, Credential, Key, Project
from bot.sealing import Keyring, fingerprint, new_key
from bot.store import collected, collections, facts, mirrors, projects
from bot.store.collected import CollectedDay
from bot.store.collections import Collection
from bot.store.database import Database
from bot.store.facts import Which
from bot.store.keys import Key as KeyRow
from bot.store.projects import Project as ProjectRow
from bot.vendors import Vendors, vendors_in
from playground.slack.seed import TEAM_ID
from tests import factories
from tests.digests import books
from tests.scenarios.people import AMARA, MARIA, Person
from tests.world import World, world

# --- the provider ---

TOYBOX = Vendor(
    id="toybox",
    name="Toybox",
    console="the lid of Toybox",
    variable="TOYBOX_KEY",
    header="X-Toy: $TOYBOX_KEY",
    levels={Capability.PROJECTS: Level.NATIVE, Capability.KEYS: Level.NATIVE},
)
PLAYTHINGS = "toy-project-1"


@dataclass
class Toybox:
    """All that Toybox knows: its keys, by id, and the secrets that open it."""

    keys: dict[str, Key] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> ProviderKind:
        """Toybox among the providers."""
        return ProviderKind(TOYBOX, lambda credential: ToyAccount(self, credential))

    def is_live(self, secret: str) -> bool:
        """Tell whether a secret still opens anything."""
        return self.secrets.get(secret) in self.keys

    def put(self, comment: str, ends: datetime | None = None) -> CreatedKey:
        """Make a key."""
        number = len(self.secrets) + 1
        made = CreatedKey(
            key_id=f"{number:08d}-of-toybox",
            project_id=PLAYTHINGS,
            secret=SecretStr(f"toy-secret-{number}"),
            comment=comment,
            expiration_date=ends,
        )
        self.secrets[made.secret.get_secret_value()] = made.key_id
        self.keys[made.key_id] = Key.model_validate(made.model_dump())
        return made


class ToyAccount(Provider):
    """One account at Toybox."""

    vendor = TOYBOX

    def __init__(self, toybox: Toybox, credential: SecretStr) -> None:
        if not credential.get_secret_value().startswith("toy-"):
            raise CredentialsRejected("That opens no toybox.")
        self._toybox = toybox
        self.fingerprint = fingerprint(credential)

    async def who_am_i(self) -> Credential:
        return Credential(key_id="of-keydesk", projects=1)

    async def projects(self) -> Listed[Project]:
        return Listed([Project(project_id=PLAYTHINGS, name="playthings")])

    async def keys(self, project_id: str, status: Literal["active", "expired"] | None = None) -> Listed[Key]:
        del project_id, status
        return Listed(self._toybox.keys.values())

    async def key(self, project_id: str, key_id: str) -> Key:
        del project_id
        if key_id not in self._toybox.keys:
            raise NotFound("There is no such toy.")
        return self._toybox.keys[key_id]

    async def create_key(
        self,
        project_id: str,
        *,
        comment: str,
        scopes: Iterable[str],
        tags: Iterable[str] = (),
        expiration_date: datetime | None = None,
    ) -> CreatedKey:
        del project_id, scopes, tags
        return self._toybox.put(comment, expiration_date)

    async def delete_key(self, project_id: str, key_id: str) -> None:
        await self.key(project_id, key_id)
        del self._toybox.keys[key_id]


# --- what follows from it ---


async def added(here: World) -> None:
    """Add an account at Toybox, as `keydesk accounts add --provider toybox` does."""
    ring = Keyring(here.app.settings.keydesk_secret_key)
    given = NewAccount("toys", None, SecretStr("toy-credential"), "toybox")
    await add(given, here.database, ring, here.app.providers, here.clock.now())
    await here.until(lambda session: projects.named(session, "playthings") is not None)


async def uses(here: World, person: Person, name: str) -> None:
    """Choose a project."""
    await person.types(f"/projects use {name}")
    await here.until(lambda session: chosen(session, person.user) == name)


def chosen(session: Session, user_id: str) -> str:
    """Return the name of somebody's project."""
    found = projects.chosen(session, TEAM_ID, user_id)
    return found.name if found is not None else ""


async def shown(person: Person, approver: Person, days: int) -> tuple[str, str]:
    """Ask for a key, have it approved and open it; return its secret and the words of the window that showed it."""
    await person.types("/keys request playthings")
    await person.reads_in_window("What is it for?")
    await person.fills(purpose=f"play for {days} days", days=str(days), customer="pear", place="vault")
    await person.reads_in_window("Asked for a key in *playthings*")
    await person.closes()
    await approver.presses("Approve")
    await person.presses("Create and show my key")
    window = await person.reads_in_window("Copy it now: it is shown once")
    await person.closes()
    return window.split("```")[1], window


def rows_of(here: World) -> list[KeyRow]:
    """Return the keys that the store knows in the toy project."""
    with here.database.reading() as session:
        return list(session.exec(select(KeyRow).where(col(KeyRow.project_id) == PLAYTHINGS)))


async def test_keys_work_wholly_at_a_provider_that_offers_projects_and_keys_only(sqlite_url: str) -> None:
    toybox = Toybox()
    async with world(sqlite_url, secret_key=new_key(), providers=(toybox.kind,)) as here:
        maria, amara = await here.page(MARIA), await here.page(AMARA)
        await added(here)

        secret, window = await shown(maria, amara, 7)
        assert toybox.is_live(secret)
        assert "TOYBOX_KEY" in window
        assert "Deepgram" not in window
        await here.until(lambda _session: [row.state for row in rows_of(here)] == ["live"])
        (made,) = rows_of(here)
        assert (made.state, made.provider, made.owner) == ("live", "toybox", MARIA)

        toybox.put("made by hand")
        await uses(here, maria, "playthings")
        await maria.types("/keys list")
        await maria.presses("Refresh from Toybox")
        await maria.reads("made by hand")
        assert {row.provider for row in rows_of(here)} == {"toybox"}

        await maria.types(f"/keys revoke {made.label}")
        await maria.presses("Revoke this key")
        await here.until(lambda session: session.get_one(KeyRow, made.id).state == "ended")
        assert not toybox.is_live(secret)

        other, _ = await shown(maria, amara, 1)
        assert toybox.is_live(other)
        here.move(days=1, minutes=1)
        await here.until(lambda session: ended(session) == 2)
        assert not toybox.is_live(other)


def ended(session: Session) -> int:
    """Return how many keys of the toy project have ended."""
    found = select(KeyRow).where(col(KeyRow.project_id) == PLAYTHINGS, col(KeyRow.state) == "ended")
    return len(session.exec(found).all())


NOT_OFFERED = {
    "/members list": Capability.MEMBERS,
    "/members remove somebody": Capability.MEMBERS,
    "/invites list": Capability.INVITATIONS,
    "/usage": Capability.USAGE,
    "/usage requests": Capability.REQUESTS,
    "/usage fields": Capability.USAGE,
    "/billing balance": Capability.MONEY,
    "/billing purchases": Capability.MONEY,
    "/keydesk models list": Capability.MODELS,
    "/projects rename": Capability.PROJECT_CHANGES,
    "/projects delete": Capability.PROJECT_CHANGES,
}


async def test_every_other_room_says_what_is_not_offered_and_where_to_look(sqlite_url: str) -> None:
    toybox = Toybox()
    async with world(sqlite_url, secret_key=new_key(), providers=(toybox.kind,)) as here:
        amara = await here.page(AMARA)
        await added(here)
        await uses(here, amara, "playthings")
        for line, capability in NOT_OFFERED.items():
            await amara.types(line)
            await amara.sees(says(str(TOYBOX.lacks(capability))))
            if amara.modals:
                await amara.closes()
            amara.private.clear()

        await amara.types("/projects show playthings")
        seen = await amara.reads("Toybox offers by its own interface: projects, keys; not offered: changes to projects")
        assert "– (the provider does not offer it)" in seen
        assert amara.find("Rename…", None) is None
        await amara.opens_home()
        await amara.sees(lambda page: page.home and "Toybox offers" in page.page())
        assert amara.find("Members", None) is None
        assert amara.find("Request a key", None) is not None
        await amara.types("/keydesk status")
        await amara.reads("*Toybox offers*")
        await amara.types("/keydesk accounts")
        await amara.reads("Toybox offers")

        await uses(here, amara, "production")
        await amara.types("/members list")
        await amara.reads("Refresh from Deepgram")


def says(words: str) -> Callable[[Person], bool]:
    """Return what looks for words anywhere on a page."""
    return lambda page: words in page.page()


async def test_nothing_is_read_by_itself_that_is_not_offered(sqlite_url: str) -> None:
    async with world(sqlite_url, secret_key=new_key(), figures=True, providers=(Toybox().kind,)) as here:
        await added(here)
        here.move(hours=1)
        await here.quiet()
        with here.database.reading() as session:
            assert collections.get(session, PLAYTHINGS) is None
            assert collections.problems(session, {PLAYTHINGS}) == []
            assert mirrors.get(session, mirrors.of_keys(PLAYTHINGS)).read_at is not None
            assert mirrors.get(session, mirrors.of_members(PLAYTHINGS)).problem is None


NOW = datetime(2026, 12, 20, 12, tzinfo=UTC)
YESTERDAY = date(2026, 12, 19)


def toy_beside(database: Database) -> None:
    """Let a project at Toybox stand in a store beside those of the main provider."""
    database.info |= Vendors((DEEPGRAM, TOYBOX)).info
    factories.add(database, ProjectRow(id=PLAYTHINGS, name="playthings", provider=TOYBOX.id, read_at=NOW))


def eighty_days(database: Database) -> None:
    """Let eighty days of the main provider's project be read to their end, a dollar each, and its months again."""
    factories.set_up(database)
    again = datetime(2026, 12, 12, tzinfo=UTC)
    read: dict[str, Any] = {"project_id": factories.PROJECT, "read_at": NOW}
    factories.add(database, Collection(first_day=date(2026, 10, 1), due_at=NOW, reread_at=again, **read))
    each = (date(2026, 10, 1) + timedelta(days=number) for number in range(80))
    told: dict[str, Any] = {
        "same_since": NOW,
        "closed": True,
        "settled": True,
        "spend_total": Decimal(1),
        "spend_rows": Decimal(1),
    }
    with database.transaction() as session:
        collected.put(session, [CollectedDay(day=day, **read, **told) for day in each])


def test_figures_that_a_provider_does_not_tell_are_not_waited_for(tmp_path: Path) -> None:
    database = factories.small_database(tmp_path)
    eighty_days(database)
    toy_beside(database)
    with database.reading() as session:
        assert month.read(session, factories.TEAM, "2026-11", NOW).missing == ()
        known = DayCoverage(session, YESTERDAY, YESTERDAY)
        for scope in ((), (factories.PROJECT, PLAYTHINGS)):
            assert known.completeness(scope, [YESTERDAY]) == Completeness(frozenset(), final=True)
            assert known.read(scope, [YESTERDAY]) == [factories.PROJECT]
        budgets = MonthToDate(session, YESTERDAY)
        assert budgets.of(budgets.project_ids).days == ()
        assert budgets.of([PLAYTHINGS]).days  # asked for alone, nothing of it is known
        week = Which(YESTERDAY - timedelta(days=6), YESTERDAY)
        assert facts.coverage(session, week, vendors_in(session).offering(Capability.USAGE)).is_final
    database.close()


def test_a_digest_of_what_tells_no_dollars_says_so(tmp_path: Path) -> None:
    database = factories.small_database(tmp_path)
    toy_beside(database)
    subscription = books.subscription(projects=[PLAYTHINGS])
    with database.reading() as session:
        found = figures(session, subscription, [YESTERDAY])
    digest = compose((YESTERDAY,), found, Events())
    database.close()
    assert (digest.total, digest.unread, digest.empty) == (None, (), False)
    assert "The provider tells no dollars" in str(preview(subscription, digest))
