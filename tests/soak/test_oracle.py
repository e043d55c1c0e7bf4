"""Two months of figures, leap day and changes of clocks included, held against a second opinion: every amount shown.

Asked by command, read as a person reads: pages, tables, digests, alerts, CSV and PDF. Nothing may differ.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from bot.store import recollection
from bot.store.columns import FIRST_PROVIDER
from bot.store.facts import Which, coverage
from tests.scenarios.people import AMARA, LIWEI
from tests.soak.conftest import Tell
from tests.soak.oracle import digest, month, story, usage
from tests.soak.oracle.ledger import DAY, Days, Ledger
from tests.soak.oracle.reading import gets, rows_of
from tests.soak.oracle.reports import OF_USAGE
from tests.soak.oracle.story import BEGIN, END, FEBRUARY, FIRST, MARCH, Story
from tests.soak.oracle.tally import Tally
from tests.soak.oracle.usage import Question
from tests.world import World, world

pytestmark = [pytest.mark.soak, pytest.mark.walk]

EVERYWHERE = ("day", "project", "key", "customer", "line item", "tag set", "deployment", "person", "method")
IN_ONE = ("day", "key", "customer", "line item", "tag set", "model", "feature", "endpoint")
CORRECTIONS = {"Apple": Decimal("-3.21"), "Several customers (Apple + Banana)": Decimal("1.005")}


async def test_every_amount_is_what_the_reports_come_to(sqlite_url: str, tell: Tell) -> None:
    tally, history = Tally(), BEGIN.date() - FIRST
    async with world(sqlite_url, role="owner", figures=True, begin=BEGIN, history=history) as here:
        told = await story.begins(here, tally)
        await _settled(told, FEBRUARY)
        closed = await told.ledger()
        story.close(here, "2028-02")
        await story.goes_on(told)
        await told.lives_through(BEGIN.date() + DAY, END)
        await _settled(told, MARCH)
        story.stand_still(here)
        await told.until(here.clock.now() + timedelta(hours=1))

        ledger = await told.ledger(*OF_USAGE)
        await _usage(told, ledger)
        amara = await here.page(AMARA)
        await month.hold(amara, tally, closed, FEBRUARY, {})
        corrections = CORRECTIONS | {"Untagged": Decimal("0.00405")}
        await month.hold(amara, tally, ledger, MARCH, corrections)
        await month.hold(amara, tally, ledger, (END.replace(day=1), END), {})
        await month.hold_lines(amara, tally, ledger, MARCH, "Banana")
        await _files_of_digests(told, ledger)
        await told.holds_budgets()

    for line in (*tally.lines(), *map(str, tally.faults)):
        tell(line)
    assert [f"{each}" for each in tally.faults] == []
    assert all(surface.amounts for surface in tally.surfaces.values())
    assert tally.on("alerts").amounts


async def _usage(told: Story, ledger: Ledger) -> None:
    amara, fruit, today = await told.here.page(AMARA), told.fruit.project_id, (END, END)
    await amara.types("/projects use Fruit Company")
    await amara.reads("Fruit Company · yours")
    await usage.overview(amara, told.tally, ledger, fruit, today)
    for days in (FEBRUARY, MARCH):
        for question in (*(Question(days, by) for by in EVERYWHERE), *(Question(days, by, fruit) for by in IN_ONE)):
            await usage.hold(amara, told.tally, ledger, question, knows_before=days == MARCH)
    credit: Days = (story.CREDIT[1], story.CREDIT[1])
    for question in (
        Question(credit, "line item", fruit),
        Question(credit, "key"),
        Question(MARCH, "day", None, "hours"),
    ):
        await usage.hold(amara, told.tally, ledger, question, knows_before=True)


async def _files_of_digests(told: Story, ledger: Ledger) -> None:
    for user in (AMARA, LIWEI):
        page = await told.here.page(user)
        rows = rows_of(await gets(page, "Export CSV"))
        digest.hold_file(told.tally.on("CSV of a digest"), ledger, told.digests[user], rows, END - DAY)


async def _settled(told: Story, days: Days) -> None:
    """Let the hours go by until a month was read to its end, and all of it again."""
    while not _is_settled(told.here, days):
        await told.until(told.here.clock.now() + timedelta(minutes=20))


def _is_settled(here: World, days: Days) -> bool:
    with here.database.reading() as session:
        again = recollection.outstanding(session, recollection.before_closing(days[1]), None, [FIRST_PROVIDER])
        return not again and coverage(session, Which(*days), [FIRST_PROVIDER]).is_final
