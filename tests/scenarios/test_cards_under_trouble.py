"""Cards over the wire while Slack refuses, is slow, or shares a channel with strangers."""

from __future__ import annotations

from bot.desk import views
from bot.store import scheduled_jobs
from playground.slack import posting
from playground.slack.messages import Message
from tests.factories import rows
from tests.scenarios.forging import everything, settled
from tests.scenarios.people import APPROVALS, PRIYA, SOREN, YUKI, words_of
from tests.scenarios.test_deciding import asks, request_of
from tests.waiting import until
from tests.world import World, world


def direct(here: World, user: str) -> list[Message]:
    """Return what stands in somebody's conversation with Keydesk."""
    workspace = here.slack.state.workspace
    return list(workspace.direct(workspace.app.bot_user_id, user).messages.values())


def says(message: Message, words: str) -> bool:
    return words in words_of(message.blocks or [])


async def test_cards_come_once_the_token_is_mended(sqlite_url: str) -> None:
    async with world(sqlite_url) as here:
        faults = here.slack.state.faults
        for method in ("conversations.open", "chat.postMessage"):
            faults.add({"method": method, "kind": "error", "error": "invalid_auth", "times": None})
        await asks(here)
        await until(lambda: [row["ts"] for row in everything(here) if row.get("audience")] == [None, None])
        faults.clear()
        here.move(minutes=1)
        await (await here.page(PRIYA)).sees(lambda page: page.find("Approve", APPROVALS))
        await until(lambda: any(says(each, "waiting for a decision") for each in direct(here, YUKI)))


def _standing(here: World) -> set[str | None]:
    """Return where the copies of the card stand in their conversations; None is one that nobody has seen yet."""
    return {row["ts"] for row in everything(here) if row.get("audience")}


async def test_what_was_owed_over_a_weekend_without_slack_is_told_once_it_is_back(sqlite_url: str) -> None:
    async with world(sqlite_url) as here:
        faults = here.slack.state.faults
        for method in ("conversations.open", "chat.postMessage", "chat.update"):
            faults.add({"method": method, "kind": "error", "error": "token_revoked", "times": None})
        await asks(here)
        while not rows(here.database, scheduled_jobs.owed)[0]:
            here.move(minutes=11)
            await settled(here)
        for _ in range(2):
            here.move(hours=10)
            await settled(here)
        assert _standing(here) == {None}
        faults.clear()
        while None in _standing(here):  # one that had just been refused is owed again, and released a minute later
            here.move(minutes=1)
            await settled(here)
        await (await here.page(PRIYA)).sees(lambda page: page.find("Approve", APPROVALS))
        assert any(says(each, "waiting for a decision") for each in direct(here, YUKI))


async def test_a_card_that_was_deleted_comes_back_when_the_requester_reminds(sqlite_url: str) -> None:
    async with world(sqlite_url) as here:
        await asks(here)
        channel = here.slack.state.workspace.channels[APPROVALS]
        yuki, priya = await here.page(YUKI), await here.page(PRIYA)
        await priya.reads("a request waits for your decision.")
        for message in [each for each in channel.messages.values() if each.bot_id]:
            posting.remove(here.slack.state, message, "chat.delete")
        await priya.sees(lambda page: page.find("Approve", APPROVALS) is None)
        here.move(minutes=31)
        await yuki.presses("Remind")
        await yuki.reads("asked anew: a card was gone.")
        await priya.presses("Approve", APPROVALS)
        await yuki.reads("approved, waiting to be opened")


async def test_what_is_taken_back_at_once_rings_nobody(sqlite_url: str) -> None:
    async with world(sqlite_url, ring_seconds=5.0) as here:
        await asks(here)
        await (await here.page(YUKI)).presses("Cancel request")
        await until(lambda: request_of(here).state == "cancelled")
        here.move(seconds=6)
        await settled(here)
        said = [each.text for each in here.slack.state.workspace.channels[APPROVALS].messages.values() if each.bot_id]
        assert not [text for text in said if f"<@{PRIYA}>" in text]
        await asks(here)
        here.move(seconds=6)
        await (await here.page(PRIYA)).reads("a request waits for your decision.")


async def test_an_edit_that_slack_delays_is_not_what_stays(sqlite_url: str) -> None:
    async with world(sqlite_url) as here:
        request_id = await asks(here)
        here.slack.state.faults.add({"method": "chat.update", "kind": "slow", "seconds": 1.0, "times": 1})
        await (await here.page(PRIYA)).presses("Approve", APPROVALS)
        yuki = await here.page(YUKI)
        await until(lambda: request_of(here).state == "approved")
        await yuki.presses("Cancel request")
        await until(lambda: request_of(here).state == "cancelled")
        await (await here.page(PRIYA)).sees(lambda page: page.card(APPROVALS, "cancelled"))
        await settled(here)
        copies = [row for row in everything(here) if row.get("audience")]
        assert {row["version"] for row in copies} == {request_of(here).version}, request_id


async def test_a_card_moves_out_of_a_channel_that_became_shared(sqlite_url: str) -> None:
    async with world(sqlite_url) as here:
        await asks(here)
        yuki, priya = await here.page(YUKI), await here.page(PRIYA)
        await priya.reads("a request waits for your decision.")
        workspace = here.slack.state.workspace
        workspace.channels[APPROVALS].is_ext_shared = True
        here.move(minutes=31)
        await yuki.presses("Remind")
        await until(
            lambda: all(any(says(each, "call-summary") for each in direct(here, who)) for who in (PRIYA, SOREN))
        )
        ours = [each for each in workspace.channels[APPROVALS].messages.values() if each.bot_id]
        assert not [each for each in ours if "call-summary" in f"{each.text} {each.blocks}"]
        assert [each.text for each in ours if each.text == views.MOVED] == [views.MOVED]
        assert not [each for each in ours if "still waiting" in each.text]
        dm = workspace.direct(workspace.app.bot_user_id, PRIYA).id
        await priya.presses("Approve", dm)
        await yuki.reads("approved, waiting to be opened")


async def test_a_click_after_the_time_is_over_decides_nothing_even_before_the_sweep(sqlite_url: str) -> None:
    async with world(sqlite_url) as here:
        await asks(here)
        await (await here.page(PRIYA)).sees(lambda page: page.find("Approve", APPROVALS))
        await here.app.engine.start({})  # as a frozen Keydesk: nothing is ended by itself
        here.move(hours=25)
        priya = await here.page(PRIYA)
        await priya.presses("Approve", APPROVALS)
        await priya.reads("without a decision. Nothing changed.")
        assert request_of(here).state == "expired"
