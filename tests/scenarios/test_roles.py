"""Roles, over the wire: the whole table walked, and a role that is lowered while somebody is in the middle of it."""

from __future__ import annotations

import asyncio
from collections import Counter

from sqlmodel import select

from bot.policy import Role
from bot.store.digests import Subscription
from bot.store.projects import ProjectSettings
from bot.store.roles import WORKSPACE, RoleHeld
from tests.clocks import PATIENCE
from tests.declared import LEAST
from tests.scenarios.forging import everything, forge_action, forge_command, heard, hears, settled
from tests.scenarios.people import AMARA, APPROVALS, LIWEI, MARIA, OLENA, PRIYA, YUKI
from tests.scenarios.role_walks import WALKS, own_key, production
from tests.waiting import until
from tests.world import World, world

WHO = {Role.READER: OLENA, Role.DEVELOPER: MARIA, Role.OWNER: YUKI}
REFUSED = "This takes the role"


def holds(here: World, user: str, role: Role, project_id: str = WORKSPACE) -> None:
    """Give somebody a role, as an owner did before."""
    with here.database.transaction() as session:
        session.merge(
            RoleHeld(
                team_id=here.app.identity.team_id,
                project_id=project_id,
                holder_kind="person",
                holder=user,
                role=role.stored,
                set_by=AMARA,
                set_at=here.app.clock.now(),
            )
        )


def test_there_is_a_way_to_cause_everything_that_the_table_names() -> None:
    assert set(WALKS) == set(LEAST)


def expected(name: str, role: Role) -> str:
    """Return what somebody in this role must read when they try."""
    least = LEAST[name]
    return WALKS[name].answer if role >= least else f"{REFUSED} {least.word}, and yours here is {role.word}"


async def answered(here: World, user: str, name: str, wanted: str) -> str:
    """Cause this, and return what this person heard of it, as soon as the wanted words stand in it."""
    before = Counter(heard(here, user))
    await WALKS[name].cause(here, user)
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                news = "\n".join(Counter(heard(here, user)) - before)
                if wanted in news:
                    return news
                await asyncio.sleep(0.005)
    except TimeoutError:
        return f"not the wanted words, but: {news}"


async def test_every_role_may_do_what_the_table_says_and_nothing_else(sqlite_url: str) -> None:
    async with world(sqlite_url, role="owner") as here:
        for role, user in WHO.items():
            holds(here, user, role)
            await forge_command(here, user, "/projects use production")
            await hears(here, user, "production · yours")
        with here.database.transaction() as session:
            settings = session.get_one(ProjectSettings, production(here))
            settings.approvers = [*WHO.values()]
        wrong = []
        for name in sorted(set(WALKS) & set(LEAST)):
            said = await asyncio.gather(
                *(answered(here, user, name, expected(name, role)) for role, user in WHO.items())
            )
            for role, news in zip(WHO, said, strict=True):
                if expected(name, role) not in news:
                    wrong.append(f"{name} as {role.word}: {news}")
        assert not wrong, "\n".join(wrong)


async def test_a_role_lowered_in_the_middle_is_refused_at_the_click(sqlite_url: str) -> None:
    async with world(sqlite_url) as here:
        maria, priya = await here.page(MARIA), await here.page(PRIYA)
        await forge_command(here, MARIA, "/projects use production")
        await hears(here, MARIA, "production · yours")
        project = production(here)
        await maria.types("/keys request production")
        await maria.reads_in_window("What is it for?")
        holds(here, MARIA, Role.READER, project)
        await maria.fills(purpose="call-summary-api", place="vault")
        await maria.reads_in_window(f"{REFUSED} Developer, and yours here is Reader")
        holds(here, MARIA, Role.DEVELOPER, project)
        await maria.fills(purpose="call-summary-api", place="vault")
        await maria.reads_in_window("Asked for a key in")
        await maria.closes()
        await priya.sees(lambda page: page.find("Approve", APPROVALS))
        before = await settled(here)
        holds(here, PRIYA, Role.READER)
        await priya.presses("Approve", APPROVALS)
        await hears(here, PRIYA, f"{REFUSED} Developer")
        assert await settled(here) == before
        holds(here, PRIYA, Role.DEVELOPER)
        await priya.presses("Approve", APPROVALS)
        await maria.sees(lambda page: page.find("Create and show my key", None))
        before = await settled(here)
        holds(here, MARIA, Role.READER)
        await maria.presses("Create and show my key")
        await maria.reads_in_window(f"{REFUSED} Developer")
        assert await settled(here) == before
        await forge_action(here, MARIA, "keys.end", own_key(here, MARIA))
        await hears(here, MARIA, "has ended")  # everybody may end a key of their own
        assert not [row for row in everything(here) if row.get("state") == "live"]
        made = [key.comment for project in here.deepgram.state.projects.values() for key in project.keys.values()]
        assert not any("keydesk:" in comment for comment in made)


