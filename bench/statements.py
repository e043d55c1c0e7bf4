"""How many statements each walk takes, counted in the whole app: the same on every machine, so a test holds them."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import event
from sqlalchemy.engine import Engine

from bench.table import Row
from bot.store.roles import RoleHeld
from playground.deepgram.seed import made_up_id
from playground.deepgram.state import Account, Project
from playground.slack.seed import TEAM_ID
from tests import stores
from tests.clocks import PATIENCE
from tests.scenarios.people import AMARA, PRIYA, YUKI, Person, words_of
from tests.usage import world as usage
from tests.world import World, world

ROUNDS = 3
ROWS = (10, 100)
LISTS = {  # each with what stands in its answer, which may come after the word that it is being read
    "/members list": "members · read from",
    "/keys list": "Page 1 of",
    "/projects list": "Page 1 of",
    "/keydesk roles": "roles given",
}
LIST_MOST = 15
POLLED = "FROM scheduled_jobs"  # an engine that looks for work is no part of a walk


@dataclass(frozen=True)
class Goal:
    """What a walk is called, and the most that it should take."""

    name: str
    most: int


FORM = Goal("/keys request → form", 12)
SENT = Goal("form sent → cards standing", 35)
APPROVED = Goal("Approve → cards right", 25)
SHOWN = Goal("Create and show → delivered", 18)
PERMITTED = Goal("collection, permission of a project", 2)
COLLECTED = 9


@dataclass
class Counted:
    """The statements of one walk."""

    statements: list[str]

    @property
    def number(self) -> int:
        """How many there were."""
        return len(self.statements)

    def most(self, number: int = 3) -> str:
        """Say which tables were asked most often."""
        asked = Counter(_about(each) for each in self.statements)
        return ", ".join(f"{times}× {what}" for what, times in asked.most_common(number))


@contextlib.contextmanager
def counting(engine: Engine) -> Iterator[Counted]:
    """Count what is executed while the block runs."""
    counted = Counted([])

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN") and not (statement.startswith("SELECT") and POLLED in statement):
            counted.statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield counted
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def rows(name: str, database_url: str) -> list[Row]:
    """Walk each way once, and return a row for each."""
    walks = await walked(database_url) | await listed(database_url)
    permissions = Row(f"{name}: {PERMITTED.name}", await permitted(database_url), "statements", PERMITTED.most)
    return [
        *(_row(name, goal, counted) for goal, counted in walks.items()),
        permissions,
    ]


def _row(name: str, goal: Goal, counted: Counted) -> Row:
    return Row(f"{name}: {goal.name}", float(counted.number), "statements", goal.most, counted.most())


async def permitted(database_url: str) -> float:
    """Collect the figures of nine projects; return how many statements each took to know that it may be read."""
    database = stores.opened(database_url)
    here = usage.World(database)
    try:
        with counting(database.engine) as counted:
            await here.plan(*(str(uuid5(NAMESPACE_URL, f"{number}")) for number in range(COLLECTED)))
    finally:
        database.close()
    collected = {project_id for project_id, *_ in here.provider.calls}
    return sum("leases" in statement for statement in counted.statements) / len(collected)


async def listed(database_url: str) -> dict[Goal, Counted]:
    """Ask for each list with ten rows and with a hundred, a few times, and return the least of each."""
    found: dict[Goal, Counted] = {}
    async with world(database_url) as here:
        amara = await here.page(AMARA)
        await amara.types("/projects use production")
        await amara.reads("production · yours")
        for number in ROWS:
            _grow(here, number)
            here.move(hours=2)  # so that the lists are read anew
            await here.quiet()
            for command in LISTS:
                rounds = [await _list(here, amara, command) for _ in range(ROUNDS)]
                found[Goal(f"{command}, {number} rows", LIST_MOST)] = min(rounds, key=lambda each: each.number)
    return found


async def _list(here: World, person: Person, command: str) -> Counted:
    await here.quiet()
    before = len(person.private)
    with counting(here.database.engine) as counted:
        await person.types(command)
        await person.sees(lambda page: any(LISTS[command] in words_of(each) for each in page.private[before:]))
    return counted


def _grow(here: World, number: int) -> None:
    """Let there be this many members, keys, projects and roles."""
    state, now = here.deepgram.state, here.clock.now()
    production = next(each for each in state.projects.values() if each.name == "production")
    for row in range(number):
        account = state.add_account(Account(f"member{row}@northwind.example", account_id=made_up_id(f"member {row}")))
        production.members.setdefault(account.account_id, ["member"])
        state.add_key(production, account.account_id, f"job {row} of {number}", ["usage:write"])
        others = Project(made_up_id(f"project {row}"), f"project {row:03}", members=dict(production.members))
        state.add_project(others)
    with here.database.transaction() as session:
        for row in range(number):
            held = {"team_id": TEAM_ID, "holder_kind": "person", "holder": f"U0BENCH{row:04}", "role": "reader"}
            session.merge(RoleHeld(set_by=AMARA, set_at=now, **held))


async def walked(database_url: str) -> dict[Goal, Counted]:
    """Walk each way a few times in a workplace that is at rest, and return the least of each.

    The first time reads what is remembered afterwards; and what comes round for ever may fall into any walk.
    """
    async with world(database_url) as here:
        yuki, priya = await here.page(YUKI), await here.page(PRIYA)
        rounds = [await _request(here, yuki, priya, f"call summaries, {number}") for number in range(ROUNDS)]
        await here.quiet()
    return {goal: min((each[goal] for each in rounds), key=lambda each: each.number) for goal in rounds[0]}


async def _request(here: World, yuki: Person, priya: Person, purpose: str) -> dict[Goal, Counted]:
    async def asks() -> None:
        await yuki.types("/keys request production")
        await yuki.reads_in_window("What is it for?")

    async def sends() -> None:
        await yuki.fills(purpose=purpose, place="vault")
        await yuki.reads_in_window("Asked for a key")
        await priya.reads(purpose)

    async def approves() -> None:
        await priya.presses("Approve")
        await yuki.reads("Create and show my key")

    async def opens() -> None:
        async with here.turn:  # the cards follow afterwards
            await yuki.presses("Create and show my key")
            await yuki.reads_in_window("Copy it now: it is shown once")
            await here.app.slack_app.drain(PATIENCE)

    found = {}
    for goal, walk in ((FORM, asks), (SENT, sends), (APPROVED, approves), (SHOWN, opens)):
        await here.quiet()
        with counting(here.database.engine) as counted:
            await walk()
            if goal is not SHOWN:
                await here.quiet()
        found[goal] = counted
        if goal in (SENT, SHOWN):
            await yuki.closes()
    return found


def _about(statement: str) -> str:
    """Say what a statement is about: “SELECT roles”."""
    words = statement.replace("\n", " ").split()
    verb = words[0]
    marks = {"SELECT": "FROM", "INSERT": "INTO", "DELETE": "FROM", "UPDATE": "UPDATE"}
    mark = marks.get(verb)
    return f"{verb} {words[words.index(mark) + 1]}" if mark in words else statement[:40]
