"""What people type: lists, one thing, settings, help, and what they mistyped."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from bot.store.cards import Card
from bot.store.keys import Key
from bot.store.projects import Project, ProjectSettings
from tests.clocks import machine_now
from tests.factories import NOON, add, key
from tests.scenarios.forging import everything, forge_command, forge_options, hears, settled
from tests.scenarios.people import AMARA, APPROVALS, GENERAL, GUEST, LIWEI, MARIA, OLENA, PRIYA, SHARED, SPEECH, YUKI
from tests.scenarios.test_deciding import asks
from tests.waiting import until
from tests.world import World, world


def project_id(here: World, name: str = "production") -> str:
    with here.database.reading() as session:
        return session.exec(select(Project.id).where(Project.name == name)).one()


async def mirrored(here: World) -> None:
    """Wait until the provider's keys stand in the store."""

    def all_there() -> bool:
        with here.database.reading() as session:
            return len(session.exec(select(Key)).all()) >= 17

    await until(all_there)


async def test_lists_and_single_keys(sqlite_url: str) -> None:
    async with world(sqlite_url) as here:
        await mirrored(here)
        own = key(1, id="ky1", owner=MARIA, project_id=project_id(here), purpose="marias own")
        add(here.database, own)
        maria = await here.page(MARIA)
        await maria.types("/keys list")
        await maria.reads("Keys in all projects")
        await maria.types("/keydesk keys ls transcriber")
        await maria.reads("2 keys")
        await maria.types("/keys mine")
        await maria.reads("marias own")
        await maria.types("/keys show 00000001")
        await maria.reads("Key 00000001")
        await maria.types("/keys show ffffffff")
        await maria.reads("There is no key ffffffff.")
        await maria.types("/keys revoke 00000001")
        await maria.reads("Whatever uses this key stops working at once.")
        await maria.presses("Revoke this key")
        await maria.reads("Key 00000001 has ended.")
        olena = await here.page(OLENA)
        with here.database.reading() as session:
            foreign = session.exec(select(Key).where(Key.purpose == "transcriber blue")).one()
        await olena.types(f"/keys revoke {foreign.label}")
        await olena.reads("This key is not yours to revoke.")


async def test_what_no_database_keeps_breaks_nothing_where_it_is_typed(postgres_url: str) -> None:
    async with world(postgres_url) as here:
        await mirrored(here)
        await forge_command(here, MARIA, "/keys list transcriber \ud83d")
        await hears(here, MARIA, "transcriber \ufffd")
        await forge_command(here, MARIA, "/keys \ud83d")
        await hears(here, MARIA, "/keys list [words]")
        await forge_command(here, MARIA, "/projects use prod\x00uction")
        await hears(here, MARIA, "There is no project prod\ufffduction. Did you mean production?")


async def test_projects_are_listed_shown_chosen_and_used(sqlite_url: str) -> None:
    async with world(sqlite_url) as here:
        maria = await here.page(MARIA)
        await maria.types("/projects list")
        await maria.reads("9 projects")
        await maria.types("/projects use голос")
        await maria.reads("Голосовая почта · yours")
        await maria.types("/keys list")
        await maria.reads("Keys in Голосовая почта")
        await maria.types("/projects show prod")
        await maria.reads("@priya and @soren")
        await maria.types("/projects show s")
        await maria.reads("projects match s. Type more of the name")
        await maria.types("/projects show nowhere")
        await maria.reads("There is no project nowhere.")


