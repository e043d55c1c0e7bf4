"""What the form offers, how a wish is described, and what it may not ask for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.errors import FormError
from bot.keys import form_data, service
from bot.keys.service import risk_of
from bot.providers.deepgram.client import Deepgram
from bot.store import people
from bot.store.database import Database
from bot.store.decisions import Decision
from bot.store.projects import Project, ProjectSettings
from tests.factories import (
    ANA,
    HOSTILE,
    NOON,
    PROJECT,
    RAJ,
    TEAM,
    actor,
    add,
    bench,
    create_key,
    customer,
    key,
    request,
    set_up,
)


@pytest.fixture
def store(small_store: Database) -> Database:
    """A store with one project."""
    set_up(small_store)
    return small_store


async def test_the_form_knows_the_only_project_and_who_decides(store: Database, deepgram: Deepgram) -> None:
    made = await bench(store, deepgram)
    add(store, key(1), key(2, state="ended"))
    with store.reading() as session:
        form = form_data.form(session, made.desk, actor(ANA), "", NOON)
        own = form_data.form(session, made.desk, actor(RAJ), "", NOON)
    assert (form.project, form.deciders, form.live_here) == ((PROJECT, "production"), "@li and @raj", 1)
    assert own.deciders == "@li"


async def test_a_named_project_wins_over_the_chosen_one(store: Database, deepgram: Deepgram) -> None:
    made = await bench(store, deepgram)
    set_up(store, project_id="p2", name="staging")
    with store.transaction() as session:
        assert form_data.form(session, made.desk, actor(ANA), "", NOON).project is None
        assert form_data.form(session, made.desk, actor(ANA), "staging", NOON).project == ("p2", "staging")
        people.choose_project(session, TEAM, ANA, PROJECT)
        assert form_data.form(session, made.desk, actor(ANA), "", NOON).project == (PROJECT, "production")


async def test_a_name_that_means_no_project_or_several_chooses_none(store: Database, deepgram: Deepgram) -> None:
    made = await bench(store, deepgram)
    set_up(store, project_id="p2", name="staging")
    with store.transaction() as session:
        people.choose_project(session, TEAM, ANA, PROJECT)
        unknown = form_data.form(session, made.desk, actor(ANA), "no such", NOON)
        long = form_data.form(session, made.desk, actor(ANA), "x" * 5000, NOON)
    set_up(store, project_id="p3", name="staging two")
    with store.reading() as session:
        several = form_data.form(session, made.desk, actor(ANA), "stag", NOON)
    assert (unknown.project, unknown.problem) == (None, "There is no project no such; choose one below.")
    assert (several.project, several.problem) == (None, "2 projects match stag; choose one below.")
    assert len(long.problem) < 120


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "Nowhere/Atlantis", "../etc/passwd", ""])
async def test_any_zone_of_a_profile_is_borne(store: Database, deepgram: Deepgram, zone: str) -> None:
    made = await bench(store, deepgram)
    with store.transaction() as session:
        found = people.get(session, TEAM, ANA)
        assert found is not None
        found.tz = zone
    with store.reading() as session:
        now = form_data.form(session, made.desk, actor(ANA), "", NOON).now
    assert now == NOON
    assert now.utcoffset() == timedelta(hours=9 if zone == "Asia/Tokyo" else 0)


def test_three_hundred_projects_are_found_by_what_is_typed(store: Database) -> None:
    add(store, *(Project(id=f"p{number:03}", name=f"customer {number:03}", read_at=NOON) for number in range(300)))
    with store.reading() as session:
        assert len(form_data.projects_like(session, "")) == 100
        assert form_data.projects_like(session, " CUSTOMER 299 ") == [("p299", "customer 299", "")]
        assert form_data.projects_like(session, "p007") == [("p007", "customer 007", "")]
        assert form_data.projects_like(session, "%") == []


@pytest.mark.parametrize(
    ("days", "customer", "risk"), [(30, "acme", "Low"), (30, None, "Medium"), (31, "acme", "High"), (31, None, "High")]
)
def test_risk_grows_with_time_and_without_a_customer(days: int, customer: str | None, risk: str) -> None:
    settings = ProjectSettings(project_id=PROJECT, recommended_days=30)
    word, why = risk_of(create_key(days=days, customer=customer), settings)
    assert (word, bool(why)) == (risk, True)


def test_a_wish_is_described_with_what_helps_to_decide(store: Database) -> None:
    add(
        store,
        key(1),
        key(2, owner="UELSE"),
        request(id="rq1", state="denied", decided_at=NOON),
    )
    add(
        store,
        Decision(request_id="rq1", team_id=TEAM, user_id=RAJ, verdict="denied", card_version=1, decided_at=NOON),
    )
    with store.reading() as session:
        drawn = service.describe(session, create_key(purpose=HOSTILE[:300].replace("\x00", "")), ANA)
    evidence = dict(drawn.evidence)
    assert "production" in drawn.title
    assert list(evidence.values())[:2] == ["1", "2"]
    assert any("denied" in value for value in evidence.values())
    assert all("<!channel>" not in value for _, value in drawn.fields)


def test_a_wish_names_the_customer_with_its_tag(store: Database) -> None:
    add(store, customer("apple"), customer("pear", name="pear"))
    with store.reading() as session:
        drawn = [service.describe(session, create_key(customer=tag), ANA) for tag in ("apple", "pear", None)]
    assert [dict(each.fields)["Customer"] for each in drawn] == ["Apple (apple)", "pear", "–"]
    assert "billed to Apple (apple)." in drawn[0].wish


@pytest.mark.parametrize(
    ("changes", "block", "words"),
    [
        ({"project_id": "gone"}, "project", "no longer there"),
        ({"days": 91}, "days", "at most 90 days"),
        ({"customer": "gone"}, "customer", "not in the catalogue"),
        ({"customer": "Acme"}, "customer", "not in the catalogue"),
    ],
)
def test_a_wish_must_fit_the_project_today(store: Database, changes: dict[str, object], block: str, words: str) -> None:
    add(store, customer("acme"), customer("gone", state="archived"))
    with store.reading() as session:
        service.check(session, create_key(days=90), actor(ANA))
        with pytest.raises(FormError, match=words) as complaint:
            service.check(session, create_key(**changes), actor(ANA))
    assert complaint.value.block_id == block


async def test_what_follows_an_approval_depends_on_what_became_of_it(store: Database) -> None:
    add(store, request(id="rq1", state="delivered"), key(1, id="ky1", request_id="rq1"))
    with store.reading() as session:
        (open_it,) = service.follow_up(session, "rq1", 2, "approved").offers
        delivered = service.follow_up(session, "rq1", 4, "delivered")
        assert service.follow_up(session, "rq2", 2, "denied").offers == ()
        assert service.follow_up(session, "rq1", 5, "ended").offers == ()
    assert (open_it.label, open_it.value) == ("Create and show my key", "rq1.2")
    assert [(offer.action, offer.value) for offer in delivered.offers] == [("keys.end", "ky1")]
