"""A digest of a project that Deepgram tells no prices of."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlmodel import Session

from bot.digests import views
from bot.digests.figures import figures
from bot.digests.service import Digest, Events, compose
from bot.slack.words import fallback_text
from bot.store.collected import CollectedDay, end_of
from bot.store.database import Database
from bot.store.prices import Price
from bot.store.projects import Project
from tests.digests import books
from tests.digests.books import THURSDAY
from tests.factories import NOON, PROJECT, add, rows, set_up, small_database

OTHER = "b0000000-0000-4000-8000-000000000002"


def told(database: Database, project_id: str, dollars: str | None, price: Price, back: int = 0) -> None:
    day = THURSDAY - timedelta(days=back)
    total = None if dollars is None else Decimal(dollars)
    row = CollectedDay(project_id=project_id, day=day, spend_total=total, read_at=NOON, same_since=end_of(day))
    row.closed, row.settled, row.price = True, True, price.value
    add(database, row)


def digest(database: Database, number: int = 1) -> Digest:
    days = tuple(THURSDAY - timedelta(days=back) for back in reversed(range(number)))

    def read(session: Session) -> Digest:
        return compose(days, figures(session, books.subscription(), days), Events())

    found: Digest = rows(database, read)
    return found


def shown(found: Digest) -> str:
    return fallback_text(views.message(books.subscription(), "dr1", found))


@pytest.mark.parametrize(("price", "dollars"), [(Price.UNTOLD, None), (Price.ZERO, "0")])
def test_a_contracts_digest_says_that_dollars_are_not_told(tmp_path: Path, price: Price, dollars: str | None) -> None:
    database = small_database(tmp_path)
    set_up(database)
    for back in range(9):
        told(database, PROJECT, dollars, price, back)
    found = digest(database)
    assert (found.total, found.unread, found.empty) == (None, (), False)
    text = shown(found)
    assert "*The provider tells no dollars* on" in text
    assert "The provider tells no prices for production" in text
    assert "Not read from the provider" not in text
    assert "$0.00* on" not in text
    database.close()


def test_what_is_told_is_summed_and_what_is_not_is_named(tmp_path: Path) -> None:
    database = small_database(tmp_path)
    set_up(database)
    add(database, Project(id=OTHER, name="staging", read_at=NOON))
    for back in range(2):
        told(database, PROJECT, "5", Price.TOLD, back)
        told(database, OTHER, None, Price.UNTOLD, back)
    found = digest(database, 2)
    assert found.total == Decimal(10)
    assert "The provider tells no prices for staging" in shown(found)
    database.close()


def test_a_day_without_prices_among_others_is_no_day_of_nothing(tmp_path: Path) -> None:
    database = small_database(tmp_path)
    set_up(database)
    told(database, PROJECT, "5", Price.TOLD, 1)
    told(database, PROJECT, None, Price.UNTOLD)
    found = digest(database, 2)
    assert (found.total, dict(found.per_day)[THURSDAY]) == (Decimal(5), None)
    assert "for 1 day of production: sums are without that" in shown(found)
    database.close()
