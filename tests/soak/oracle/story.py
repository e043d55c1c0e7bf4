"""What happens in the two months: a leap day, clocks that change, keys, credits, corrections, and a closed month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.billing import closing
from bot.billing import month as months
from bot.billing.operations import CloseMonth
from bot.operation import Actor
from bot.store import people
from bot.store.budgets import Budget
from playground.deepgram.state import Adjustment, Project
from playground.slack.seed import TEAM_ID
from tests.scenarios.people import AMARA, LIWEI, MARIA, Person
from tests.soak.oracle import budgets, digest
from tests.soak.oracle.digest import Beside, Told
from tests.soak.oracle.ledger import DAY, Chosen, Ledger, Sums
from tests.soak.oracle.reading import Json, asks
from tests.soak.oracle.reports import Reports
from tests.soak.oracle.tally import Tally
from tests.world import World

FIRST = date(2028, 1, 25)  # figures are known from then on: of the time before February only a part is
FEBRUARY, MARCH = (date(2028, 2, 1), date(2028, 2, 29)), (date(2028, 3, 1), date(2028, 3, 31))
BEGIN = datetime(2028, 3, 10, 23, 30, tzinfo=UTC)
END = date(2028, 4, 11)
USED = ("production", "call-summary", "Fruit Company")
ZONES = {AMARA: "America/New_York", LIWEI: "Europe/Berlin"}  # the clocks change on 12 and on 26 March
HOURS = {AMARA: 21, LIWEI: 3}  # soon after a provider day is over: the reading after its end is the newest
FEWER = 10  # requests in the other projects: drawing them takes longest, and says nothing new
LOOKED_AT = timedelta(days=45)
READ_AT, MINUTE = time(0, 40), timedelta(minutes=1)  # the day before was read after its end
BUDGETS = {"Project Fruit Company": Decimal(200), "Customer Apple": Decimal(110)}
CLOSED = (  # corrections of February, after it was closed
    ("Apple hotline", date(2028, 2, 20), "batch::nova-3", -321_000),
    ("fruit salad demo", date(2028, 2, 29), "read::sentiment", 100_500),
    ("nobody knows", date(2028, 2, 29), "speak::aura-2", 405),
)
CREDIT = ("internal dashboards", date(2028, 3, 26), "streaming::nova-3", -4_000_000)
LATE: Mapping[date, tuple[tuple[str, date, str, int], ...]] = {
    # The digest of that day is brought up to date; the next correction comes where the message stays as it is.
    date(2028, 3, 22): (("Banana podcasts", date(2028, 3, 20), "batch::nova-3", -123_457),),
    date(2028, 4, 5): (*CLOSED, ("Pear trial", date(2028, 3, 24), "streaming::nova-3", 77_702)),
}


@dataclass
class Story:
    """The world, what it is held against, and what was already held."""

    here: World
    tally: Tally
    fruit: Project
    keys: dict[str, Chosen]
    digests: dict[str, Told]
    held: dict[tuple[str, str], Json] = field(default_factory=dict)

    @property
    def reports(self) -> Reports:
        """What reads the emulator's reports, as an owner's key may."""
        return Reports(self.here.deepgram.url, self.here.deepgram.credentials["owner"], self.keys)

    async def ledger(self, *usage: str, first: date = FIRST) -> Ledger:
        """Return what the reports tell now."""
        return await self.reports.read((first, self.here.clock.now().date()), usage=usage)

    async def latest(self) -> Ledger:
        """Return what they tell of the weeks that a digest or an alert looks at."""
        return await self.ledger("", first=self.here.clock.now().date() - LOOKED_AT)

    async def until(self, moment: datetime) -> None:
        """Let time go by up to a moment, and whatever is due then be done."""
        ahead = moment - self.here.clock.now()
        if ahead > timedelta():
            self.here.clock.advance(ahead)
        await self.here.quiet()

    # --- the days ---

    async def lives_through(self, first: date, last: date) -> None:
        """Go through some days: figures are read after midnight, and digests come by their owners' clocks."""
        day = first
        while day <= last:
            correct(self.fruit, *LATE.get(day, ()))
            await self.until(datetime.combine(day, READ_AT, UTC))
            if day.day == 1:
                await self.holds_budgets()
            await self.looks()
            for moment in sorted({due(user, day) for user in ZONES}):
                await self._morning(moment, [user for user in ZONES if due(user, day) == moment])
            day += DAY

    async def _morning(self, moment: datetime, users: list[str]) -> None:
        """Hold that digests of the last day come at their hour, not a minute before, and what they say."""
        surface, last = self.tally.on("digest"), moment.date() - DAY
        pages = {user: await self.here.page(user) for user in users}
        known = {user: digests_of(page).keys() for user, page in pages.items()}
        await self.until(moment - MINUTE)
        left = {user: await self.reports.balances(self.digests[user].project) for user in users}
        for user, page in pages.items():
            surface.exactly(f"a minute before {moment}", digests_of(page).keys(), known[user])
        await self.until(moment + MINUTE)
        for user, page in pages.items():
            await page.sees(lambda seen: last in digests_of(seen))
            surface.exactly(f"at {moment}", digests_of(page).keys() - known[user], {last})
            await self._holds_once(user, digests_of(page)[last], left[user])
        await self.looks()

    async def _holds_once(self, user: str, message: Json, left: Sums) -> None:
        told, ledger = self.digests[user], await self.latest()
        day = digest.day_of(message)
        assert day is not None
        failed = await self.reports.failed(day, told.project)
        beside = Beside((left, await self.reports.balances(told.project)), failed)
        digest.hold_once(self.tally.on("digest"), ledger, told, message, beside)

    async def looks(self, ledger: Ledger | None = None) -> None:
        """Hold every digest, every thread and every alert that is new, or that says something else than before."""
        for user, told in self.digests.items():
            page = await self.here.page(user)
            for place, message in [*page.messages.items()]:
                if self.held.get(place) != message:
                    self.held[place] = message
                    ledger = ledger or await self.latest()
                    await self._hold(ledger, told, message)

    async def _hold(self, ledger: Ledger, told: Told, message: Json) -> None:
        if digest.day_of(message) is not None:
            digest.hold(self.tally.on("digest"), ledger, told, message)
        elif digest.is_details(message):
            digest.hold_details(self.tally.on("digest"), ledger, told, message)
        elif budgets.is_alert(message):
            amounts = await self.reports.balances()
            left = {name: amounts[project] for project, name in ledger.projects.items()}
            budgets.hold_alert(self.tally.on("alerts"), ledger, message, BUDGETS, left)

    async def holds_budgets(self) -> None:
        """Hold the page of budgets."""
        amara = await self.here.page(AMARA)
        page = await asks(amara, "/keydesk budgets list")
        budgets.hold_page(self.tally.on("budgets"), await self.ledger(), page, self.here.clock.now().date(), BUDGETS)


