"""Two processes over one PostgreSQL: however many press at once, one decision, one key, and everybody hears."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest
from sqlmodel import col, select

from bot.store import decisions, projects
from bot.store.projects import Project
from playground.slack.messages import Message
from playground.slack.state import Person as Colleague
from tests.scenarios.people import APPROVALS, PRIYA, YUKI, Person, words_of
from tests.soak.conftest import Tell
from tests.soak.stage import CREATE, FreshDatabase, Stage, ask, button, stage

pytestmark = pytest.mark.soak

ROUNDS = 5
APPROVERS = 25
OPENINGS = 50
SAYING_SECONDS = 30.0


@dataclass
class Count:
    """What a round did."""

    decided: int = 0
    told_who: int = 0
    refused: int = 0
    creates: int = 0
    shown: int = 0
    told_why_not: int = 0

    def __str__(self) -> str:
        return (
            f"{APPROVERS * 2 + 1} presses of Approve: {self.decided} decision, {self.told_who} told who was first, "
            f"{self.refused} requester refused; {OPENINGS} presses of Create: {self.creates} provider create, "
            f"{self.shown} secret shown, {self.told_why_not} told in plain words"
        )


EXPECTED = Count(1, APPROVERS * 2 - 1, 1, 1, 1, OPENINGS - 1)


async def test_two_processes_decide_once_and_make_one_key(fresh_postgres: FreshDatabase, tell: Tell) -> None:
    async with stage(fresh_postgres) as here:
        await here.second_bot()
        assert len(here.slack.state.delivery.connections) == 4  # type: ignore[attr-defined] # Socket Mode has them
        approvers = _appoint(here)
        yuki, priya = await here.page(YUKI), await here.page(PRIYA)
        for number in range(ROUNDS):
            count = Count()
            request_id = await ask(here, yuki, f"round {number}")
            await _all_approve(here, priya, approvers, request_id, count)
            await _all_open(here, yuki, request_id, number, count)
            tell(f"two processes, round {number + 1}: {count}")
            assert count == EXPECTED
            await here.until(lambda ref=request_id: here.at_rest(ref))  # type: ignore[misc] # binds the loop's value
            assert here.story(request_id).count("desk.approved") == 1
        assert len(here.live()) == len(here.made) == ROUNDS


def _appoint(here: Stage) -> list[str]:
    workspace = here.slack.state.workspace
    people = [
        Colleague(f"U0APPROVE{number:02}", f"approver{number}", f"Approver {number}") for number in range(APPROVERS)
    ]
    for person in people:
        workspace.add_person(person)
        workspace.channels[APPROVALS].members.append(person.id)
    with here.store.transaction() as session:
        production = session.exec(select(Project).where(col(Project.name) == "production")).one()
        projects.settings(session, production.id).approvers = [person.id for person in people]
    return [person.id for person in people]


async def _all_approve(here: Stage, priya: Person, approvers: list[str], request_id: str, count: Count) -> None:
    found = await priya.sees(lambda page: button(page, "desk.approve", request_id))
    said = len(here.slack.state.workspace.ephemerals)
    clicks = [*approvers, YUKI, *approvers]
    answers = await asyncio.gather(*(here.act(user, f"tab-of-{user}", found) for user in clicks))
    assert all(answer["ok"] for answer in answers)
    await here.until(lambda: len(_told_since(here, said)) >= len(clicks) - 1, SAYING_SECONDS)
    made = here.read(lambda session: decisions.of_request(session, request_id))
    told = _told_since(here, said)
    first = f"Already approved by @{here.slack.state.workspace.people[made[0].user_id].name}"
    count.decided = len(made)
    count.told_who = sum(first in message.text for message in told if message.ephemeral_for in approvers)
    count.refused = sum("someone else must decide" in message.text for message in told if message.ephemeral_for == YUKI)


async def _all_open(here: Stage, yuki: Person, request_id: str, number: int, count: Count) -> None:
    found = await yuki.sees(lambda page: button(page, "keys.open", request_id))
    said, creates, shown = (
        len(here.slack.state.workspace.ephemerals),
        here.to_deepgram.count(*CREATE),
        len(here.shown()),
    )
    tabs = [f"round-{number}-tab-{tab}" for tab in range(OPENINGS)]
    answers = await asyncio.gather(*(here.act(YUKI, tab, found) for tab in tabs))
    assert all(answer["ok"] for answer in answers)

    def windows() -> list[str]:
        views = here.slack.state.views
        return [words_of(views.stack(YUKI, tab)[-1].given) for tab in tabs if views.stack(YUKI, tab)]

    def all_said() -> bool:
        final = [window for window in windows() if "Creating your key" not in window]
        return len(final) + len(_told_since(here, said)) >= OPENINGS

    await here.until(all_said, SAYING_SECONDS)
    words = windows() + [message.text for message in _told_since(here, said)]
    count.creates = here.to_deepgram.count(*CREATE) - creates
    count.shown = len(here.shown()) - shown
    count.told_why_not = sum("Nothing changed" in each for each in words)


def _told_since(here: Stage, said: int) -> list[Message]:
    return here.slack.state.workspace.ephemerals[said:]
