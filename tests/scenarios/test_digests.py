"""A digest each morning: once, with the provider's own total, honest about what is missing, never in a shared place."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from sqlmodel import select

from bot.money import dollars
from bot.store.collected import CollectedDay
from bot.store.digest_runs import DigestRun
from bot.store.digests import Subscription
from bot.store.projects import Project
from tests.scenarios.people import AMARA, PRIYA, SHARED, SPEECH, YUKI, words_of
from tests.scenarios.test_month import quiet_but
from tests.waiting import until
from tests.world import World, world


async def test_the_digest_of_a_channel(sqlite_url: str) -> None:
    async with world(sqlite_url, figures=True, history=timedelta(days=10)) as here:
        priya, yuki = await here.page(PRIYA), await here.page(YUKI)
        quiet_but(here, "production")
        await priya.types("/digests subscribe")
        await priya.reads_in_window("Time zone: ")
        await priya.fills(channel=SHARED, hour="9")
        await priya.reads_in_window("It is shared outside this workspace")
        await priya.fills(channel=SPEECH, hour="9", projects=["production"], sections=["month", "rows", "events"])
        await priya.reads_in_window("Subscribed.")
        await priya.closes()
        await priya.types("/digests list")
        await priya.reads("every day at 9:00")
        amara = await here.page(AMARA)  # an owner, without a digest of their own
        await amara.types("/digests list")
        await amara.reads("subscribed by")
        await amara.presses("Change…")
        await amara.reads_in_window("Time zone: Asia/Kolkata")
        await amara.fills(hour="10")
        await amara.reads_in_window("Saved.")
        changed = await here.database.read(lambda session: session.exec(select(Subscription)).one())
        assert (changed.tz, changed.hour) == ("Asia/Kolkata", 10)

        day = await _to_the_digest(here)
        shown = await priya.reads(f"Digest · {day:%a} {day.day} {day:%b}")
        assert f"provider total {dollars(await _provider_total(here, day))}, difference $0.00" in shown
        assert "Untagged" in shown
        await yuki.presses("Change…", SPEECH)
        await yuki.reads_in_window("This digest is somebody else's")
        await priya.presses("Details", SPEECH)
        await priya.reads_in_window("By line item")
        await priya.closes()
        await priya.presses("Export CSV", SPEECH)
        await priya.reads("The figures are in your direct messages")

        here.deepgram.faults.add("503", "GET", "(billing|usage)/breakdown", times=None)
        day = await _to_the_digest(here, readable=False)
        await priya.reads("Not read from the provider: production.")
        here.deepgram.faults.clear()
        here.move(hours=3)
        await priya.reads("now complete, not final")
        assert f"provider total {dollars(await _provider_total(here, day))}, difference" in priya.page()

        await priya._do("/ui/channel", channel=SPEECH, is_ext_shared=True)  # noqa: SLF001 the page's own route
        posts = len(_digests(here))
        here.move(days=1)
        await priya.reads("is paused.*")
        assert len(_digests(here)) == posts == 2


async def _to_the_digest(here: World, *, readable: bool = True) -> date:
    """Let the clock come to the next digest, with the day before read, and return the day that it tells."""
    due = (await here.database.read(lambda session: session.exec(select(Subscription)).one())).due_at
    posted = len(_runs(here))
    closed = datetime.combine(due.astimezone(UTC).date(), time(1), tzinfo=UTC)
    day = closed.date() - timedelta(days=1)
    _move_to(here, closed)
    if readable:
        await until(lambda: _was_read(here, day))
    _move_to(here, due)
    await until(lambda: len(_digests(here)) == len(_runs(here)) == posted + 1)
    return day


def _move_to(here: World, moment: datetime) -> None:
    ahead = moment - here.clock.now()
    if ahead > timedelta():
        here.clock.advance(ahead)


def _was_read(here: World, day: date) -> bool:
    with here.database.reading() as session:
        production = session.exec(select(Project).where(Project.name == "production")).one()
        found = session.get(CollectedDay, (day, production.id))
    return found is not None and found.closed


def _runs(here: World) -> list[DigestRun]:
    with here.database.reading() as session:
        return [run for run in session.exec(select(DigestRun).order_by("local_date")) if run.state == "posted"]


def _digests(here: World) -> list[str]:
    """Return every digest in the channel, as it stands now."""
    messages = here.slack.state.workspace.channels[SPEECH].messages.values()
    return [text for message in messages if "Digest · " in (text := words_of(message.blocks))]


async def _provider_total(here: World, day: date) -> Decimal:
    with here.database.reading() as session:
        production = session.exec(select(Project).where(Project.name == "production")).one()
    told = await here.app.providers.billing_breakdown(production.id, start=day, end=day)
    return told.dollars or Decimal()