async def test_owners_change_roles_and_everybody_sees_their_own(sqlite_url: str) -> None:
    async with world(sqlite_url) as here:
        amara, liwei, maria = await here.page(AMARA), await here.page(LIWEI), await here.page(MARIA)
        await maria.types("/keydesk roles")
        await maria.reads("You are *Developer* in this workspace: the default: nobody gave you another one.")
        assert maria.find("Set a role…", None) is None
        await amara.types("/keydesk roles set @maira reader in prodction")
        await amara.reads_in_window("Keydesk cannot place @maira and the project prodction: choose below.")
        await amara.closes()
        await amara.types("/keydesk roles set @maria reader in production")
        await amara.reads_in_window("Or a user group")
        await amara.fills()
        await amara.reads_in_window("@maria is at most Reader in production now.")
        await amara.closes()
        await maria.types("/keydesk roles list production")
        await maria.reads("• in *production* you are *Reader*")
        await maria.types("/keys request production")
        await maria.reads_in_window("yours here is Reader")
        await maria.closes()
        await amara.types("/keydesk roles")
        await amara.presses("Change…")
        await amara.reads_in_window("Or a user group")
        await amara.fills(role="none")
        await amara.reads_in_window("@maria has no role of their own in production now.")
        await amara.closes()
        await amara.types("/keydesk roles set")
        await amara.reads_in_window("Or a user group")
        await amara.fills(people=[LIWEI], role="reader")
        await amara.reads_in_window("is named in KEYDESK_OWNERS and always an Owner.")
        await amara.fills(people=[], group="platform", role="reader", why="")
        await amara.reads_in_window("Say why: this changes who is Owner, or who approves keys.")
        await amara.fills(why="they only look")
        await amara.reads_in_window("can approve it; until then roles stay as they are.")
        await amara.closes()
        await amara.types("/keydesk roles set @maria")
        await amara.reads_in_window("Or a user group")
        await amara.fills(role="owner")
        await amara.reads_in_window("Or a user group")
        await amara.fills(role="owner", why="she runs the night shift")
        await amara.reads_in_window("can approve it; until then roles stay as they are.")
        await amara.closes()
        await liwei.reads("to make @maria Owner of Keydesk.")
        await liwei.presses("Approve")
        await until(lambda: owner_row(here, MARIA))
        await maria.types("/keydesk roles show owners")
        await maria.reads("You are *Owner* in this workspace: given to you by @amara")


def owner_row(here: World, user: str) -> bool:
    """Tell whether this person was made Owner."""
    with here.database.reading() as session:
        row = session.get(RoleHeld, (here.app.identity.team_id, WORKSPACE, "person", user))
        return row is not None and row.role == "owner"


async def test_a_digest_that_was_filled_in_comes_back_to_whoever_lost_the_role_meanwhile(sqlite_url: str) -> None:
    async with world(sqlite_url) as here:
        maria = await here.page(MARIA)
        await maria.types("/digests subscribe")
        await maria.reads_in_window("Time zone: ")
        holds(here, MARIA, Role.READER)
        await maria.fills(hour="7")
        await maria.reads_in_window(f"{REFUSED} Developer, and yours here is Reader")
        holds(here, MARIA, Role.DEVELOPER)
        await maria.fills(weekdays=["1"])
        await maria.reads_in_window("Subscribed.")
        saved = await here.database.read(lambda session: session.exec(select(Subscription)).one())
        assert (saved.owner, saved.hour, saved.weekdays) == (MARIA, 7, [1])
