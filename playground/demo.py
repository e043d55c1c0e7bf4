"""What people have done with Keydesk before a visitor of the playground comes, and what happens on its first day.

Today one key is much busier than usual. Once the day is over, which is when people move the clock, the morning's
digest tells it, an alert says that it is unusual, and another that the project's budget is spent.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

from pydantic import SecretStr
from sqlmodel import Session

from bot.accounts.adding import NewAccount, add
from bot.digests.operations import SECTIONS
from bot.digests.schedule import Rhythm, first_day, next_due
from bot.providers.deepgram.kind import deepgram_kind
from bot.providers.registry import NONE_BESIDE, Providers
from bot.sealing import Keyring
from bot.store import collections
from bot.store.budgets import Alert, Budget
from bot.store.customers import Customer
from bot.store.database import Database
from bot.store.digests import Subscription
from bot.store.roles import RoleHeld
from bot.usage.collecting import HISTORY_DAYS
from bot.usage.jobs import FIRST_WAIT
from playground.deepgram.ledger import Ledger
from playground.deepgram.server import DeepgramEmulator
from playground.deepgram.state import Project, State
from playground.deepgram.workloads import COST_PER_DOLLAR
from playground.slack.seed import OWNERS, TEAM_ID

PRIYA, SOREN, FINANCE, SPEECH = "U0PRIYA0003", "U0SOREN0004", "S0FINANCE03", "C0SPEECH003"
CUSTOMERS = {"customer:birch": "Birch & Co", "callcenter": "مركز الاتصال", "harbour": "Harbour Radio"}  # tag: name
THEIRS = "harbour"
THEIR_PROJECTS = {"Harbour Radio · live": 40, "Harbour Radio · archive": 15}  # name: requests a day
BUSY_KEY = "transcriber blue"
TOLD = ("production", "call-summary", "Fruit Company")  # what the digest is about
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


async def move_in(database_url: str, deepgram: DeepgramEmulator, secret_key: str, role: str) -> None:
    """Write down what people did; ``role`` is whose management key Keydesk has. The emulator must be serving."""
    production = next(each for each in deepgram.state.projects.values() if each.name == "production")
    _be_busy(production, deepgram.state.now().date())
    database = Database(database_url)
    try:
        await asyncio.to_thread(_write, database, production, deepgram)
        await _add_account(database, deepgram, Keyring(SecretStr(secret_key)), role)
        await asyncio.to_thread(_plan_collection, database, deepgram.state.now())
    finally:
        database.close()


def _be_busy(production: Project, today: date) -> None:
    for key in production.keys.values():
        if key.comment == BUSY_KEY:
            key.busiest = today


def _write(database: Database, production: Project, deepgram: DeepgramEmulator) -> None:
    now = deepgram.state.now()
    with database.transaction() as session:
        for tag, name in CUSTOMERS.items():
            session.merge(_customer(tag, name, now))
        session.add_all(_roles(now))
        session.add(_digest(deepgram.state, now))
        _set_budget(session, production, deepgram.ledger, now)


def _plan_collection(database: Database, now: datetime) -> None:
    """Have figures read soon, and at once where somebody moves the clock before Keydesk has looked around."""
    with database.transaction() as session:
        collections.plan(session, now.date() - (HISTORY_DAYS - 1) * DAY, now + FIRST_WAIT)


def _customer(tag: str, name: str, now: datetime) -> Customer:
    account_of = "theirs" if tag == THEIRS else "ours"
    return Customer(team_id=TEAM_ID, tag=tag, name=name, account_of=account_of, added_by=OWNERS[0], added_at=now)


def _roles(now: datetime) -> Iterator[RoleHeld]:
    for kind, holder, role in (("person", SOREN, "owner"), ("group", FINANCE, "reader")):
        yield RoleHeld(team_id=TEAM_ID, holder_kind=kind, holder=holder, role=role, set_by=OWNERS[0], set_at=now)


def _digest(state: State, now: datetime) -> Subscription:
    rhythm = Rhythm(frozenset(range(7)), 9, "Asia/Kolkata")
    return Subscription(
        team_id=TEAM_ID,
        owner=PRIYA,
        channel=SPEECH,
        projects=[each.project_id for each in state.projects.values() if each.name in TOLD],
        hour=rhythm.hour,
        tz=rhythm.tz,
        sections=list(SECTIONS),
        from_day=first_day(rhythm, now),
        due_at=next_due(rhythm, now),
        created_at=now,
    )


def _set_budget(session: Session, production: Project, ledger: Ledger, now: datetime) -> None:
    """Let a budget be all but spent: one more day as it usually is would just fit. Its warnings were told already."""
    today = now.date()
    spent = _dollars(ledger, production, _days(today.replace(day=1), today - DAY))
    usual = _dollars(ledger, production, [today - WEEK])
    budget = Budget(
        team_id=TEAM_ID,
        scope="project",
        ref=production.project_id,
        project_id=production.project_id,
        dollars=(spent + usual * 2).quantize(Decimal(1)),
        channel=SPEECH,
        set_by=PRIYA,
        set_at=now - DAY,
    )
    session.add(budget)
    session.add_all(_told(budget, level, today, now) for level in ("50", "80", "forecast"))


def _told(budget: Budget, level: str, today: date, now: datetime) -> Alert:
    return Alert(
        team_id=TEAM_ID,
        subject=f"budget:{budget.id}",
        level=level,
        period=f"{today:%Y-%m}:{budget.dollars.normalize():f}",
        project_id=budget.project_id,
        place=SPEECH,
        raised_at=now - DAY,
        post="covered",
    )


def _dollars(ledger: Ledger, project: Project, days: Iterable[date]) -> Decimal:
    cost = sum(figures.cost for day in days for figures in ledger.sums(project, day).values())
    return Decimal(cost) / COST_PER_DOLLAR


def _days(first: date, last: date) -> list[date]:
    return [first + number * DAY for number in range((last - first).days + 1)]


async def _add_account(database: Database, deepgram: DeepgramEmulator, ring: Keyring, role: str) -> None:
    """Add a customer's own account, as `keydesk accounts add` does."""
    credential = deepgram.open_account(THEIRS, *THEIR_PROJECTS)
    _use_their_keys(deepgram)
    given = NewAccount(THEIRS, THEIRS, SecretStr(credential))
    kind = deepgram_kind(deepgram.url)
    main = kind.open(SecretStr(deepgram.credentials[role]))
    async with contextlib.aclosing(Providers(main, NONE_BESIDE, (kind,))) as providers:
        await add(given, database, ring, providers, deepgram.state.now())


def _use_their_keys(deepgram: DeepgramEmulator) -> None:
    state = deepgram.state
    for project in state.projects.values():
        if project.name in THEIR_PROJECTS:
            owner = next(reversed(project.members))
            began, per_day = state.now() - 90 * DAY, THEIR_PROJECTS[project.name]
            state.add_key(project, owner, "studio", ("usage:write",), created=began, per_day=per_day)
