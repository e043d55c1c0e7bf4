"""Members and invitations, looked after from Slack, with an admin's credential and with an owner's."""

from __future__ import annotations

import pytest

from bot.store import accounts
from playground.deepgram.seed import CLINIC, made_up_id
from playground.deepgram.state import Project
from tests.scenarios.forging import hears
from tests.scenarios.people import AMARA, LIWEI, MARIA, Person
from tests.waiting import until
from tests.world import World, world

ANA, SOMTO, INGRID = f"ana.souza@{CLINIC}", f"s.okafor@{CLINIC}", f"ingrid.alder@{CLINIC}"
OURSELVES = {"admin": f"keydesk@{CLINIC}", "owner": f"keydesk-owner@{CLINIC}"}


def staging(here: World) -> Project:
    return next(project for project in here.deepgram.state.projects.values() if project.name == "staging")


def scope_of(here: World, name: str) -> list[str] | None:
    return staging(here).members.get(made_up_id(name))


def knows_itself(here: World) -> bool:
    with here.database.reading() as session:
        account = accounts.get(session, accounts.MAIN)
    return account is not None and account.member_id is not None


async def lists_and_shows(here: World, amara: Person, role: str) -> None:
    await until(lambda: knows_itself(here))
    await amara.types("/projects use staging")
    await amara.reads("staging · yours")
    await amara.types("/members list")
    shown = await amara.reads("9 members")
    assert "*Keydesk itself*" in shown
    assert ("it sees owners, and cannot invite" in shown) == (role == "admin")
    await amara.types(f"/members show <mailto:{SOMTO}|{SOMTO}>")
    assert "staging copy" in await amara.reads("Somto Okafor · staging")
    await amara.types("/members scopes somto")
    await amara.reads("Scopes of Somto Okafor")
    await amara.types("/members show s.okafr")
    await amara.reads(f"Did you mean {SOMTO}?")
    await amara.types("/members list keydesk")
    await amara.reads("3 members that match “keydesk”")


async def invites(here: World, amara: Person, role: str) -> None:
    await amara.types(f"/members invite {ANA} s.okafor@{CLINIC}, {ANA}")
    await amara.reads(f"Invited: {ANA}. Already a member: {SOMTO}.")
    await amara.types("/members invites")
    await amara.reads("2 open invitations")
    await amara.types("/invites resend ana.souza")
    await amara.reads("was sent again")
    assert staging(here).mailed == [ANA, ANA]
    await amara.types("/invites cancel lopez")
    await amara.reads("is taken back")
    assert staging(here).invites == {ANA: "member"}
    await amara.types(f"/invites domains {CLINIC}")
    await amara.reads(f"Only addresses at {CLINIC} may be invited now.")
    await amara.types("/invites send bo@elsewhere.example")
    await amara.reads("bo@elsewhere.example: only addresses at")
    await amara.types("/members invite")
    await amara.reads_in_window("E-mail addresses")
    assert (await amara.fills(emails="ana@", scope="member"))["errors"].keys() == {"emails"}
    await amara.fills(emails="bo@elsewhere.example", scope="member")
    await amara.reads_in_window("bo@elsewhere.example: only addresses at")
    await amara.fills(emails=f"mia@{CLINIC}, {ANA}", scope="member")
    await amara.reads_in_window(f"Invited: mia@{CLINIC}. Already invited: {ANA}.")
    await amara.closes()
    await amara.types("/invites list mia")
    await amara.reads("1 open invitation that match")
    await amara.chooses(f"mia@{CLINIC}", "Take back")
    await amara.reads(f"The invitation for mia@{CLINIC} is taken back.")
    await amara.types(f"/invites send bo@{CLINIC} as owner")
    if role == "admin":
        await amara.reads("cannot invite, change or remove them. Nobody was invited.")
        return
    await amara.reads("Asked. @liwei can approve it; until then nobody is invited.")
    await (await here.page(LIWEI)).presses("Approve")
    await until(lambda: staging(here).invites.get(f"bo@{CLINIC}") == "owner")


async def changes_scopes(here: World, amara: Person, role: str) -> None:
    liwei = await here.page(LIWEI)
    await amara.types("/members role somto as admin")
    await amara.reads_in_window("New provider role")
    await amara.fills(scope="admin", why="runs the night shift")
    await amara.reads_in_window("Asked. @liwei can approve it")
    await amara.closes()
    assert scope_of(here, "s.okafor") == ["member"]
    await liwei.reads("runs the night shift")
    await liwei.presses("Approve")
    await hears(here, AMARA, "is admin now.")
    assert scope_of(here, "s.okafor") == ["admin"]
    await amara.types("/members role somto membr")
    await amara.reads_in_window("For the provider role, did you mean member?")
    await amara.closes()
    await amara.types("/members list somto")
    await amara.reads("1 member that match “somto”")
    await amara.chooses("Somto Okafor", "Change provider role…")
    await amara.reads_in_window("New provider role")
    await amara.fills(scope="member")
    await amara.reads_in_window("is member now.")
    await amara.closes()
    await amara.types("/members scope ingrid admin")
    if role == "admin":
        await amara.reads_in_window("cannot invite, change or remove them")
    else:
        await amara.reads_in_window("New provider role")
        await amara.fills(scope="admin")
        await amara.reads_in_window("Asked. @liwei can approve it")
    await amara.closes()


async def removes(here: World, amara: Person) -> None:
    liwei = await here.page(LIWEI)
    await amara.types("/members remove somto")
    await amara.reads_in_window("2 live keys of theirs would stop working at once")
    assert (await amara.fills(confirm="somebody else"))["errors"]
    await amara.fills(confirm=SOMTO.upper(), why="has left")
    await amara.reads_in_window("Asked. @liwei can approve it")
    await amara.closes()
    await liwei.reads("staging copy")
    await liwei.presses("Approve")
    await hears(here, AMARA, "is removed.")
    assert scope_of(here, "s.okafor") is None
    await until(lambda: not [key for key in staging(here).keys.values() if key.account_id == made_up_id("s.okafor")])


async def keeps_itself(here: World, amara: Person, role: str) -> None:
    for command in ("remove", "role"):
        await amara.types(f"/members {command} {OURSELVES[role]}")
        await amara.reads_in_window("This member is Keydesk itself")
        await amara.closes()
    maria = await here.page(MARIA)
    await maria.types("/projects use staging")
    await maria.reads("staging · yours")
    await maria.types("/members remove dmitri")
    await maria.reads_in_window("This takes the role Owner, and yours here is Developer.")


@pytest.mark.parametrize("role", ["admin", "owner"])
async def test_members_and_invitations_are_looked_after(sqlite_url: str, role: str) -> None:
    async with world(sqlite_url, role=role) as here:
        amara = await here.page(AMARA)
        await lists_and_shows(here, amara, role)
        await invites(here, amara, role)
        await changes_scopes(here, amara, role)
        await removes(here, amara)
        await keeps_itself(here, amara, role)
