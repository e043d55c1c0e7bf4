"""kill -9 in the middle of every kind of change at Deepgram: settled, recorded, told, and never sent twice.

Each process is killed once, with two or three changes in its hands: before their calls reach Deepgram, or after
Deepgram did them and before the answer arrives. It stays down for four minutes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from bot.desk.running import DONE_AFTER_ALL, NOT_DONE
from bot.desk.words import named
from bot.store import accounts, mirrors, record
from bot.store.changes import Change
from playground.deepgram.seed import CLINIC, made_up_id
from playground.deepgram.state import Project
from tests.scenarios.people import AMARA, LIWEI, Person
from tests.soak.conftest import Tell
from tests.soak.gate import Side
from tests.soak.stage import FreshDatabase, Stage, stage

pytestmark = pytest.mark.soak

AT_ONCE = 6
DOWN = timedelta(minutes=4)  # longer than it takes until “it was not done” is believed of any change
STAGING, RESEARCH, SUBTITLES, FRUIT = (
    made_up_id(name) for name in ("staging", "research", "字幕テスト", "Fruit Company")
)
SOMTO, HARUKA = made_up_id("s.okafor"), made_up_id("haruka.sato")
LOPEZ, MORI, NEW = f"contractor.lopez@{CLINIC}", "ren.mori@partner.example", "ana@acme.example"
SIDES: tuple[Side, Side] = ("before", "after")
HALF = "was taken back, and no new one was sent"


@dataclass(frozen=True)
class Case:
    """One kind of change: its call, how a person asks for it, whether it is done there, and what is told in the end."""

    kind: str
    method: str
    path_end: str
    ask: Callable[[Person, Person], Awaitable[None]]
    project: str
    is_done: Callable[[Project | None], bool]
    not_done: str = NOT_DONE
    done: str = DONE_AFTER_ALL


# --- what people do ---


async def works_in(amara: Person, project: str) -> None:
    await amara.types(f"/projects use {project}")
    await amara.reads(f"{project} · yours")


async def renames(amara: Person, _: Person) -> None:
    await works_in(amara, "research")
    await amara.types("/projects rename research 2")


async def sends(amara: Person, _: Person) -> None:
    await works_in(amara, "staging")
    await amara.types(f"/invites send {NEW}")


async def cancels(amara: Person, _: Person) -> None:
    await works_in(amara, "staging")
    await amara.types("/invites cancel lopez")


async def resends(amara: Person, _: Person) -> None:
    await works_in(amara, "staging")
    await amara.types("/invites resend lopez")


async def resends_another(amara: Person, _: Person) -> None:
    await works_in(amara, "字幕テスト")
    await amara.types("/invites resend ren.mori")


async def takes_power_back(amara: Person, _: Person) -> None:
    await works_in(amara, "Fruit Company")
    await amara.types("/members scope haruka as member")
    await amara.reads_in_window("New provider role")
    await amara.fills(scope="member")


async def deletes(amara: Person, liwei: Person) -> None:
    await works_in(amara, "research")
    await amara.types("/projects delete")
    await amara.reads_in_window("Keys that stop working at once")
    await amara.fills(name="research", why="nobody uses it")
    await amara.reads_in_window("can approve it")
    await amara.closes()
    await liwei.reads("Delete project · research: waiting for a decision")
    await liwei.presses("Approve")


async def removes(amara: Person, liwei: Person) -> None:
    await works_in(amara, "staging")
    await amara.types("/members remove somto")
    await amara.reads_in_window("would stop working at once")
    await amara.fills(confirm=f"s.okafor@{CLINIC}", why="has left")
    await amara.reads_in_window("can approve it")
    await amara.closes()
    await liwei.reads("has left")
    await liwei.presses("Approve")


def there(holds: Callable[[Project], bool]) -> Callable[[Project | None], bool]:
    return lambda project: project is not None and holds(project)


TOGETHER: tuple[tuple[Case, ...], ...] = (
    (
        Case(
            "projects.rename", "PATCH", RESEARCH, renames, RESEARCH, there(lambda it: it.name == "research 2"),
        ),
        Case("invites.send", "POST", f"{STAGING}/invites", sends, STAGING, there(lambda it: it.mailed == [NEW])),
        Case("invites.cancel", "DELETE", LOPEZ, cancels, STAGING, there(lambda it: LOPEZ not in it.invites)),
    ),
    (
        Case("projects.delete", "DELETE", f"projects/{RESEARCH}", deletes, RESEARCH, lambda project: project is None),
        Case("members.remove", "DELETE", SOMTO, removes, STAGING, there(lambda it: SOMTO not in it.members)),
    ),
    (
        Case(
            "invites.resend", "DELETE", LOPEZ, resends, STAGING, there(lambda it: LOPEZ not in it.invites), done=HALF,
        ),
        Case(
            "invites.resend", "POST", f"{SUBTITLES}/invites", resends_another, SUBTITLES,
            there(lambda it: it.mailed == [MORI]), not_done=HALF,
        ),
        Case(
            "members.scope", "PUT", f"{HARUKA}/scopes", takes_power_back, FRUIT,
            there(lambda it: it.members[HARUKA] == ["member"]),
        ),
    ),
)  # fmt: skip


async def test_no_change_is_lost_or_sent_twice(fresh: FreshDatabase, tell: Tell) -> None:
    room = asyncio.Semaphore(AT_ONCE)

    async def one(cases: tuple[Case, ...], side: Side) -> list[str]:
        async with room, stage(fresh, role="owner") as here:
            return await killed_in_the_middle(here, cases, side)

    plays = [(cases, side) for cases in TOGETHER for side in SIDES]
    outcomes = await asyncio.gather(*(one(*play) for play in plays), return_exceptions=True)
    for (cases, side), lines in zip(plays, outcomes, strict=True):
        for line in lines if isinstance(lines, list) else [f"{[case.kind for case in cases]} {side}: {lines!r}"]:
            tell(f"kill -9, {fresh.name}, {line}")
    assert [each for each in outcomes if not isinstance(each, list)] == []


async def killed_in_the_middle(here: Stage, cases: tuple[Case, ...], side: Side) -> list[str]:
    """Kill the bot while all of these changes are at that point; return what became of each."""
    amara, liwei = await here.page(AMARA), await here.page(LIWEI)
    await here.until(lambda: knows_itself(here) and knows_keys(here))
    for case in cases:
        hold = here.to_deepgram.hold(case.method, case.path_end, side)
        await case.ask(amara, liwei)
        await hold.here()
    await here.kill_bot()
    open_ones = changes(here)
    assert [(change.kind, change.state) for change in open_ones] == [(case.kind, "started") for case in cases]
    here.to_deepgram.drop_all()
    stay_down(here)
    await here.start_bot()
    seconds = await here.until(lambda: all(change.state in ("succeeded", "failed") for change in changes(here)))
    outcomes = list(zip(cases, changes(here), strict=True))
    for case, change in outcomes:
        await amara.reads(news(case, change))
    await asyncio.sleep(2)  # what would be sent or told again would be now
    return [became(here, amara, case, change, side, seconds) for case, change in outcomes]


def news(case: Case, change: Change) -> str:
    """Return what is told of a settled change, in a message of its own or on the card of its request."""
    return change.text or "?" if change.request_id else f"({named(case.kind)}): {change.text}"


def became(here: Stage, amara: Person, case: Case, change: Change, side: Side, seconds: float) -> str:
    """Check one change after the restart, and tell of it in a line."""
    project = here.deepgram.state.projects.get(case.project)
    done, sent = case.is_done(project), here.to_deepgram.count(case.method, case.path_end)
    words = case.done if done else case.not_done
    assert done == (side == "after")
    assert change.state == ("succeeded" if done or words == HALF else "failed")
    assert words in (change.text or "")
    assert sent == (side == "after"), "sent again"
    assert project is None or len(project.mailed) <= 1
    names = [entry.name for entry in here.read(lambda session: story(session, change))]
    assert names.count(f"{case.kind}.started") == 1
    assert names.count(f"{case.kind}.{'settled' if change.state == 'succeeded' else 'failed'}") == 1
    if change.request_id is None:
        assert len([part for part in amara.parts() if news(case, change) in part]) == 1
    return (
        f"{case.kind} {case.method}, {side} the call: {'done' if done else 'not done'} there, {change.state} here and "
        f"told {seconds:.1f} s after the restart, sent {'once' if sent else 'never'}"
    )


def knows_itself(here: Stage) -> bool:
    """Tell whether the bot has read who it is at Deepgram."""
    account = here.read(lambda session: accounts.get(session, accounts.MAIN))
    return account is not None and account.member_id is not None


def story(session: Session, change: Change) -> list[record.Entry]:
    """Return what the record tells of a change; that of a held one stands with its request."""
    return record.of_subject(session, change.request_id or change.id)


def knows_keys(here: Stage) -> bool:
    """Tell whether the keys of the projects that change were read: a form tells which are lost."""
    read = here.read(lambda session: [mirrors.get(session, mirrors.of_keys(each)) for each in (RESEARCH, STAGING)])
    return all(each.read_at for each in read)


def changes(here: Stage) -> list[Change]:
    """Return every change, oldest first."""
    found: list[Change] = here.read(lambda session: list(session.exec(select(Change))))
    return sorted(found, key=lambda change: change.intended_at)


def stay_down(here: Stage) -> None:
    """Let four minutes pass, by the machine's time and by ours, while nothing runs."""
    with here.store.transaction() as session:
        for change in session.exec(select(Change)):
            change.intended_at -= DOWN
    here.clock.advance(DOWN)
