"""Deciding, over the wire: with a reason, once, by the right person, and whatever else is pressed changes nothing."""

from __future__ import annotations

import pytest
from sqlmodel import select

from bot.store import record
from bot.store.keys import Key
from bot.store.projects import ProjectSettings
from bot.store.requests import Request
from playground.slack.delivery import Parcel
from tests.scenarios.forging import everything, forge_action, forge_submission, hears, settled
from tests.scenarios.people import (
    AMARA,
    APPROVALS,
    MARIA,
    OLENA,
    PRIYA,
    SOREN,
    YUKI,
    words_of,
)
from tests.waiting import until
from tests.world import World, world


async def asks(here: World, who: str = YUKI, project: str = "production") -> str:
    """Ask for a key before the approvers' eyes, and return the request's id once its cards stand."""
    for approver in (PRIYA, SOREN):
        await here.page(approver)
    page = await here.page(who)
    await page.types(f"/keys request {project}")
    await page.reads_in_window("What is it for?")
    await page.fills(purpose="call-summary-api", place="vault", customer="apple")
    await page.reads_in_window("Asked for a key in")
    await page.closes()
    await settled(here)
    return request_of(here).id


def request_of(here: World) -> Request:
    with here.database.reading() as session:
        return list(session.exec(select(Request)))[-1]


def notes(here: World, subject: str) -> list[tuple[str, str]]:
    with here.database.reading() as session:
        return [(entry.name, entry.actor) for entry in record.of_subject(session, subject)]


async def test_a_denial_gives_its_reason_to_the_requester(sqlite_url: str) -> None:
    async with world(sqlite_url) as here:
        request_id = await asks(here)
        yuki, soren = await here.page(YUKI), await here.page(SOREN)
        await soren.presses("Deny…", APPROVALS)
        await soren.reads_in_window("Why not?")
        await soren.fills(reason="   ")
        await soren.sees(lambda page: "Why not?" in page.window() or None)
        assert request_of(here).state == "waiting"
        await soren.fills(reason="Use <staging> first, please.")
        await soren.reads_in_window("The requester reads your reason")
        await yuki.reads("Reason: Use &lt;staging&gt; first, please.")
        await soren.reads("denied")
        assert request_of(here).state == "denied"
        assert notes(here, request_id)[-1] == ("desk.denied", SOREN)
        assert soren.find("Approve", APPROVALS) is None


async def test_a_cancelled_request_cannot_be_approved_any_more(sqlite_url: str) -> None:
    async with world(sqlite_url) as here:
        request_id = await asks(here)
        yuki, priya = await here.page(YUKI), await here.page(PRIYA)
        await priya.sees(lambda page: page.find("Approve", APPROVALS))
        await yuki.presses("Cancel request")
        await yuki.reads("cancelled")
        await forge_action(here, PRIYA, "desk.approve", f"{request_id}.1", APPROVALS)
        await hears(here, PRIYA, "was cancelled on")
        assert request_of(here).state == "cancelled"


async def test_second_and_late_clicks_read_who_was_first(sqlite_url: str) -> None:
    async with world(sqlite_url) as here:
        request_id = await asks(here)
        priya, soren = await here.page(PRIYA), await here.page(SOREN)
        here.slack.state.double_clicks = True
        await priya.presses("Approve", APPROVALS)
        here.slack.state.double_clicks = False
        await priya.reads("approved, waiting to be opened")
        await hears(here, PRIYA, "Already approved by @priya")
        await forge_action(here, SOREN, "desk.approve", f"{request_id}.1", APPROVALS)
        await soren.reads("Already approved by @priya")
        assert [name for name, _ in notes(here, request_id)].count("desk.approved") == 1


async def test_an_approvers_own_request_is_not_theirs_to_decide(sqlite_url: str) -> None:
    async with world(sqlite_url) as here:
        request_id = await asks(here, PRIYA)
        before = await settled(here)
        priya = await here.page(PRIYA)
        await priya.presses("Approve", APPROVALS)
        await priya.reads("You asked for this, so someone else must decide.")
        assert await settled(here) == before
        assert ("desk.refused", PRIYA) in notes(here, request_id)


@pytest.mark.parametrize("who", [OLENA, AMARA, MARIA])
async def test_who_may_not_decide_reads_who_can(sqlite_url: str, who: str) -> None:
    async with world(sqlite_url) as here:
        request_id = await asks(here)
        before = await settled(here)
        for action_id in ("desk.approve", "desk.deny"):
            await forge_action(here, who, action_id, f"{request_id}.1")
        await hears(here, who, "You cannot decide this one; @priya and @soren can.", 2)
        assert await settled(here) == before


