"""Projects, changed and looked at from Slack, with both of the credentials that a workspace may have given Keydesk."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import select

from bot.store import accounts
from bot.store.changes import Change
from tests.clocks import machine_now
from tests.scenarios.people import AMARA, LIWEI, MARIA, Person
from tests.waiting import until
from tests.world import World, world


def project_named(here: World, name: str) -> str | None:
    """Return the id of the project that the emulated Deepgram has under this name."""
    return next((each.project_id for each in here.deepgram.state.projects.values() if each.name == name), None)


async def test_a_project_is_found_looked_at_and_chosen(sqlite_url: str) -> None:
    async with world(sqlite_url) as here:
        maria = await here.page(MARIA)
        await maria.opens_home()
        await maria.reads("You have not chosen a project yet.")
        await maria.presses("Choose…")
        await maria.reads_in_window("Project")
        await maria.fills(project="staging")
        await maria.reads_in_window("You work in *staging* now.")
        await maria.closes()
        await maria.reads("Your project: *staging*")
        await maria.types("/projects show “Prodcution”")
        await maria.reads("There is no project Prodcution. Did you mean production?")
        await maria.types("/projects show  “production” ")
        await maria.reads("*Members*\n9")
        await maria.reads("*Open invites*\n0")
        await maria.types("/projects list")
        await maria.presses("CSV by direct message")
        await maria.reads("9 projects: the file is in your direct messages")
        await maria.types("/projects rename mine")
        await maria.reads("This takes the role Owner")


async def test_an_owner_renames_and_another_owner_lets_a_project_be_deleted(sqlite_url: str) -> None:
    async with world(sqlite_url, role="owner") as here:
        amara, liwei = await here.page(AMARA), await here.page(LIWEI)
        await amara.types("/projects use staging")
        await amara.reads("staging · yours")
        await amara.types("/projects rename  staging   two")
        await amara.reads("The project is called staging two now.")
        assert project_named(here, "staging two")
        await amara.types("/projects show")
        await amara.presses("Rename…")
        await amara.reads_in_window("New name")
        await amara.fills(name="staging 3")
        await amara.reads_in_window("called staging 3 now")
        await amara.closes()

        await amara.types("/projects delete production")
        await amara.reads_in_window("holds the key that Keydesk itself works with")
        await amara.closes()
        await _asks_to_delete(amara)
        assert project_named(here, "staging 3")

        await liwei.reads("Delete project · staging 3: waiting for a decision")
        await liwei.presses("Approve")
        await amara.reads("Delete project · staging 3: done")
        assert project_named(here, "staging 3") is None
        await amara.types("/projects list")
        await amara.reads(f"{len(here.deepgram.state.projects)} projects ·")
        await amara.types("/keys list")
        await amara.reads("Keys in all projects")


async def _asks_to_delete(amara: Person) -> None:
    await amara.types("/projects delete")
    await amara.reads_in_window("Keys that stop working at once, and whose they are")
    await amara.fills(name="staging")
    await amara.reads_in_window("That is not the project's name.")
    await amara.fills(name="staging 3", why="nobody uses it")
    await amara.reads_in_window("can approve it; until then nothing changes")
    await amara.closes()


def its_role_is_known(here: World) -> bool:
    """Tell whether Keydesk has asked Deepgram who it is, as it does when it starts."""
    with here.database.reading() as session:
        return accounts.our_role(session, project_named(here, "staging") or "") is not None


async def test_what_the_credential_cannot_do_has_no_button_and_a_reason(sqlite_url: str) -> None:
    async with world(sqlite_url, role="admin") as here:
        amara = await here.page(AMARA)
        await until(lambda: its_role_is_known(here))
        await amara.types("/projects show staging")
        await amara.reads("Keydesk's key at Deepgram is not an owner's")
        assert amara.find("Delete…", None) is None
        assert amara.find("Rename…", None) is not None
        await amara.types("/projects delete staging")
        await amara.reads_in_window("it cannot delete this project")
        assert project_named(here, "staging")


def a_minute_passes_on_this_machine(here: World) -> None:
    """Let no call be on its way any more: whether one can be is told by the machine's clock, which nobody moves."""
    with here.database.transaction() as session:
        for change in session.exec(select(Change)):
            change.intended_at = machine_now() - timedelta(minutes=1)


async def test_an_answer_that_never_came_is_settled_by_asking(sqlite_url: str) -> None:
    async with world(sqlite_url) as here:
        amara = await here.page(AMARA)
        await amara.types("/projects use research")
        await amara.reads("research · yours")
        here.deepgram.faults.add("drop_after", "PATCH", "projects/", times=1)
        await amara.types("/projects rename research 2")
        await amara.reads("Keydesk finds out whether it was done")
        a_minute_passes_on_this_machine(here)
        here.move(minutes=1)
        await amara.reads("It was done: Keydesk has asked the provider.")
        await amara.types("/projects show")
        await amara.reads("research 2 · yours")
