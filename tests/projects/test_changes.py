"""A project gets another name or goes, with what goes with it; how each is found out afterwards; what it holds."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from sqlmodel import Session

from bot.access.project_names import the_project
from bot.desk.words import storable
from bot.errors import BotError, FormError, NotAllowed, NotUnderstood, ProviderError, ScopeMissing
from bot.keys.orphaned import OrphanedKeys
from bot.policy import Hold
from bot.projects import contents, deleting, deletion_form, service, views
from bot.projects.deleting import ProjectDeletion
from bot.projects.operations import NAME_LONGEST, Contents, DeleteProject, RenameProject
from bot.projects.renaming import ProjectRenaming
from bot.providers.billing import Balance
from bot.providers.credential_identity import CredentialIdentity
from bot.providers.deepgram.client import Deepgram
from bot.slack.words import cut
from bot.store import accounts, projects
from bot.store.projects import Project as Row
from playground.deepgram.bodies_on_demand import FOREIGN_404S
from playground.deepgram.faults import Kind
from playground.deepgram.server import DeepgramEmulator
from playground.deepgram.state import Project
from tests.factories import (
    ANA,
    NOON,
    OWNER,
    SECOND_OWNER,
    Bench,
    actor,
    add,
    alone,
    bench,
    entries,
    key,
    request,
    set_up,
    small_database,
)

LONGER = "x" * 300


@dataclass
class Place:
    """A desk over a store and an emulated Deepgram, and one of its projects that Keydesk may delete."""

    bench: Bench
    emulator: DeepgramEmulator
    deepgram: Deepgram
    project: Project

    @property
    def project_id(self) -> str:
        return self.project.project_id

    def row(self, session: Session) -> Row:
        found = projects.get(session, self.project_id)
        assert found is not None
        return found

    @property
    def deletion(self) -> ProjectDeletion:
        return ProjectDeletion(
            self.bench.desk, self.bench.engine, self.deepgram, CredentialIdentity(alone(self.deepgram))
        )

    def operation(self) -> DeleteProject:
        return DeleteProject(project_id=self.project_id, name=self.project.name)


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    emulator = DeepgramEmulator(lambda: NOON)
    await emulator.start()
    database = small_database(tmp_path)
    deepgram = Deepgram(SecretStr(emulator.credentials["owner"]), emulator.url)
    project = next(each for each in emulator.state.projects.values() if each.name == "staging")
    set_up(database, project_id=project.project_id, name=project.name)
    made = await bench(database, deepgram)
    yield Place(made, emulator, deepgram, project)
    await deepgram.aclose()
    await emulator.stop()
    database.close()


async def test_a_new_name_is_given_read_back_and_shown_at_once(place: Place) -> None:
    renaming = ProjectRenaming(place.bench.engine, place.deepgram)
    wish = RenameProject(project_id=place.project_id, name="Голос 2")
    assert not await renaming.settle(wish)
    assert "Голос 2" in await renaming.execute(wish, actor())
    assert place.project.name == "Голос 2"
    assert await renaming.settle(wish)
    with place.bench.database.transaction() as session:
        renaming.done(session, wish, NOON)
        assert the_project(session, actor(), "голос 2").id == place.project_id


async def test_what_is_gone_or_stands_is_found_out_by_reading(place: Place) -> None:
    deletion, wish = place.deletion, place.operation()
    assert not await deletion.settle(wish)
    assert "deleted, with every key in it" in await deletion.execute(wish, actor())
    assert place.project_id not in place.emulator.state.projects
    assert await deletion.settle(wish)
    place.emulator.faults.add("503", "GET", "projects/", times=9)
    with pytest.raises(Exception, match="Deepgram"):
        await deletion.settle(wish)


async def test_a_project_that_got_another_name_since_is_not_deleted(place: Place) -> None:
    wish, place.project.name = place.operation(), "production 2"
    with pytest.raises(NotUnderstood, match="was called staging when this was asked and is called production 2 now"):
        await place.deletion.execute(wish, actor())
    assert place.project_id in place.emulator.state.projects
    place.project.name = LONGER
    await place.deletion.execute(wish.model_copy(update={"name": cut(LONGER, NAME_LONGEST)}), actor())
    assert place.project_id not in place.emulator.state.projects


async def test_the_project_of_keydesks_own_key_is_never_deleted(place: Place) -> None:
    own = next(each for each in place.emulator.state.projects.values() if each.name == "production")
    wish = DeleteProject(project_id=own.project_id, name=own.name)
    with pytest.raises(NotAllowed, match="the key that Keydesk itself works with"):
        await place.deletion.execute(wish, actor())
    assert own.project_id in place.emulator.state.projects


@pytest.mark.parametrize("kind", [*FOREIGN_404S, "404"])
async def test_a_read_that_does_not_find_keydesks_own_key_frees_no_project(place: Place, kind: Kind) -> None:
    own = next(each for each in place.emulator.state.projects.values() if each.name == "production")
    identity = CredentialIdentity(alone(place.deepgram))
    await identity.own_keys(place.project_id)  # as in a running Keydesk, which knows itself
    deletion = ProjectDeletion(place.bench.desk, place.bench.engine, place.deepgram, identity)
    place.emulator.faults.add(kind, "GET", f"{own.project_id}/keys/", times=1)
    with pytest.raises(BotError):
        await deletion.execute(DeleteProject(project_id=own.project_id, name=own.name), actor())
    assert own.project_id in place.emulator.state.projects


@pytest.mark.parametrize("kind", FOREIGN_404S)
async def test_a_gateway_that_finds_nothing_has_deleted_no_project(place: Place, kind: Kind) -> None:
    identity, wish = CredentialIdentity(alone(place.deepgram)), place.operation()
    await identity.own_keys(place.project_id)
    deletion = ProjectDeletion(place.bench.desk, place.bench.engine, place.deepgram, identity)
    place.emulator.faults.add(kind, times=None)
    with pytest.raises(ProviderError):
        await deletion.execute(wish, actor())
    with pytest.raises(ProviderError):
        await deletion.settle(wish)


async def test_a_project_that_one_read_does_not_find_is_gone_only_if_the_list_lacks_it(place: Place) -> None:
    deletion, wish = place.deletion, place.operation()
    place.emulator.faults.add("404", "GET", f"{place.project_id}$", times=None)
    assert not await deletion.settle(wish)
    nothing: list[list[str] | None] = [None, []]
    for listed in nothing:
        place.emulator.faults.add("field", "GET", "/projects$", field="projects", value=listed)
        with pytest.raises(ProviderError):
            await deletion.settle(wish)
    place.emulator.faults.clear()
    place.emulator.state.end_project(place.project)
    assert await deletion.settle(wish)
    assert "somebody else deleted it" in await deletion.execute(wish, actor())


async def test_what_ended_with_a_project_ends_here_recorded_and_told(place: Place) -> None:
    given = {"project_id": place.project_id}
    delivered, creating = request(**given, state="delivered"), request(**given, state="creating", attempt=1)
    waiting, approved, elsewhere = request(**given), request(**given, state="approved"), request()
    add(place.bench.database, delivered, creating, waiting, approved, elsewhere)
    live = [key(number, **given, request_id=delivered.id) for number in range(3)]
    rows = [*live, key(10, **given, state="making", shown_at=None), key(11, **given, state="ending"), key(12)]
    add(place.bench.database, *rows)
    with place.bench.database.transaction() as session:
        place.deletion.done(session, place.operation(), NOON)
        assert projects.get(session, place.project_id) is None
    await OrphanedKeys(place.bench.database, place.bench.engine, place.bench.desk).with_project(place.project_id, NOON)
    states = {each.provider_key_id: (each.state, each.end_reason) for each in place.bench.all_keys()}
    gone = ("ended", "its project was deleted")
    assert [states[each.provider_key_id] for each in rows] == [*[gone] * 5, ("live", None)]
    assert all([entry.name for entry in entries(place.bench.database, each.id)] == ["keys.ended"] for each in live)
    held = [place.bench.request(each.id) for each in (delivered, waiting, approved, elsewhere)]
    assert [each.state for each in held] == ["ended", "cancelled", "cancelled", "waiting"]
    assert held[1].note == deleting.WENT_WITH_IT


def test_a_deletion_is_drawn_with_all_that_goes_with_it(place: Place) -> None:
    add(place.bench.database, *(key(number, project_id=place.project_id) for number in range(12)))
    with place.bench.database.reading() as session:
        shown = deleting.describe(session, place.operation(), ANA)
    assert shown.risk == ("High", "It cannot be undone: 12 live keys would stop working at once.")
    assert ("Live keys that stop working", "12") in shown.evidence


@pytest.mark.parametrize(("role", "may"), [("owner", True), ("admin", False), ("member", False), (None, True)])
def test_only_an_owners_credential_deletes_as_far_as_is_known(place: Place, role: str | None, may: bool) -> None:
    with place.bench.database.transaction() as session:
        accounts.keep_main(session, NOON, fingerprint="f", role=role)
        assert (deleting.beyond_us(session, place.project_id) is None) == may


async def test_a_figure_that_cannot_be_read_says_why_and_hides_no_other(place: Place) -> None:
    assert (await contents.read(place.deepgram, place.project_id)).invites == "1"
    place.emulator.faults.add("403", "GET", "members$", times=1)
    place.emulator.faults.add("503", "GET", "balances", times=9)
    told = await contents.read(place.deepgram, place.project_id)
    assert told.members == contents.NOT_OURS
    assert told.balance.startswith("– (Deepgram")
    assert told.invites == "1"


async def test_what_a_list_leaves_out_is_counted_among_what_would_be_lost(place: Place) -> None:
    place.emulator.faults.add("field", "GET", "invites$", field="email", value=None)
    assert (await contents.read(place.deepgram, place.project_id)).invites == "0 and 1 that cannot be read"
    place.emulator.faults.add("field", "GET", "invites$", field="invites", value=None)
    assert (await contents.read(place.deepgram, place.project_id)).invites == contents.NOT_TOLD


async def test_nobody_waits_long_for_a_figure() -> None:
    assert await contents.told(asyncio.sleep(5, "7"), str, patience=0.01) == contents.TOO_SLOW


async def test_a_missing_right_is_no_number() -> None:
    async def refused() -> list[str]:
        raise ScopeMissing("no", scope="members:read")

    assert await contents.told(refused(), lambda found: str(len(found))) == contents.NOT_OURS


@pytest.mark.parametrize(
    ("amounts", "words"),
    [
        ([], "none told"),
        ([("usd", "3000"), ("hour", "12"), ("usd", "512.345")], "$3,512.34 and 12.00 hours"),
        ([("usd", "1"), ("usd", None)], "– USD (not every amount was told)"),
        ([("", "5")], "5.00 of an unknown unit"),
    ],
)
def test_balances_are_summed_by_unit_and_never_guessed(amounts: list[tuple[str, str | None]], words: str) -> None:
    told = [
        Balance(balance_id=str(number), units=units, amount=Decimal(amount) if amount is not None else None)
        for number, (units, amount) in enumerate(amounts)
    ]
    assert contents.in_words(told) == words


@pytest.mark.parametrize("typed", ["staging", " Staging ", "“staging”", "`staging`", "'STAGING'", "stag"])
def test_a_name_is_understood_as_people_type_it(place: Place, typed: str) -> None:
    with place.bench.database.reading() as session:
        assert the_project(session, actor(), typed).id == place.project_id


def test_a_near_miss_among_thousands_gets_a_suggestion(place: Place) -> None:
    add(
        place.bench.database,
        *(Row(id=f"p{number}", name=f"customer {number:04}", read_at=NOON) for number in range(3000)),
    )
    with place.bench.database.reading() as session:
        with pytest.raises(NotUnderstood, match="Did you mean staging"):
            the_project(session, actor(), "stagign")
        with pytest.raises(NotUnderstood, match="There is no project qqqqq"):
            the_project(session, actor(), "qqqqq")
        table = service.table(session, "customer")
    assert len(table) == 3000


@given(st.text(min_size=1, max_size=NAME_LONGEST))
def test_the_name_that_the_form_shows_confirms_it(name: str) -> None:
    for form in ("NFC", "NFD"):
        assert deletion_form.confirms(unicodedata.normalize(form, storable(name)), name)
    assert not deletion_form.confirms("another", f"{name} or not")


@pytest.mark.parametrize("name", ["", "  ", "x" * (NAME_LONGEST + 1), "\u202e\u0000"])
def test_a_name_has_something_to_read_and_not_too_much(name: str) -> None:
    with pytest.raises(FormError):
        views.renaming("p", name)


def test_another_owner_decides_and_approvers_of_keys_have_no_say(place: Place) -> None:
    with place.bench.database.reading() as session:
        seen = deleting.loss(
            session,
            place.bench.desk,
            actor(OWNER),
            place.row(session),
            Contents(members="3"),
        )
        assert place.bench.desk.judge(session, place.operation(), actor(OWNER)) == Hold(
            frozenset({SECOND_OWNER}), "Deleting a project needs a second Owner."
        )
    assert seen.deciders == "@sam"
    assert "not read from Deepgram yet" in str(deletion_form.deletion_form(seen))
