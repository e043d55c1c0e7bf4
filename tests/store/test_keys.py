"""A key moves only along its graph; lists of keys are whole, in order, and searchable."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel

from bot.store import keys, tables
from bot.store.database import Database
from bot.store.keys import MOVES, Key
from tests.factories import ANA, EVE, NOON, PROJECT, add, key

STATES = tuple(MOVES)


class KeyMoves(RuleBasedStateMachine):
    """Two readers of one key move it wherever they like."""

    def __init__(self) -> None:
        super().__init__()
        assert tables.NAMES
        self.database = Database("sqlite://")
        SQLModel.metadata.create_all(self.database.engine)
        add(self.database, key(id="ky1", state="making"))
        self.seen = {reader: self.row() for reader in ("one", "two")}
        self.truth = "making"

    def teardown(self) -> None:
        self.database.close()

    def row(self) -> Key:
        with self.database.reading() as session:
            found = keys.get(session, "ky1")
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
                keys.move(session, known, to)
            return
        with self.database.transaction() as session:
            moved = keys.move(session, known, to)
        assert moved == (known.state == self.truth)
        self.truth = to if moved else self.truth

    @invariant()
    def the_row_is_where_the_graph_says(self) -> None:
        assert self.row().state == self.truth


TestKeyMoves = KeyMoves.TestCase
TestKeyMoves.settings = settings(max_examples=settings().max_examples // 3, stateful_step_count=15)


def test_an_ended_key_moves_only_as_one_that_the_provider_lists_again() -> None:
    assert MOVES["ended"] == {"ending", "live"}  # one made here is ended once more, one of others lives
    assert all("making" not in to for to in MOVES.values())


def test_of_many_ends_at_once_one_wins(store: Database) -> None:
    add(store, key(id="ky1"))
    with store.reading() as session:
        known = keys.get(session, "ky1")
    assert known is not None

    def end(_: int) -> bool:
        with store.transaction() as session:
            return keys.move(session, known, "ending")

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(end, range(20))) == 1


def test_the_database_itself_refuses_an_unknown_state(store: Database) -> None:
    with pytest.raises(IntegrityError):
        add(store, key(state="lost"))


def test_no_provider_key_stands_twice(store: Database) -> None:
    add(store, key(1))
    with pytest.raises(IntegrityError):
        add(store, key(1))


def test_a_list_shows_the_soonest_end_first_and_unknown_ends_last(store: Database) -> None:
    add(
        store,
        key(1, ends_at=None),
        key(2, ends_at=NOON + timedelta(days=9)),
        key(3, ends_at=NOON + timedelta(days=2), state="ending"),
        key(4, state="ended"),
        key(5, state="making"),
    )
    with store.reading() as session:
        found, total = keys.search(session, limit=9)
    assert [each.purpose for each in found] == ["purpose 3", "purpose 2", "purpose 1"]
    assert total == 3


def test_hundreds_of_keys_are_never_cut(store: Database) -> None:
    add(store, *(key(number, owner=EVE if number % 2 else ANA) for number in range(400)))
    with store.reading() as session:
        pages = [keys.search(session, limit=10, offset=10 * page) for page in range(40)]
        everything = [each.provider_key_id for found, _ in pages for each in found]
        assert {total for _, total in pages} == {400}
        assert len(set(everything)) == 400
        assert keys.search(session, limit=1, owner=EVE)[1] == 200
        assert keys.live_count(session, owner=ANA, project_id=PROJECT) == 200
        assert keys.live_made_here(session) == 400


FOUND = {
    "summary": ["call Summary %"],
    "SUMMARY": ["call Summary %"],
    "%": ["call Summary %"],
    "_": [],
    "acme": ["voicemail"],
    "00000002": ["voicemail"],
    "ky3": ["Голосовая Почта"],
    "почта": ["Голосовая Почта"],
    "ГОЛОС": ["Голосовая Почта"],
    "nothing": [],
}


def test_keys_are_found_by_purpose_customer_and_id_in_any_script(store: Database) -> None:
    add(
        store,
        key(1, purpose="call Summary %"),
        key(2, purpose="voicemail", customer="Acme"),
        key(3, id="ky3", purpose="Голосовая Почта"),
    )
    with store.reading() as session:
        found = {words: keys.search(session, limit=9, words=words) for words in FOUND}
    assert {words: [each.purpose for each in page] for words, (page, _) in found.items()} == FOUND
    assert all(len(page) == total for page, total in found.values())


def test_a_label_is_a_prefix_and_nothing_else(store: Database) -> None:
    add(store, key(1), key(2), key(0x10000000))
    with store.reading() as session:
        assert keys.by_label(session, "0000", limit=1)[1] == 2
        assert keys.by_label(session, "%", limit=9) == ([], 0)
        assert [each.label for each in keys.by_label(session, "1000", limit=9)[0]] == ["10000000"]
