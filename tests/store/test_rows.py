"""The smaller nouns: cards, decisions, due jobs, mirrors, people, projects, the record, what was seen."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from bot.store import cards, deliveries, mints, mirrors, people, projects, record, scheduled_jobs
from bot.store.cards import Card
from bot.store.database import Database
from bot.store.decisions import Decision
from bot.store.mints import MintAttempt
from bot.store.people import Person
from bot.store.projects import Project, ProjectSettings
from tests.factories import ANA, NOON, PROJECT, RAJ, TEAM, add, entries, person, request

PATIENCE = timedelta(minutes=1)


def project(project_id: str, name: str) -> Project:
    return Project(id=project_id, name=name, read_at=NOON)


def attempt(**changes: Any) -> MintAttempt:
    given = {"request_id": "rq1", "attempt": 1, "project_id": PROJECT, "started_at": NOON, "intended_at": NOON}
    return MintAttempt(**{**given, **changes})


# --- cards ---


def test_a_copy_is_planned_once(store: Database) -> None:
    add(store, request(id="rq1"))
    for _ in range(2):
        with store.transaction() as session:
            cards.plan(session, "rq1", "approvers", "C1")
    with store.reading() as session:
        assert len(cards.of_request(session, "rq1")) == 1


def test_one_caller_posts_a_copy_and_another_only_after_patience(store: Database) -> None:
    add(store, request(id="rq1"))
    add(store, Card(id=1, request_id="rq1", audience="approvers", place="C1"))
    with store.transaction() as session:
        assert cards.claim(session, 1, NOON, patience=PATIENCE)
        assert not cards.claim(session, 1, NOON + PATIENCE, patience=PATIENCE)
        assert cards.claim(session, 1, NOON + 2 * PATIENCE, patience=PATIENCE)
        cards.posted(session, 1, "C1", "1.1", 1)
        assert not cards.claim(session, 1, NOON + 9 * PATIENCE, patience=PATIENCE)


def test_a_copy_that_two_edited_at_once_counts_as_never_drawn(store: Database) -> None:
    add(store, request(id="rq1", version=3))
    add(store, Card(id=1, request_id="rq1", audience="news", place=ANA, version=1))
    with store.transaction() as session:
        assert cards.shown(session, 1, 1, 3) == 3
        assert cards.shown(session, 1, 1, 3) == 0
        assert [copy.version for copy in cards.of_request(session, "rq1")] == [0]


@pytest.mark.parametrize(("drawn", "noted"), [(3, 3), (2, 0)])
def test_a_copy_is_noted_as_drawn_only_while_its_request_has_not_moved_on(
    store: Database, drawn: int, noted: int
) -> None:
    add(store, request(id="rq1", version=3), request(id="rq2"))
    add(store, Card(id=1, request_id="rq1", audience="news", place=ANA, version=1))
    add(store, Card(id=2, request_id="rq1", audience="approvers", place="C1"))
    with store.transaction() as session:
        assert cards.shown(session, 1, 1, drawn) == noted
        assert cards.posted(session, 2, "C1", "1.1", drawn) == noted
        assert [copy.version for copy in cards.of_request(session, "rq1")] == [noted, noted]


def test_a_card_belongs_to_a_request(store: Database) -> None:
    with pytest.raises(IntegrityError):
        add(store, Card(request_id="rq-none", audience="news", place=ANA))


def test_unknown_words_are_refused_by_the_database(store: Database) -> None:
    add(store, request(id="rq1"))
    for row in (
        Card(request_id="rq1", audience="everybody", place="C1"),
        Decision(request_id="rq1", team_id=TEAM, user_id=RAJ, verdict="maybe", card_version=1, decided_at=NOON),
        attempt(state="lost"),
        person("UX", "visitor"),
    ):
        with pytest.raises(IntegrityError):
            add(store, row)


def test_one_person_has_one_word_on_one_request(store: Database) -> None:
    def decision(verdict: str) -> Decision:
        return Decision(request_id="rq1", team_id=TEAM, user_id=RAJ, verdict=verdict, card_version=1, decided_at=NOON)

    add(store, request(id="rq1"))
    add(store, decision("approved"))
    with pytest.raises(IntegrityError):
        add(store, decision("denied"))


# --- due and seen ---

KINDS = ("k",)


def test_a_due_job_is_taken_by_one(store: Database) -> None:
    with store.transaction() as session:
        for number in range(20):
            scheduled_jobs.put(session, job_id=f"j{number}", kind="k", ref=str(number), key="", due_at=NOON)
        scheduled_jobs.put(session, job_id="later", kind="k", ref="later", key="", due_at=NOON + PATIENCE)

    def take(_: int) -> list[str]:
        with store.transaction() as session:
            return [row.job_id for row in scheduled_jobs.take(session, NOON, 7, KINDS)]

    with ThreadPoolExecutor(4) as pool:
        taken = [job for found in pool.map(take, range(8)) for job in found]
    assert sorted(taken) == sorted(f"j{number}" for number in range(20))


def test_the_same_job_put_by_many_at_once_stands_once(store: Database) -> None:
    def put(minute: int) -> None:
        with store.transaction() as session:
            scheduled_jobs.put(session, job_id="j", kind="k", ref="r", key="", due_at=NOON + minute * PATIENCE)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(put, range(8)))
    with store.transaction() as session:
        assert len(scheduled_jobs.take(session, NOON + timedelta(days=1), 9, KINDS)) == 1


def test_a_delivery_is_first_once(store: Database) -> None:
    def first(_: int) -> bool:
        with store.transaction() as session:
            return deliveries.first(session, "event:Ev1", NOON)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(first, range(20))) == 1
    with store.transaction() as session:
        deliveries.forget(session, NOON)
        assert not deliveries.first(session, "event:Ev1", NOON)
        deliveries.forget(session, NOON + PATIENCE)
        assert deliveries.first(session, "event:Ev1", NOON)


# --- mints and mirrors ---


def test_attempts_are_told_in_their_order(store: Database) -> None:
    add(store, request(id="rq1"))
    add(store, attempt(id="b", attempt=2), attempt(id="a"))
    with store.transaction() as session:
        mints.finish(session, "b", "succeeded", NOON, provider_key_id="p")
    with store.reading() as session:
        found = mints.of_request(session, "rq1")
    assert [(mint.id, mint.state, mint.provider_key_id) for mint in found] == [
        ("a", "started", None),
        ("b", "succeeded", "p"),
    ]


def test_a_failed_reading_keeps_the_time_of_the_last_good_one(store: Database) -> None:
    with store.transaction() as session:
        mirrors.succeeded(session, "keys:p", NOON)
        mirrors.failed(session, "keys:p", "Deepgram is busy.")
        mirrors.failed(session, "keys:q", "Deepgram is busy.")
    with store.reading() as session:
        assert (mirrors.get(session, "keys:p").read_at, mirrors.get(session, "keys:q").read_at) == (NOON, None)
        assert mirrors.get(session, "keys:p").problem == "Deepgram is busy."
        assert mirrors.get(session, "keys:never").problem is None


# --- people ---


def test_what_slack_says_replaces_a_profile_and_keeps_a_choice(store: Database) -> None:
    add(store, person(ANA, project_id=PROJECT, home_at=NOON))
    with store.transaction() as session:
        people.save(session, person(ANA, "guest"), NOON)
    with store.reading() as session:
        found = people.get(session, TEAM, ANA)
    assert found is not None
    assert (found.standing, found.project_id, found.home_at) == ("guest", PROJECT, NOON)


def test_people_of_another_workspace_stay_apart(store: Database) -> None:
    add(store, person(ANA, home_at=NOON), Person(team_id="TELSE", user_id=ANA, read_at=NOON, home_at=NOON))
    with store.transaction() as session:
        people.choose_project(session, TEAM, ANA, PROJECT)
        people.choose_project(session, TEAM, "UNOBODY", PROJECT)
    with store.reading() as session:
        elsewhere = people.get(session, "TELSE", ANA)
        assert elsewhere is not None
        assert elsewhere.project_id is None
        assert list(people.named(session, TEAM, [ANA, "UNOBODY"])) == [ANA]
        assert people.at_home(session, TEAM, NOON) == [ANA]
        assert people.at_home(session, TEAM, NOON + PATIENCE) == []


# --- projects ---


def test_the_mirror_follows_the_providers_list(store: Database) -> None:
    with store.transaction() as session:
        projects.mirror(session, [("p1", "one"), ("p2", "two")], NOON)
        projects.mirror(session, [("p2", "second"), ("p3", "three")], NOON + PATIENCE)
    with store.reading() as session:
        assert [found.name for found in projects.search(session, limit=9)[0]] == ["second", "three"]
        assert projects.get(session, "p1") is None
        assert projects.name_of(session, "p1") == "one"
        assert projects.name_of(session, "p9") == "p9"
    with store.transaction() as session:
        projects.mirror(session, [("p1", "one")], NOON + PATIENCE)
        assert projects.get(session, "p1") is not None


def test_a_list_read_before_a_change_of_ours_takes_nothing_back(store: Database) -> None:
    began, since = NOON + PATIENCE, NOON + 2 * PATIENCE
    listed = [("p1", "one"), ("p2", "two")]
    with store.transaction() as session:
        projects.mirror(session, listed, NOON)
        projects.deleted(session, "p1", since)
        projects.renamed(session, "p2", "second", since)
        projects.mirror(session, listed, began)
    with store.transaction() as session:
        assert (projects.get(session, "p1"), projects.name_of(session, "p2")) == (None, "second")
        projects.mirror(session, listed, since + PATIENCE)
        assert (projects.get(session, "p1") is not None, projects.name_of(session, "p2")) == (True, "two")


NAMED = {
    "p1": "p1",
    "production": "p1",
    "PRODUCTION": "p1",
    "eu": "p2",
    "prod": None,
    "": None,
    "почта": "p3",
    "Голосовая": "p3",
    "küsten": "p4",
    "KÜSTEN": "p4",
}


def test_a_project_is_found_by_id_name_or_the_only_match(store: Database) -> None:
    add(
        store,
        project("p1", "production"),
        project("p2", "production EU"),
        project("p3", "Голосовая почта"),
        project("p4", "Küstenfunk"),
    )
    with store.reading() as session:
        found = {wanted: projects.named(session, wanted) for wanted in NAMED}
    assert {wanted: each.id if each else None for wanted, each in found.items()} == NAMED


def test_the_only_project_needs_no_choosing(store: Database) -> None:
    add(store, project("p1", "one"), person(ANA))
    with store.reading() as session:
        assert projects.chosen(session, TEAM, ANA).id == "p1"  # type: ignore[union-attr] # None fails the test as well
    add(store, project("p2", "two"))
    with store.transaction() as session:
        assert projects.chosen(session, TEAM, ANA) is None
        people.choose_project(session, TEAM, ANA, "p2")
    with store.reading() as session:
        assert projects.chosen(session, TEAM, ANA).id == "p2"  # type: ignore[union-attr] # None fails the test as well


def test_settings_have_defaults_until_somebody_sets_them(store: Database) -> None:
    add(store, ProjectSettings(project_id="p1", approvers=[RAJ, ANA], most_days=7))
    with store.reading() as session:
        assert projects.settings(session, "p2").most_days == projects.MOST_DAYS
        assert projects.settings(session, "p1").most_days == 7
        assert projects.all_approvers(session) == {RAJ, ANA}


# --- the record ---


def test_the_record_is_told_in_order(store: Database) -> None:
    add(store, *(record.Entry(at=NOON, team_id=TEAM, actor=ANA, name=name, subject="rq1") for name in ("a", "b")))
    assert [entry.name for entry in entries(store, "rq1")] == ["a", "b"]
    assert entries(store, "rq2") == []
