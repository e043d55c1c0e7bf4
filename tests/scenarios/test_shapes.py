"""A company on Enterprise Grid: whoever is of our workspace works, wherever they are at home; nobody else does."""

from __future__ import annotations

from sqlmodel import select

from bot.people import REFUSALS
from bot.store.projects import ProjectSettings
from bot.store.requests import Request
from playground.slack.state import Person
from playground.slack.workspace_changes import change_plan
from tests.factories import rows
from tests.scenarios.forging import forge_action, hears, settled
from tests.scenarios.people import AMARA, APPROVALS, GENERAL, MARIA
from tests.scenarios.role_walks import others_request, production
from tests.world import World, world

SISTER, HANA, NILS = "T0SISTER001", "W0HANA00014", "W0NILS00015"
SHOWN = "Copy it now: it is shown once"


def on_grid(here: World, **organisation: bool) -> None:
    """Move the workspace into an organisation with a sister workspace.

    Maria is at home there and is in ours too; of Hana, who is of ours, Slack tells no home; Nils is of the sister
    workspace alone, and sits in a channel that both share. Hana and Nils have ids of the organisation.
    """
    emulation, ours = here.slack.state, here.app.identity.team_id
    for user, name in ((HANA, "hana"), (NILS, "nils")):
        emulation.workspace.add_person(Person(user, name, name.capitalize(), team_id=SISTER))
        for channel in (GENERAL, APPROVALS):
            emulation.workspace.channels[channel].members.append(user)
    told = {
        MARIA: {"team_id": SISTER, "teams": [SISTER, ours]},
        HANA: {"team_id": SISTER, "teams": [SISTER, ours], "left_out": ["team_id"]},
        NILS: {"team_id": SISTER, "teams": [SISTER], "left_out": ["team_id"]},
    }
    change_plan(emulation, {"organisation": organisation, "people": told})


async def test_whoever_is_of_our_workspace_works_and_people_of_a_sister_workspace_do_not(sqlite_url: str) -> None:
    async with world(sqlite_url) as here:
        on_grid(here)
        with here.database.transaction() as session:
            session.get_one(ProjectSettings, production(here)).approvers = [HANA]
        maria, hana, nils = await here.page(MARIA), await here.page(HANA), await here.page(NILS)
        await hana.types("/keys mine")  # of whom Slack was never asked, nobody may decide
        await hana.reads("There are no live keys here.")
        await maria.types("/keys request")
        await maria.reads_in_window("What is it for?")
        await maria.fills(project="production", purpose="call-summary-api", place="vault", customer="apple")
        await maria.reads_in_window("Asked for a key in *production*")
        await maria.closes()
        await nils.presses("Approve", APPROVALS)
        await hears(here, NILS, REFUSALS["stranger"])
        await nils.opens_home()
        await nils.types("/keys request")
        await hears(here, NILS, REFUSALS["stranger"], 3)
        states = rows(here.database, lambda session: [each.state for each in session.exec(select(Request))])
        assert states == ["waiting"]
        await hana.presses("Approve", APPROVALS)
        await maria.presses("Create and show my key")
        assert SHOWN in await maria.reads_in_window(SHOWN)


async def test_an_installation_that_names_no_workspace_is_refused_at_each_press(sqlite_url: str) -> None:
    async with world(sqlite_url) as here:
        on_grid(here, org_wide=True)
        waiting = others_request(here, MARIA)
        before = await settled(here)
        await forge_action(here, AMARA, "desk.approve", waiting)
        await hears(here, AMARA, REFUSALS["stranger"])
        assert await settled(here) == before


async def test_on_a_free_plan_roles_are_given_to_people(sqlite_url: str) -> None:
    async with world(sqlite_url) as here:
        change_plan(here.slack.state, {"plan": "free"})
        amara = await here.page(AMARA)
        await amara.types("/keydesk roles set @maria reader")
        await amara.reads_in_window("This workspace's Slack plan has no user groups: roles are given to people.")
        await amara.fills()
        await amara.reads_in_window("@maria is Reader in this workspace now.")
        await amara.closes()
        await amara.types("/keydesk status")
        await amara.reads("this workspace's Slack plan has none: roles go to people")
        asked = [call for call in here.slack.state.record.calls if call["method"] == "usergroups.list"]
        assert len(asked) == 1
