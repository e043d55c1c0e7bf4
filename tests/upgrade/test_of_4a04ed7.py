"""A database, cards and windows of 4a04ed7, upgraded: nothing that was at rest stays unanswered."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from bot.engine.workflows import SCHEMA
from bot.store.changes import Change
from bot.store.database import Database
from bot.store.keys import Key
from bot.store.requests import Request
from bot.store.scheduled_jobs import ScheduledJob
from playground.deepgram.seed import CLINIC, made_up_id
from playground.slack.view_stacks import View
from tests.upgrade import buttons, windows
from tests.upgrade.buttons import Press
from tests.upgrade.house import House, upgraded
from tests.upgrade.restored import OF_4A04ED7, Json, load, open_window

DAY = OF_4A04ED7
NEVER_SAID = (
    "from another version of Keydesk",
    "Something broke",
    "stopped there, reference",
    "not understood",
    "yours here is",
)


@pytest.fixture
def old_database(database_url: str) -> str:
    """That day's database."""
    database = Database(database_url)
    load(DAY, database)
    database.close()
    return database_url


# --- what was cut short, and what waited ---


@pytest.mark.soak
async def test_what_was_at_rest_goes_on_from_there(old_database: str) -> None:
    async with upgraded(DAY, old_database) as house:
        await goes_on(house)
        await comes_to_its_end(house)
        assert not house.bad()


