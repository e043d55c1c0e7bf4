"""A workspace that refuses tables, charts and headings: everybody still reads every figure and presses every button."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from sqlmodel import select

from bot.digests.posting import WAITS
from bot.money import dollars
from bot.store.block_refusals import BlockRefusal
from bot.store.digests import Subscription
from bot.store.scheduled_jobs import ScheduledJob
from tests.refusal_walk import MOST
from tests.scenarios.people import AMARA, APPROVALS, MARIA, PRIYA, SPEECH, YUKI, Person, words_of
from tests.scenarios.test_usage import chooses, provider_total
from tests.slack.refusing import controls, figures
from tests.waiting import until
from tests.world import World, world

Block = dict[str, Any]
Sends = list[list[Block]]
"""The blocks of one message, each time that it was sent: all but the last were refused."""

YOUNG = {"table", "data_visualization"}
REFUSED = [*sorted(YOUNG), "header"]


def types_of(blocks: list[Block]) -> set[str]:
    return {block["type"] for block in blocks}


def refuse(here: World, pointing: str) -> None:
    """Let Slack refuse these blocks from now on, pointing at them in this way."""
    here.slack.state.refused_blocks.set({"types": REFUSED, "pointing": pointing, "spends_triggers": True})


def refusals(here: World) -> int:
    """Count the calls that were refused for what was drawn."""
    calls = here.slack.state.record.calls
    return len([call for call in calls if call["error"] in ("invalid_blocks", "invalid_arguments")])


def remembered(here: World) -> set[str]:
    """Return the types that Keydesk takes for refused."""
    with here.database.reading() as session:
        return {row.block_type for row in session.exec(select(BlockRefusal))}


def sends(here: World) -> list[Sends]:
    """Return every message that was posted or edited with blocks, once it was taken."""
    taken: list[Sends] = []
    trying: dict[tuple[Any, ...], Sends] = {}
    for call in here.slack.state.record.calls:
        body = call.get("body", {})
        if call["error"] not in (None, "invalid_blocks") or not body.get("blocks"):
            continue
        place = (call["method"], *(body.get(name) for name in ("channel", "user", "ts", "thread_ts")))
        drawn = body["blocks"]
        trying.setdefault(place, []).append(json.loads(drawn) if isinstance(drawn, str) else drawn)
        if call["ok"]:
            taken.append(trying.pop(place))
    return taken


def everything_arrived(here: World, words: str) -> Sends:
    """Return how the message with these words was sent: its reader has all that was drawn, in at most four sends."""
    [sent] = [each for each in sends(here) if words in words_of(each[-1])]
    assert 1 < len(sent) <= MOST
    assert figures(sent[0]) <= figures(sent[-1])
    assert controls(sent[0]) == controls(sent[-1])
    assert not types_of(sent[-1]) & set(REFUSED)
    return sent


def waiting(here: World, *kinds: str) -> list[str]:
    """Return the jobs of these kinds that are still to be done."""
    with here.database.reading() as session:
        return [row.job_id for row in session.exec(select(ScheduledJob)) if row.kind in kinds]


async def test_where_blocks_are_refused_everybody_reads_everything_and_once_they_are_taken_sees_it_drawn(
    sqlite_url: str,
) -> None:
    async with world(sqlite_url) as here:
        maria, priya = await here.page(MARIA), await here.page(PRIYA)
        await maria.types("/projects use production")
        await maria.reads("production · yours")
        await usage(here, maria)
        await digest(here, priya)
        await alert(here, await here.page(AMARA))
        await what_is_known(here, maria)
        await card_and_home(here, priya)
        assert waiting(here, "digests.post", "budgets.post") == []
        assert remembered(here) == YOUNG
        assert max(map(len, sends(here))) <= MOST

        here.slack.state.refused_blocks.clear()
        head = await next_digest(here, priya, late=timedelta(hours=2))  # more than a day after the last refusal
        [sent] = [each for each in sends(here) if head in words_of(each[-1])]
        assert len(sent) == 1
        assert "data_visualization" in types_of(sent[0])
        await maria.types("/keydesk status")
        await maria.reads("Slack takes tables and charts")


async def usage(here: World, maria: Person) -> None:
    """Ask for figures, first where all is taken, then where Slack refuses and points into blocks."""
    await maria.types("/usage")
    shown = await maria.reads("This month so far", patience=40)
    assert f"*{dollars(await provider_total(here, 7))}* · The last 7 days" in shown
    first = maria.private[-1]
    drawn = first["blocks"]
    assert types_of(drawn) >= YOUNG

    refuse(here, "inside")
    await maria.types("/usage")
    again = await maria.sees(lambda page: next((each for each in page.private if each["ts"] > first["ts"]), None))
    read = again["blocks"]
    assert not types_of(read) & set(REFUSED)
    assert figures(drawn) <= figures(read)
    assert controls(drawn) == controls(read)
    assert 1 <= refusals(here) < MOST
    assert remembered(here) == set()


async def digest(here: World, priya: Person) -> None:
    """Let a digest come, of which Slack refuses the chart."""
    refuse(here, "type")
    await priya.types("/digests subscribe")
    await priya.reads_in_window("Time zone: ")
    await priya.fills(channel=SPEECH, hour="9", projects=["production"], sections=["month", "chart", "rows"])
    await priya.reads_in_window("Subscribed.")
    await priya.closes()
    await next_digest(here, priya)
    sent = everything_arrived(here, "Digest · ")
    assert "data_visualization" in types_of(sent[0])
    assert remembered(here) == {"data_visualization"}
    await priya.presses("Details", SPEECH)
    await priya.reads_in_window("By provider day")
    await priya.closes()


async def next_digest(here: World, priya: Person, late: timedelta = timedelta()) -> str:
    """Let the clock come to the next digest, wait until it was read, and return the words at its head."""
    with here.database.reading() as session:
        due = session.exec(select(Subscription.due_at)).one()
    here.clock.advance(due - here.clock.now() + late)
    await until(lambda: bool(waiting(here, "digests.post")))
    here.clock.advance(WAITS)  # for figures, which nobody reads here
    day = due.date() - timedelta(days=1)
    head = f"Digest · {day:%a} {day.day} {day:%b}"
    await priya.reads(head)
    await until(lambda: not waiting(here, "digests.post"))
    return head


async def alert(here: World, amara: Person) -> None:
    """Let a budget be spent."""
    here.slack.state.workspace.channels[SPEECH].members.append(AMARA)
    await amara.types("/keydesk budgets set")
    await amara.reads_in_window("Dollars a month")
    await amara.fills(what="production", dollars="0.01", channel=SPEECH)
    await amara.reads_in_window("has a budget of $0.01 a month")
    await amara.closes()
    await amara.reads("the budget is spent")  # the channel is told of what was crossed already
    everything_arrived(here, "the budget is spent")
    assert remembered(here) == {"data_visualization"}
    await amara.presses("I take care of it", SPEECH)
    await amara.reads("takes care of it")


async def what_is_known(here: World, maria: Person) -> None:
    """Look closer, and at the status: headings are tried again, tables and charts are not."""
    await chooses(maria, "usage.figures.by", "model")
    assert "nova-3-general" in words_of(maria.private[-1])
    before = refusals(here)
    await chooses(maria, "usage.figures.by", "key")
    assert not types_of(maria.private[-1]["blocks"]) & set(REFUSED)
    assert refusals(here) - before <= 2
    await maria.types("/keydesk status")
    await maria.reads("Slack refuses data_visualization and table in this workspace")


async def card_and_home(here: World, priya: Person) -> None:
    """Ask for a key, and approve it."""
    yuki = await here.page(YUKI)
    await yuki.types("/keys request")
    await yuki.reads_in_window("What is it for?")
    await yuki.fills(project="production", purpose="call-summary-api", place="vault", customer="apple")
    await yuki.reads_in_window("Asked for a key in *production*")
    await yuki.closes()
    await priya.opens_home()
    home = await priya.sees(lambda page: page.home)
    assert "To decide (1)" in words_of(home)
    assert not types_of(home["blocks"]) & set(REFUSED)
    await priya.presses("Approve", APPROVALS)
    await priya.reads("approved, waiting to be opened")
