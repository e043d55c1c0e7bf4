"""Only the keys that somebody saw are ended together: by a job, whose outcome its asker is told."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import event

from bot.errors import NotFound
from bot.keys.bulk_revoke import PATIENCE, PROBLEMS_SHOWN, KeyBulkRevoke, outcome
from bot.keys.bulk_revoke_listeners import KeysFound, confirm_form, find, read_metadata
from bot.providers.deepgram.client import Deepgram
from bot.slack.blocks_check import problems_of_view
from bot.slack.words import fallback_text
from bot.spending.live import keys_of
from bot.store import accounts, bulk_revokes
from bot.store.budgets import Budget
from bot.store.bulk_revokes import BulkRevoke
from bot.store.database import Database
from bot.store.keys import Key
from tests.factories import (
    ANA,
    EVE,
    NOON,
    OWNER,
    PROJECT,
    TEAM,
    actor,
    add,
    bench,
    customer,
    key,
    rows,
    set_up,
    small_database,
)
from tests.fake_slack import FakeSlack
from tests.keys.conftest import Rooms


def test_the_keys_of_a_customer_are_those_whose_spending_counts(tmp_path: Path) -> None:
    database = small_database(tmp_path)
    set_up(database)
    made = key(1, id="ky1", customer="acme")
    outside = key(2, id="ky2", mint_id=None, tags=["acme"])
    add(database, customer("acme"), made, outside, key(3, id="ky3"), key(4, id="ky4", mint_id=None, tags=["prod"]))
    of = Budget(team_id=TEAM, scope="customer", ref="acme", dollars=Decimal(1), set_by=OWNER, set_at=NOON)
    assert {found.id for found in rows(database, lambda session: keys_of(session, of))} == {"ky1", "ky2"}
    database.close()


def test_the_form_knows_which_keys_it_showed_and_not_only_how_many() -> None:
    first, second, third = (key(number, id=f"ky{number}") for number in (1, 2, 3))
    shown = KeysFound("bu1", (first, second), 2)
    assert read_metadata(confirm_form(shown)["private_metadata"]) == ("bu1", "2", shown.mark)
    assert KeysFound("bu1", (second, first), 2).mark == shown.mark
    assert KeysFound("bu1", (first, third), 2).mark != shown.mark


async def test_however_many_keys_are_judged_with_the_facts_of_their_project_read_once(small_store: Database) -> None:
    set_up(small_store)
    made = await bench(small_store, Deepgram.__new__(Deepgram))
    add(
        small_store,
        Budget(id="bu1", team_id=TEAM, scope="project", ref=PROJECT, dollars=Decimal(1), set_by=OWNER, set_at=NOON),
    )
    add(small_store, *(key(number, owner=ANA if number % 3 else EVE) for number in range(300)))
    foreign = [key(1000 + number, mint_id=None, owner=None, member_id=f"m{number % 2}") for number in range(10)]
    add(small_store, *foreign)
    with small_store.transaction() as session:
        accounts.keep_main(session, NOON, fingerprint="f", role="admin", member_id="m0")
    asked: list[str] = []
    event.listen(small_store.engine, "before_cursor_execute", lambda *each: asked.append(each[2]))
    by_owner = rows(small_store, lambda session: find(session, made.desk, "bu1", actor(OWNER)))
    by_ana = rows(small_store, lambda session: find(session, made.desk, "bu1", actor(ANA)))
    assert (len(by_owner.keys), by_owner.endable, by_owner.beyond_us) == (305, 305, 5)
    assert (len(by_ana.keys), by_ana.endable) == (305, 200)
    assert len(asked) < 40
    own = by_owner.keys[0]
    for vendor, shown in ((own.provider, 304), ("another vendor", 305)):
        with small_store.reading() as session:
            found = find(session, made.desk, "bu1", actor(OWNER), {(vendor, own.provider_key_id)})
        assert (len(found.keys), found.beyond_us) == (shown, 5)
        assert (own in found.keys) is (shown == 305)
    form = confirm_form(by_owner)
    assert "5 more keys cannot be revoked here" in fallback_text(form["blocks"])
    none_left = confirm_form(KeysFound("bu1", (), 0, beyond_us=5))
    assert problems_of_view(form) == problems_of_view(none_left) == []


async def begun(rooms: Rooms, *wanted: Key) -> tuple[KeyBulkRevoke, FakeSlack]:
    """Ask for the end of these keys."""
    web = FakeSlack()
    wish = BulkRevoke(
        id="V1", team_id=TEAM, asked_by=OWNER, key_ids=[each.id for each in wanted], asked_at=rooms.bench.clock.now()
    )
    with rooms.bench.database.transaction() as session:
        bulk_revokes.ask(session, wish)
        bulk_revokes.ask(session, wish)  # the form came twice
    return KeyBulkRevoke(rooms.bench.database, rooms.bench.engine, rooms.bench.clock, rooms.bench.ending, web), web


async def test_a_clearing_goes_on_where_it_was_left_and_tells_what_became_of_every_key(rooms: Rooms) -> None:
    await rooms.bench.mirror.refresh(rooms.project.project_id, rooms.bench.clock.now())
    ours = [each for each in rooms.bench.all_keys() if (each.member_email or "").startswith("keydesk@")]
    own = next(each for each in ours if each.purpose == "Keydesk (admin role)")
    made = []
    for number in range(4):
        stored, _ = rooms.emulator.state.add_key(rooms.project, own.member_id or "", f"job {number}", ["usage:write"])
        made.append(key(number, provider_key_id=stored.key_id, project_id=rooms.project.project_id))
    add(rooms.bench.database, *made)
    bulk_revoke, web = await begun(rooms, *made, own)
    rooms.fault("429", "DELETE", times=1)
    await bulk_revoke.carry_out("V1", rooms.bench.clock.now())
    await bulk_revoke.tell("V1", rooms.bench.clock.now())
    assert web.told == []
    assert sum(row.state == "ended" for row in rooms.bench.all_keys()) == 3
    rooms.bench.clock.move(timedelta(minutes=1))
    await bulk_revoke.carry_out("V1", rooms.bench.clock.now())
    await bulk_revoke.tell("V1", rooms.bench.clock.now())
    assert sum(row.state == "ended" for row in rooms.bench.all_keys()) == 4
    assert rooms.emulator.state.is_live(rooms.emulator.credentials["admin"])
    ((asker, text),) = web.told
    assert asker == f"D{OWNER}"
    assert "4 keys of 5 are ended or ending." in text
    assert "Keydesk itself works with" in text


async def test_trouble_that_stays_is_told_after_a_while(rooms: Rooms) -> None:
    stays = key(1, project_id=rooms.project.project_id)
    add(rooms.bench.database, stays)
    bulk_revoke, _ = await begun(rooms, stays)
    rooms.fault("429", "DELETE", times=9)
    rooms.bench.clock.move(PATIENCE)
    await bulk_revoke.carry_out("V1", rooms.bench.clock.now())
    assert "asks too often" in rows(rooms.bench.database, lambda session: bulk_revokes.get(session, "V1")).text


def test_keys_that_cannot_be_ended_are_no_more_keys_where_none_stands_before_them() -> None:
    drawn = confirm_form(KeysFound("bu1", (), 0, beyond_us=7))

    assert fallback_text(drawn["blocks"]).startswith("7 keys cannot be revoked here")


@pytest.mark.parametrize(
    ("failed", "last"), [(PROBLEMS_SHOWN, "gone"), (PROBLEMS_SHOWN + 2, "… and 2 more that did not end")]
)
def test_what_is_not_shown_is_counted(failed: int, last: str) -> None:
    told = outcome(5000, [(key(number), NotFound("gone")) for number in range(failed)]).splitlines()
    assert told[0].startswith(f"{5000 - failed} keys of 5000")
    assert told[-1].endswith(last)