async def test_only_owners_change_settings_and_only_to_what_works(sqlite_url: str) -> None:
    async with world(sqlite_url) as here:
        amara, maria = await here.page(AMARA), await here.page(MARIA)
        before = await settled(here)
        await maria.types("/projects settings production")
        await maria.reads_in_window("This takes the role Owner")
        refused: list[tuple[dict[str, Any], str]] = [
            ({"channel": SHARED}, "It is shared outside this workspace"),
            ({"channel": GENERAL}, "Keydesk is not in it."),
            ({"channel": SPEECH}, "You are not in it."),
            ({"approvers": [GUEST]}, "Approvers must be full, active members"),
        ]
        for values, words in refused:
            await amara.types("/projects settings production")
            await amara.reads_in_window("Who approves keys")
            await amara.fills(**values)
            await amara.reads_in_window(words)
            await amara.closes()
        assert await settled(here) == before
        liwei = await here.page(LIWEI)
        here.slack.state.workspace.channels[SPEECH].members.append(AMARA)
        await amara.types("/projects settings production")
        await amara.reads_in_window("Who approves keys")
        await amara.fills(channel=SPEECH, approvers=[PRIYA, YUKI], recommended_days="7", most_days="14")
        await amara.reads_in_window("can approve it; until then the settings stay as they are.")
        assert await settled(here) != before  # a request that waits
        await liwei.reads("wants to change who approves keys, approvals channel, recommended duration and longest")
        await liwei.presses("Approve")
        await amara.reads("Saved the settings of production.")
        with here.database.reading() as session:
            saved = session.get(ProjectSettings, project_id(here))
        assert saved is not None
        assert (saved.channel, saved.approvers, saved.recommended_days, saved.most_days) == (
            SPEECH,
            [PRIYA, YUKI],
            7,
            14,
        )
        assert saved.changed_by == AMARA


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("/keydesk help", "/keys"),
        ("/keydesk", "/projects"),
        ("/keys help", "/keys revoke"),
        ("/keydesk keys help", "ask for a key"),
        ("/keys lst", "Did you mean `list`?"),
        ("/keydesk kyes list", "Did you mean `keys`?"),
        ("/keys <!channel>", "I do not know"),
        ("/keydesk status", "Keydesk"),
    ],
)
async def test_help_and_mistyped_words_are_answered(sqlite_url: str, typed: str, answer: str) -> None:
    async with world(sqlite_url) as here:
        maria = await here.page(MARIA)
        await maria.types(typed)
        await maria.reads(answer)


async def test_under_a_prefix_every_command_that_is_named_exists(sqlite_url: str) -> None:
    async with world(sqlite_url, prefix="acme-") as here:
        maria = await here.page(MARIA)
        await maria.types("/acme-keys show ffffffff")
        await maria.reads("There is no key ffffffff. /acme-keys list shows those that are here.")
        await maria.types("/acme-projects show nowhere")
        await maria.reads("There is no project nowhere. /acme-projects list shows all of them.")
        await maria.types("/acme-keydesk help")
        await maria.reads("/acme-keys")
        await maria.opens_home()
        await maria.reads("/acme-keydesk help")


async def test_an_unknown_project_is_never_replaced_by_another(sqlite_url: str) -> None:
    async with world(sqlite_url) as here:
        maria = await here.page(MARIA)
        await maria.types("/projects use production")
        await maria.reads("production · yours")
        await maria.types("/keys request prodution")
        await maria.reads_in_window("There is no project prodution; choose one below.")
        assert "initial_option" not in next(each for each in maria.modals[-1]["blocks"] if "Project" in str(each))


async def test_three_hundred_projects_and_four_hundred_keys_are_searched_and_paged(sqlite_url: str) -> None:
    async with world(sqlite_url) as here:
        await mirrored(here)
        project = "c0000000-0000-4000-8000-000000000000"
        add(here.database, Project(id=project, name="crowded", read_at=NOON))
        add(here.database, *(Project(id=f"p{n:03}", name=f"customer {n:03}", read_at=NOON) for n in range(300)))
        add(here.database, *(key(n, project_id=project, owner=None, mint_id=None) for n in range(400)))
        maria = await here.page(MARIA)
        await maria.types("/projects use crowded")
        await maria.reads("crowded · yours")
        await maria.types("/keys list")
        await maria.reads("400 keys")
        for number in range(2, 5):
            await maria.presses("Next page")
            await maria.reads(f"Page {number} of 40")
        await maria.types("/keys list purpose 39")
        await maria.reads("11 keys")
        await maria.types("/projects list customer")
        await maria.reads("Page 1 of 30")
        offered = (await forge_options(here, MARIA, "keys.request.project", "customer 29"))["options"]
        assert [option["text"]["text"] for option in offered] == [f"customer {n}" for n in range(290, 300)]
        assert len((await forge_options(here, MARIA, "keys.request.project"))["options"]) == 100


