"""Rows of accounts, on both databases."""

from __future__ import annotations

from datetime import timedelta

from bot.store import accounts, projects
from bot.store.accounts import MAIN, Account
from bot.store.database import Database
from tests.factories import NOON, PROJECT, add

LATER = NOON + timedelta(hours=1)


def test_the_main_account_is_kept_once_and_stays(store: Database) -> None:
    for now, role in ((NOON, "admin"), (LATER, "owner")):
        with store.transaction() as session:
            accounts.keep_main(session, now, fingerprint="3f2a91bc", role=role)
    with store.transaction() as session:
        assert not accounts.remove(session, MAIN, LATER)
        (main,) = accounts.live(session)
        assert (main.role, main.added_at, main.projects) == ("owner", NOON, 0)
        assert accounts.labels(session) == {}


def test_a_project_knows_its_account_until_it_is_removed(store: Database) -> None:
    add(store, Account(id="ac1", name="birch", customer="birch", sealed="x", fingerprint="f", added_at=NOON))
    with store.transaction() as session:
        accounts.keep_main(session, LATER, fingerprint="3f2a91bc")
        projects.mirror(session, [(PROJECT, "dubbing")], NOON, account_id="ac1")
        projects.mirror(session, [(PROJECT, "mine?"), ("p2", "staging")], NOON)
    with store.transaction() as session:
        assert [account.id for account in accounts.live(session)] == [MAIN, "ac1"]
        assert accounts.labels(session) == {None: "main", "ac1": "birch · theirs (birch)"}
        assert accounts.of_project(session, PROJECT.upper()) == accounts.get(session, "ac1")
        assert accounts.opening(session, "p2") == accounts.get(session, MAIN)
        assert projects.name_of(session, PROJECT) == "dubbing"
        assert [accounts.remove(session, "ac1", LATER) for _ in range(2)] == [True, False]
        accounts.amend(session, "ac1", problem="asked too late")
    with store.transaction() as session:
        removed = accounts.of_project(session, PROJECT)
        assert removed is not None
        assert (removed.state, removed.sealed, removed.problem) == ("removed", None, None)
        assert [project.id for project in projects.search(session, limit=9)[0]] == ["p2"]
        assert accounts.labels(session) == {}


def test_a_credential_that_was_forgotten_meanwhile_is_not_sealed_again(store: Database) -> None:
    with store.transaction() as session:
        session.add(Account(id="ac1", name="studio", sealed="old", fingerprint="f", added_at=NOON))
    with store.transaction() as session:
        assert accounts.reseal(session, "ac1", "old", "new")
        assert not accounts.reseal(session, "ac1", "old", "newer")
        assert accounts.remove(session, "ac1", NOON)
    with store.transaction() as session:
        assert not accounts.reseal(session, "ac1", "new", "newer")
        assert session.get_one(Account, "ac1").sealed is None