def due(user: str, day: date) -> datetime:
    """Return when a person's digest is due on a provider day, as the zone's own rules say."""
    hour, zone = time(HOURS[user]), ZoneInfo(ZONES[user])
    moments = (datetime.combine(local, hour, zone).astimezone(UTC) for local in (day - DAY, day, day + DAY))
    return next(each for each in moments if each.date() == day)


def digests_of(page: Person) -> dict[date, Json]:
    """Return the digests on a page by the day that each tells."""
    return {day: message for message in page.messages.values() if (day := digest.day_of(message)) is not None}


# --- what people do ---


async def begins(here: World, tally: Tally) -> Story:
    """Let keys be made and used, before anything is read."""
    fruit = next(each for each in here.deepgram.state.projects.values() if each.name == "Fruit Company")
    for project in [*here.deepgram.state.projects.values()]:
        if project.name not in USED:
            here.deepgram.state.end_project(project)
        for key in project.streams if project is not fruit else ():
            key.per_day = max(1, key.per_day // FEWER)
    story = Story(here, tally, fruit, {}, {AMARA: Told("customer"), LIWEI: Told("key", fruit.project_id)})
    for purpose, customer, per_day in (("banana calls", "banana", 25), ("our own tests", "", 7)):
        await _makes_a_key(story, purpose, customer, per_day)
    correct(fruit, CREDIT)
    return story


async def goes_on(story: Story) -> None:
    """Let digests be subscribed to and budgets be set."""
    await _subscribes(story.here, AMARA)
    await _subscribes(story.here, LIWEI, projects=["Fruit Company"], by="key")
    _set_budgets(story.here, story.fruit)


async def _makes_a_key(story: Story, purpose: str, customer: str, per_day: int) -> None:
    """Let Maria ask for a key and use it: who pays is what was chosen, whatever its tags say."""
    maria, amara = await story.here.page(MARIA), await story.here.page(AMARA)
    await maria.types("/keys request Fruit Company")
    await maria.reads_in_window("What is it for?")
    await maria.fills(purpose=purpose, place="vault", customer=customer)
    await maria.reads_in_window("Asked for a key")
    await maria.closes()
    await amara.presses("Approve")
    await maria.presses("Create and show my key")
    await maria.reads_in_window("Copy it now: it is shown once")
    await maria.closes()
    made = [each for each in story.fruit.keys.values() if "keydesk:" in each.comment]
    (key,) = [each for each in made if each.key_id not in story.keys]
    key.per_day = per_day
    story.fruit.streams.append(key)
    story.keys[key.key_id] = Chosen(customer, MARIA)


async def _subscribes(here: World, user: str, **wish: Any) -> None:
    page = await here.page(user)
    await page._do("/ui/person", person=user, changes={"tz": ZONES[user]})  # noqa: SLF001 the page's own route
    await _lives_in(here, user, ZONES[user])
    await page.types("/digests subscribe")
    await page.reads_in_window(f"Time zone: {ZONES[user]}")
    await page.fills(hour=f"{HOURS[user]}", **wish)
    await page.reads_in_window("Subscribed.")
    await page.closes()


async def _lives_in(here: World, user: str, tz: str) -> None:
    """Wait until Keydesk has heard where somebody lives: Slack tells it beside what they type, in any order."""

    def heard(session: Session) -> bool:
        person = people.get(session, TEAM_ID, user)
        return person is not None and person.tz == tz

    await here.until(heard)


def _set_budgets(here: World, fruit: Project) -> None:
    """Set the budgets; how that is asked for is told elsewhere."""
    refs: Mapping[str, tuple[str, str, str]] = {
        "Project Fruit Company": ("project", fruit.project_id, fruit.project_id),
        "Customer Apple": ("customer", "apple", ""),
    }
    with here.database.transaction() as session:
        for name, (scope, ref, project_id) in refs.items():
            given: dict[str, Any] = {"dollars": BUDGETS[name], "set_at": here.clock.now(), "set_by": AMARA}
            session.add(Budget(team_id=TEAM_ID, scope=scope, ref=ref, project_id=project_id, **given))


def close(here: World, month: str) -> None:
    """Close a month as two owners do; how they ask and decide is told elsewhere."""
    owner, now = Actor(team_id=TEAM_ID, user_id=LIWEI, name="liwei", tz="UTC"), here.clock.now()
    with here.database.transaction() as session:
        seen = months.read(session, TEAM_ID, month, now).warnings_id
        wish = CloseMonth(month=month, untold_seen=seen)
        closing.close(session, closing.as_asked(session, wish, owner, now), owner, now)


def correct(fruit: Project, *corrections: tuple[str, date, str, int]) -> None:
    """Correct what was told of some days, up or down."""
    by_comment = {each.comment: each for each in fruit.streams}
    fruit.adjustments += [Adjustment(day, by_comment[comment], item, cost) for comment, day, item, cost in corrections]


def stand_still(here: World) -> None:
    """Let nobody request anything any more: what is told of today stays as it is."""
    for project in here.deepgram.state.projects.values():
        for key in project.streams:
            key.ended = key.ended or here.clock.now()