async def test_home_shows_what_waits_and_what_is_mine_and_follows(sqlite_url: str) -> None:
    async with world(sqlite_url) as here:
        priya, yuki = await here.page(PRIYA), await here.page(YUKI)
        await priya.opens_home()
        await priya.reads("Nothing waits for you.")
        await yuki.opens_home()
        await yuki.reads("You have no open request.")
        await asks(here)
        await priya.sees(lambda page: "To decide (1)" in str(page.home) or None)
        await yuki.sees(lambda page: "My open requests (1)" in str(page.home) or None)
        await priya.presses("Approve", APPROVALS)
        await priya.sees(lambda page: "Nothing waits for you." in str(page.home) or None)
        await yuki.presses("Create and show my key")
        await yuki.reads_in_window("Copy it now")
        await yuki.closes()
        await yuki.sees(lambda page: "My keys (1)" in str(page.home) or None)


# --- what Slack does wrong ---


def let_claims_run_out(here: World) -> None:
    """Let a minute of machine time pass for whoever may have died while posting a copy."""
    with here.database.transaction() as session:
        for card in session.exec(select(Card)):
            card.claimed_at = machine_now() - timedelta(minutes=2)


@pytest.mark.parametrize(
    "fault",
    [
        {"method": "chat.postMessage", "kind": "ratelimited", "seconds": 1},
        {"method": "chat.postMessage", "kind": "http_500"},
        {"method": "chat.postMessage", "kind": "timeout_after", "seconds": 0.1},
        {"method": "users.info", "kind": "http_500"},
        {"method": "conversations.members", "kind": "http_500"},
        {"method": "chat.update", "kind": "timeout_after", "seconds": 0.1, "times": 2},
        {"method": "views.update", "kind": "http_500"},
        {"method": "views.update", "kind": "timeout_after", "seconds": 0.1},
    ],
    ids=lambda fault: f"{fault['method']} {fault['kind']}",
)
async def test_a_stumble_of_slack_costs_no_request_and_posts_no_card_twice(
    sqlite_url: str, fault: dict[str, object]
) -> None:
    async with world(sqlite_url) as here:
        here.slack.state.faults.add(fault)
        await asks(here)
        here.slack.state.faults.clear()
        let_claims_run_out(here)
        here.move(minutes=2)
        channel = here.slack.state.workspace.channels[APPROVALS]
        await until(lambda: any("Approve" in str(each.blocks) for each in channel.messages.values()))
        states = [row["state"] for row in everything(here) if "requester" in row]
        assert states == ["waiting"]


async def test_a_window_that_cannot_be_shown_leaves_no_key(sqlite_url: str) -> None:
    async with world(sqlite_url) as here:
        await asks(here)
        yuki = await here.page(YUKI)
        await (await here.page(PRIYA)).presses("Approve", APPROVALS)
        await yuki.sees(lambda page: page.find("Create and show my key", None))
        here.slack.state.faults.add({"method": "views.update", "kind": "error", "error": "internal_error", "times": 2})
        await yuki.presses("Create and show my key")
        await hears(here, YUKI, "could not be shown")
        here.slack.state.faults.clear()
        made = [
            each
            for project in here.deepgram.state.projects.values()
            for each in project.keys.values()
            if "keydesk:" in each.comment
        ]
        assert made == []
        await yuki.closes()
        await yuki.presses("Create and show my key")
        await yuki.reads_in_window("Copy it now")