async def test_a_key_is_not_made_for_who_presses_anothers_button(sqlite_url: str) -> None:
    async with world(sqlite_url) as here:
        request_id = await asks(here)
        priya, yuki = await here.page(PRIYA), await here.page(YUKI)
        await priya.presses("Approve", APPROVALS)
        await yuki.sees(lambda page: page.find("Create and show my key", None))
        before = await settled(here)
        for thief in (OLENA, PRIYA, AMARA):
            await forge_action(here, thief, "keys.open", f"{request_id}.2")
            await hears(here, thief, "This key is not yours to open.")
        assert await settled(here) == before
        assert [actor for name, actor in notes(here, request_id) if name == "keys.open.refused"] == [
            OLENA,
            PRIYA,
            AMARA,
        ]
        creates = [call for call in here.deepgram.calls.kept if call["method"] == "POST"]
        assert creates == []


TAMPERED = [
    "",
    ".",
    "rq.1",
    "💥",
    "' OR 1=1 --.1",
    "x" * 2000,
    "{id}.0",
    "{id}.99",
    "{id}.-1",
    "{id}.1.1",
    "{id}\u0000.1",
]


async def test_tampered_values_change_nothing(sqlite_url: str) -> None:
    async with world(sqlite_url) as here:
        request_id = await asks(here)
        before = await settled(here)
        for value in TAMPERED:
            for action_id in ("desk.approve", "desk.deny", "desk.details", "keys.open"):
                forged = value.replace("{id}", request_id)
                if action_id != "desk.details" or not forged.startswith(request_id):
                    await forge_action(here, PRIYA, action_id, forged)
        for value in TAMPERED:
            for action_id in ("keys.row", "keys.end", "projects.settings", "keys.list", "keys.mine", "projects.list"):
                await forge_action(here, OLENA, action_id, value)
            await forge_action(here, OLENA, "desk.cancel", value.replace("{id}", request_id))
            await forge_submission(here, PRIYA, "desk.deny", {"reason": {"reason": {"value": "no"}}}, value)
        assert await settled(here) == before


async def test_a_button_of_another_version_does_nothing_and_says_so(sqlite_url: str) -> None:
    async with world(sqlite_url) as here:
        yuki = await here.page(YUKI)
        await forge_action(here, YUKI, "desk.explode", "1")
        await yuki.reads("This button or form is from another version of Keydesk.")


async def test_a_replayed_signed_request_has_no_second_effect(sqlite_url: str) -> None:
    async with world(sqlite_url, "http") as here:
        request_id = await asks(here)
        parcels: list[Parcel] = []
        emulation = here.slack.state
        true = emulation.delivery.deliver

        async def keep(parcel: Parcel) -> dict[str, object]:
            parcels.append(parcel)
            return await true(parcel)

        emulation.delivery.deliver = keep  # type: ignore[method-assign] # the wire is listened to
        await (await here.page(PRIYA)).presses("Approve", APPROVALS)
        yuki = await here.page(YUKI)
        await yuki.presses("Create and show my key")
        await yuki.reads_in_window("Copy it now")
        await yuki.closes()
        await yuki.reads("delivered")
        before, told = await settled(here), len(notes(here, request_id))
        for parcel in [each for each in parcels if each.kind == "interactive"]:
            await true(parcel)
        assert await settled(here) == before
        assert len(notes(here, request_id)) == told
        with here.database.reading() as session:
            assert len([key for key in session.exec(select(Key)) if key.made_here]) == 1


# --- where cards go ---


async def test_approvers_outside_the_channel_are_asked_directly(sqlite_url: str) -> None:
    async with world(sqlite_url) as here:
        here.slack.state.workspace.channels[APPROVALS].members.remove(SOREN)
        soren = await here.page(SOREN)
        await asks(here)
        dm = here.slack.state.workspace.direct(here.slack.state.workspace.app.bot_user_id, SOREN).id
        await soren.sees(lambda page: page.card(dm, "call-summary-api"))
        await soren.presses("Approve", dm)
        await (await here.page(PRIYA)).reads("approved, waiting to be opened")


async def test_a_channel_shared_outside_carries_no_card(sqlite_url: str) -> None:
    async with world(sqlite_url) as here:
        workspace = here.slack.state.workspace
        workspace.channels[APPROVALS].is_ext_shared = True
        await asks(here)
        dm = workspace.direct(workspace.app.bot_user_id, PRIYA).messages
        await until(lambda: any("call-summary-api" in words_of(each.blocks or []) for each in dm.values()))
        assert not [each for each in workspace.channels[APPROVALS].messages.values() if each.bot_id]


async def test_at_most_five_people_are_asked_directly(sqlite_url: str) -> None:
    async with world(sqlite_url) as here:
        with here.database.transaction() as session:
            for settings in session.exec(select(ProjectSettings)):
                settings.approvers, settings.channel = list(here.slack.state.workspace.people)[:8], None
        await asks(here)
        assert len([row for row in everything(here) if row.get("audience") == "approver"]) == 5