async def test_work_cut_short_and_some_cards_that_waited_go_on(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    load(DAY, database)
    database.close()
    async with upgraded(DAY, sqlite_url) as house:
        await is_found_out(house)
        await is_decided(house, [each for each in waiting() if each["kind"] == "projects.delete"])
        await opens_once(house, [each for each in buttons.of_messages(DAY) if each.action == "keys.open"][:1])
        assert not house.bad()


async def goes_on(house: House) -> None:
    """See that what the kill cut short is found out, that what waited is decided, and that keys open and end."""
    await is_found_out(house)
    await is_decided(house, waiting())
    staging = house.deepgram.state.projects[made_up_id("staging")]
    assert [staging.members.get(made_up_id(name)) for name in MEMBERS] == [["admin"], ["member"], None, ["admin"]]
    assert staging.invites[f"cy@{CLINIC}"] == "owner"
    await opens_once(house, [each for each in buttons.of_messages(DAY) if each.action == "keys.open"])
    await house.until(lambda: not rows(house, select(Key).where(Key.state == "ending")), "all ended")
    ended = {row["provider_key_id"] for row in DAY.rows["keys"] if row["state"] == "ending"}
    assert not ended & {key_id for key_ids in house.live.values() for key_id in key_ids}


async def is_found_out(house: House) -> None:
    """See that each change that had begun ended once, whether or not its answer had come."""
    await house.until(lambda: not pending(house), "the engine took over")
    begun = [row["id"] for row in DAY.rows["changes"] if row["state"] == "started"]
    await house.until(
        lambda: {each.state for each in rows(house, select(Change).where(col(Change.id).in_(begun)))} == {"succeeded"},
        "each change was found to be done",
    )
    staging = house.deepgram.state.projects[made_up_id("staging")]
    assert staging.name == "staging two"
    assert Counter(staging.mailed).most_common(1)[0][1] == 1
    cut = [row["id"] for row in DAY.rows["requests"] if row["state"] == "creating"]
    await house.until(lambda: [state_of(house, each) for each in cut] == ["approved"], "what nobody saw was ended")
    unseen = {row["id"] for row in DAY.rows["mint_attempts"] if row["state"] == "started"}
    await house.until(lambda: not house.live.keys() & unseen, "and its key is gone")


async def is_decided(house: House, requests: Sequence[Json]) -> None:
    """Approve the first card of each kind and deny the others, each by its button of that day; see what was done."""
    outcomes: dict[str, str] = {}
    for number, request in enumerate(requests):
        approves = request["kind"] not in {each["kind"] for each in requests[:number]}
        press = the_button("desk.approve" if approves else "desk.deny", request)
        await answered(house, press)
        if not approves:
            await submits(house, newest_window(house, press.user), {"reason": "not after the upgrade"})
        outcomes[request["id"]] = _approved(request) if approves else "denied"
    await house.until(lambda: not undecided(house, outcomes), "decided", lambda: undecided(house, outcomes))
    assert made_up_id("research") not in house.deepgram.state.projects
    assert made_up_id("call-summary") in house.deepgram.state.projects


MEMBERS = ("s.okafor", "dmitri", "li.wei", "priya.raman")
"""Whose power was asked for, given and not given; whose removal was asked for, done and not done."""


async def opens_once(house: House, presses: Sequence[Press]) -> None:
    """Press each *Create and show my key* of that day twice: one live key comes of each."""
    before = house.live
    presses = [each for each in presses if DAY.request(each.ref)["state"] == "approved"]
    for press in presses:
        await answered(house, press)
        await answered(house, press)
        assert state_of(house, press.ref) == "delivered"
    made = {mint: keys for mint, keys in house.live.items() if mint not in before}
    assert [len(keys) for keys in made.values()] == [1] * len({press.ref for press in presses})


async def comes_to_its_end(house: House) -> None:
    """Let a quarter of a year go by: what nobody decided has ended, each key too, and every job of that day has run."""
    at_rest = {row["job_id"] for row in DAY.rows[DAY.about["table_of_jobs"]]}
    for days in (1, 1, 31, 60):
        house.move(days=days)
        await house.until(lambda: not due(house), f"all that was due after {days} days")
    assert not at_rest & {row.job_id for row in due(house)}
    ended = {row["id"] for row in DAY.rows["keys"] if row["mint_id"] and row["ends_at"]}
    assert {each.state for each in rows(house, select(Key).where(col(Key.id).in_(ended)))} == {"ended"}
    assert not rows(house, select(Request).where(col(Request.state).in_(("waiting", "approved", "creating"))))
    assert not house.live


# --- what was on a screen ---


@pytest.mark.soak
async def test_every_button_and_menu_entry_of_a_message_is_answered(old_database: str) -> None:
    async with upgraded(DAY, old_database) as house:
        wrong = [problem for press in buttons.of_messages(DAY) async for problem in problems(house, press)]
        assert not wrong, "\n".join(wrong)
        assert not house.bad()


@pytest.mark.soak
async def test_every_button_and_menu_entry_of_a_window_is_answered(old_database: str) -> None:
    async with upgraded(DAY, old_database) as house:
        wrong = []
        for view in DAY.slack["views"]:
            for number in range(len(buttons.of_view(DAY, view, "any"))):
                press = buttons.of_view(DAY, view, open_window(house.slack.state, view))[number]
                wrong += [problem async for problem in problems(house, press)]
        for home in DAY.slack["homes"]:
            for number in range(len(buttons.of_view(DAY, home, "any"))):
                wrong += [problem async for problem in problems(house, AtHome(home, number))]
        assert not wrong, "\n".join(wrong)
        assert not house.bad()


@dataclass(frozen=True)
class AtHome:
    """A press on somebody's home as it stood: what was done before has had it drawn anew, so it is put back first."""

    home: Json
    number: int

    async def __call__(self, house: House) -> Json:
        """Do it, again and again until nobody has drawn the home anew meanwhile."""
        while True:
            shown = house.slack.state.views.publish(self.home["user"], copy.deepcopy(self.home["given"]))
            outcome = await buttons.of_view(DAY, self.home, shown.id)[self.number](house)
            if outcome.get("error") != "not_found":
                return outcome


@pytest.mark.soak
async def test_every_open_form_is_sent_and_does_what_it_says(old_database: str) -> None:
    async with upgraded(DAY, old_database) as house:
        await is_found_out(house)
        forms = [view for view in DAY.slack["views"] if view["given"].get("submit")]
        assert {view["given"]["callback_id"] for view in forms} == set(windows.TYPED)
        for view in forms:
            closed = open_window(house.slack.state, view)
            assert (await house.does("/ui/close", view["user"], view_id=closed))["ok"]
        for view in sorted(forms, key=lambda view: windows.ORDER.index(view["given"]["callback_id"])):
            view_id = open_window(house.slack.state, view)
            state = await windows.typed(house, view, view_id)
            outcome = await house.does("/ui/submit", view["user"], view_id=view_id, state=state)
            news = house.news()
            assert outcome["ok"], (view["given"]["callback_id"], outcome)
            assert not [words for words in NEVER_SAID if words in news], news
        known = {row["id"] for row in DAY.rows["requests"]}
        await house.until(lambda: not windows.undone(house, known), "all was done")
        assert windows.undone(house, known) == []
        assert not house.bad()


# --- acting ---


async def answered(house: House, press: Press) -> None:
    """Press, and see that the answer is one."""
    assert [problem async for problem in problems(house, press)] == []


async def problems(house: House, press: Press | AtHome) -> AsyncIterator[str]:
    """Press, and say what is wrong with the answer."""
    outcome = await press(house)
    news = house.news()
    if not outcome["ok"] or any(words in news for words in NEVER_SAID):
        yield f"{press}: {outcome} {news}"


async def submits(house: House, view: View, values: Json) -> None:
    """Type into the inputs of these names, and send the form."""
    state = {name: {name: {"type": "plain_text_input", "value": value}} for name, value in values.items()}
    outcome = await house.does("/ui/submit", view.user, view.session, view_id=view.id, state={"values": state})
    assert outcome["ok"], outcome


# --- looking ---


def waiting() -> list[Json]:
    """Return the requests that waited and had a card."""
    shown = {press.ref.partition(".")[0] for press in buttons.of_messages(DAY) if press.action == "desk.approve"}
    return [row for row in DAY.rows["requests"] if row["state"] == "waiting" and row["id"] in shown]


def _approved(request: Json) -> str:
    """Return what an approval comes to: a key waits for whoever asked, everything else is carried out."""
    return "approved" if request["kind"] == "keys.create" else "done"


def undecided(house: House, outcomes: Mapping[str, str]) -> dict[str, str]:
    """Return the states of those that should have come to another."""
    found = {each: state_of(house, each) for each in outcomes}
    return {f"{DAY.request(each)['kind']} {each}": state for each, state in found.items() if state != outcomes[each]}


def the_button(action: str, request: Json) -> Press:
    """Return this button of a request's card, where somebody sees it who may press it."""
    offered = [each for each in buttons.of_messages(DAY) if each.action == action]
    found = [each for each in offered if each.ref.partition(".")[0] == request["id"]]
    return next((each for each in found if each.user == buttons.who_may(DAY, action, each.ref)), found[0])


def newest_window(house: House, user: str) -> View:
    """Return the window that was opened last for somebody."""
    state = house.slack.state
    return next(view for view in reversed(state.views.opened) if view.user == user)


def rows(house: House, statement: Any) -> list[Any]:
    """Return what the database holds."""
    with house.app.database.reading() as session:
        return list(session.exec(statement))


def state_of(house: House, ref: str) -> str:
    """Return the state of a request."""
    [found] = rows(house, select(Request.state).where(Request.id == ref.partition(".")[0]))
    return str(found)


def due(house: House) -> list[ScheduledJob]:
    """Return what should have been done by now."""
    return rows(house, select(ScheduledJob).where(col(ScheduledJob.due_at) <= house.clock.now()))


def pending(house: House) -> int:
    """Return how much of what that day's process had begun was not taken over."""
    of = {row["workflow_uuid"] for row in DAY.rows["workflow_status"] if row["status"] == "PENDING"}
    table = "workflow_status" if house.app.database.is_sqlite else f"{SCHEMA}.workflow_status"
    with house.app.database.engine.connect() as connection:
        left = connection.execute(text(f"SELECT workflow_uuid FROM {table} WHERE status = 'PENDING'"))  # noqa: S608 our own text
        return len(of & {row[0] for row in left})
