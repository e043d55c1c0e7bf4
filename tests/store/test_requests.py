"""A request moves only along its graph, and one caller at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, SQLModel

from bench.statements import counting
from bot.store import projects, requests, tables
from bot.store.database import Database
from bot.store.projects import Project, ProjectSettings
from bot.store.requests import MOVES, OPEN, Request
from tests.factories import ANA, EVE, NOON, PROJECT, TEAM, add, request

STATES = tuple(MOVES)
FINAL = tuple(state for state, to in MOVES.items() if not to)


class RequestMoves(RuleBasedStateMachine):
    """Two readers of one row, each with what it read last, move it wherever they like."""

    def __init__(self) -> None:
        super().__init__()
        assert tables.NAMES
        self.database = Database("sqlite://")
        SQLModel.metadata.create_all(self.database.engine)
        add(self.database, request(id="rq1"))
        self.seen = {reader: self.row() for reader in ("one", "two")}
        self.truth, self.attempts, self.moves = "waiting", 0, 0

    def teardown(self) -> None:
        self.database.close()

    def row(self) -> Request:
        with self.database.reading() as session:
            found = requests.get(session, "rq1")
            assert found is not None
            return found

    @rule(reader=st.sampled_from(("one", "two")))
    def read(self, reader: str) -> None:
        self.seen[reader] = self.row()

    @rule(reader=st.sampled_from(("one", "two")), to=st.sampled_from(STATES))
    def move(self, reader: str, to: str) -> None:
        known = self.seen[reader]
        if to not in MOVES[known.state]:
            with self.database.transaction() as session, pytest.raises(ValueError, match="no move"):
                requests.move(session, known, to)
            return
        with self.database.transaction() as session:
            moved = requests.move(session, known, to)
        assert moved == ((known.state, known.attempt) == (self.truth, self.attempts))
        if moved:
            self.truth, self.moves = to, self.moves + 1
            self.attempts += to in ("creating", "running")

    @precondition(lambda self: self.truth in ("creating", "running"))
    @rule()
    def a_straggler_of_an_earlier_attempt_moves_nothing(self) -> None:
        late = self.row()
        late.attempt -= 1
        with self.database.transaction() as session:
            assert not requests.move(session, late, "approved")

    @invariant()
    def the_row_is_where_the_graph_says(self) -> None:
        found = self.row()
        assert (found.state, found.attempt, found.version) == (self.truth, self.attempts, self.moves + 1)


TestRequestMoves = RequestMoves.TestCase
TestRequestMoves.settings = settings(max_examples=settings().max_examples // 3, stateful_step_count=15)


def test_every_state_is_reachable_and_every_end_is_final() -> None:
    reached, todo = {"waiting"}, ["waiting"]
    while todo:
        fresh = MOVES[todo.pop()] - reached
        reached |= fresh
        todo += fresh
    assert reached == set(MOVES)
    assert set(FINAL) == {"denied", "cancelled", "expired", "lapsed", "failed", "ended", "done"}
    assert not set(FINAL) & set(OPEN)


@pytest.mark.parametrize(
    ("first", "second"), [("approved", "denied"), ("approved", "cancelled"), ("expired", "approved")]
)
def test_of_two_moves_at_once_one_wins(store: Database, first: str, second: str) -> None:
    add(store, request(id="rq1"))
    together = Barrier(2)

    def move(to: str) -> bool:
        with store.reading() as session:
            known = requests.get(session, "rq1")
        assert known is not None
        together.wait()
        with store.transaction() as session:
            return requests.move(session, known, to)

    with ThreadPoolExecutor(2) as pool:
        won = dict(zip((first, second), pool.map(move, (first, second)), strict=True))

    with store.reading() as session:
        after = requests.get(session, "rq1")
    assert after is not None
    assert sorted(won.values()) == [False, True]
    assert won[after.state]
    assert after.version == 2


def test_fifty_presses_claim_one_attempt(store: Database) -> None:
    add(store, request(id="rq1", state="approved"))
    with store.reading() as session:
        known = requests.get(session, "rq1")
    assert known is not None

    def press(_: int) -> bool:
        with store.transaction() as session:
            return requests.move(session, known, "creating")

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(press, range(50))) == 1
    with store.reading() as session:
        after = requests.get(session, "rq1")
    assert after is not None
    assert after.attempt == 1


def test_the_database_itself_refuses_an_unknown_state(store: Database) -> None:
    with pytest.raises(IntegrityError):
        add(store, request(state="granted"))


def test_one_form_makes_one_request(store: Database) -> None:
    add(store, request(view_id="V1"))
    with pytest.raises(IntegrityError):
        add(store, request(view_id="V1"))
    with store.reading() as session:
        assert requests.by_view(session, "V1") is not None
        assert requests.by_view(session, "V2") is None


def test_a_reminder_counts_once_for_what_was_read(store: Database) -> None:
    add(store, request(id="rq1"))
    with store.reading() as session:
        known = requests.get(session, "rq1")
    assert known is not None
    with store.transaction() as session:
        assert requests.remind(session, known, NOON)
        assert not requests.remind(session, known, NOON)


def test_nobody_is_reminded_of_what_is_decided(store: Database) -> None:
    add(store, request(id="rq1", state="approved"))

    def remind(session: Session) -> bool:
        known = requests.get(session, "rq1")
        assert known is not None
        return requests.remind(session, known, NOON)

    with store.transaction() as session:
        assert not remind(session)


def test_what_is_open_is_counted_for_its_person_alone(store: Database) -> None:
    times = [NOON + timedelta(minutes=minute) for minute in range(4)]
    add(
        store,
        request(id="rq1", created_at=times[1]),
        request(id="rq2", created_at=times[0]),
        request(id="rq3", created_at=times[2], state="delivered"),
        request(id="rq4", created_at=times[3], requester=EVE),
        request(id="rq5", team_id="TELSE"),
    )
    with store.reading() as session:
        assert requests.open_count(session, TEAM, [ANA]) == 2


def test_a_request_that_moved_says_how_it_stands_where_it_was_read(store: Database) -> None:
    add(store, request(id="rq1", version=4))
    with store.transaction() as session:
        there, detached = requests.get(session, "rq1"), request(id="rq1", version=4)
        assert there is not None
        assert requests.move(session, there, "denied", note="no", finished_at=NOON)
        assert not requests.move(session, detached, "approved")
        assert (there.state, there.version, there.note, there.finished_at) == ("denied", 5, "no", NOON)
        session.refresh(there)
        assert (there.state, there.version, there.note, there.finished_at) == ("denied", 5, "no", NOON)
    assert (detached.state, detached.version) == ("waiting", 4)


@pytest.mark.parametrize("known", [True, False])
def test_a_request_is_read_with_its_project_and_the_settings_there(store: Database, known: bool) -> None:
    add(store, request(id="rq1"), ProjectSettings(project_id=PROJECT, most_days=7))
    if known:
        add(store, Project(id=PROJECT, name="one", read_at=NOON))
    with store.reading() as session, counting(store.engine) as counted:
        assert requests.with_project(session, "rq1") is not None
        assert projects.name_of(session, PROJECT) == ("one" if known else PROJECT)
        assert projects.settings(session, PROJECT).most_days == 7
        assert counted.number == 1
