"""Keys at a vendor that knows neither roles nor members: what stands for both is asked of nobody there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.errors import BotError, Unclear
from bot.keys.mirroring import NEW_KEY_PATIENCE
from bot.keys.operations import EndKey
from bot.keys.orphans import OLDEST_TOUCHED
from bot.keys.settling import made_by
from bot.providers.deepgram.vendor import DEEPGRAM
from bot.providers.port import Vendor
from bot.providers.values import CreatedKey, Credential, Key
from bot.store import mints, projects
from bot.store.database import Database
from bot.vendors import Vendors
from tests.clocks import machine_now
from tests.factories import ANA, OWNER, Bench, actor, bench, entries, set_up
from tests.keys.conftest import Window
from tests.stores import opened
from tests.test_toy_provider import PLAYTHINGS, TOYBOX, ToyAccount, Toybox


class Losing(ToyAccount):
    """An account whose first answer to a create gets lost."""

    lost = False

    async def create_key(self, project_id: str, **given: Any) -> CreatedKey:
        made = await super().create_key(project_id, **given)
        if self.lost:
            return made
        self.lost = True
        raise Unclear("No answer came.")


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

    async def cut_short(self) -> str:
        """Press once, and lose the answer; return the request's id."""
        right = await self.bench.approved(project_id=PLAYTHINGS)
        with pytest.raises(BotError, match="did not answer clearly"):
            await self.bench.making.create_and_show(right.id, actor(ANA), Window())
        assert len(self.box.keys) == 1
        return right.id

    async def settle(self, request_id: str, age: timedelta) -> None:
        """Look for what the attempt made, whose intent lies this far back."""
        with self.bench.database.transaction() as session:
            mint = mints.of_request(session, request_id)[-1]
            mint.intended_at = machine_now() - age
            mint_id = mint.id
        await self.bench.settling.settle(mint_id, self.bench.clock.now())


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
    return Toys(box, await bench(toy_store, Losing(box, SecretStr("toy-credential"))))


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


async def test_what_an_unanswered_create_made_is_ended_before_another_is_made(toys: Toys) -> None:
    request_id = await toys.cut_short()
    await toys.settle(request_id, timedelta(seconds=50))
    assert (toys.box.keys, toys.bench.request(request_id).state) == ({}, "approved")
    made = await toys.bench.making.create_and_show(request_id, actor(ANA), Window())
    assert set(toys.box.keys) == {made.provider_key_id}


async def test_an_older_find_is_reported_and_lives(toys: Toys) -> None:
    request_id = await toys.cut_short()
    await toys.settle(request_id, OLDEST_TOUCHED + timedelta(seconds=1))
    assert len(toys.box.keys) == 1
    assert "keys.orphan.reported" in [entry.name for entry in entries(toys.bench.database, request_id)]


@pytest.mark.parametrize(
    ("vendor", "maker", "own", "ours"),
    [
        (DEEPGRAM, "m1", "m1", True),
        (DEEPGRAM, "m1", "m2", False),
        (DEEPGRAM, "m1", None, False),
        (DEEPGRAM, None, "m1", False),
        (DEEPGRAM, None, None, False),
        (TOYBOX, None, None, True),
        (TOYBOX, "m1", None, False),
        (TOYBOX, None, "m1", False),
    ],
)
def test_only_where_nobody_has_a_member_no_member_is_asked_for(
    vendor: Vendor, maker: str | None, own: str | None, *, ours: bool
) -> None:
    found = Key(key_id="k1", project_id=PLAYTHINGS, member_id=maker)
    assert made_by(Credential(member_id=own), found, vendor) is ours
