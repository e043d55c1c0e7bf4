"""Keys at a vendor that knows neither roles nor members: what stands for both is asked of nobody there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.keys.mirroring import NEW_KEY_PATIENCE
from bot.keys.operations import EndKey
from bot.store import projects
from bot.store.database import Database
from bot.vendors import Vendors
from tests.factories import OWNER, Bench, actor, bench, set_up
from tests.stores import opened
from tests.test_toy_provider import PLAYTHINGS, TOYBOX, ToyAccount, Toybox


@dataclass
class Toys:
    """The rooms of keys over Toybox alone."""

    box: Toybox
    bench: Bench

    async def by_hand(self) -> EndKey:
        """Let somebody make a key at Toybox; return the wish to end it."""
        self.box.put("made by hand")
        await self.bench.mirror.refresh(PLAYTHINGS, self.bench.clock.now())
        (key,) = self.bench.all_keys()
        return EndKey(project_id=PLAYTHINGS, key_id=key.id)


@pytest.fixture
def toy_store(tmp_path: Path) -> Iterator[Database]:
    """A store whose one project is Toybox's."""
    url = f"sqlite:///{tmp_path}/toys.db"
    opened(url).close()
    database = Database(url, info=Vendors((TOYBOX,)).info)
    set_up(database, project_id=PLAYTHINGS, name="playthings")
    with database.transaction() as session:
        session.get_one(projects.Project, PLAYTHINGS).provider = TOYBOX.id
    yield database
    database.close()


@pytest.fixture
async def toys(toy_store: Database) -> Toys:
    """The rooms of keys over Toybox."""
    box = Toybox()
    return Toys(box, await bench(toy_store, ToyAccount(box, SecretStr("toy-credential"))))


async def test_a_key_made_by_hand_is_revoked_for_good(toys: Toys) -> None:
    wish = await toys.by_hand()
    assert "has ended" in await toys.bench.ending.by_person(wish, actor(OWNER))
    (row,) = toys.bench.all_keys()
    assert (row.state, toys.box.keys) == ("ended", {})


async def test_a_key_that_others_ended_ends_here(toys: Toys) -> None:
    await toys.by_hand()
    toys.box.keys.clear()
    toys.bench.clock.move(NEW_KEY_PATIENCE + timedelta(seconds=1))
    await toys.bench.mirror.refresh(PLAYTHINGS, toys.bench.clock.now())
    assert [row.state for row in toys.bench.all_keys()] == ["ended"]
