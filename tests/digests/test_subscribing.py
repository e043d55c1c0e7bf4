"""A digest is made once by its form, changed by its owner, put off and taken up again without losing a day."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.digests import form
from bot.digests.operations import ChangeDigest, EndDigest, PauseDigest, SubscribeToDigest, Wish
from bot.digests.schedule import days_to_tell
from bot.digests.subscribing import Subscribing, wish_of
from bot.errors import FormError, NotOffered, NotUnderstood
from bot.store import digest_runs, digests
from bot.store.digest_runs import DigestDay
from bot.store.digests import Subscription
from tests.digests.books import DAY, FRIDAY_NINE, THURSDAY, Office, office
from tests.factories import ON_SHELF, OWNER, TEAM, actor, owed_to, rows, with_shelf

WISH = Wish(channel="C0SPEND0001", tz="Europe/Berlin", hour=9)


@pytest.fixture
async def here(tmp_path: Path) -> Any:
    made = await office(tmp_path, FRIDAY_NINE - timedelta(hours=2))
    yield made
    made.database.close()


def subscribing(here: Office) -> Subscribing:
    return Subscribing(here.database, here.clock, here.web, here.desk.owe)


def only(here: Office) -> Subscription:
    with here.database.reading() as session:
        [found] = digests.living(session, TEAM)
    return found


async def test_a_form_makes_one_digest_however_often_it_is_carried_out(here: Office) -> None:
    wanted = SubscribeToDigest(form="V1", wish=WISH)
    for _ in range(2):
        assert await subscribing(here).subscribe(wanted, actor()) == "Subscribed."
    made = only(here)
    assert wish_of(made) == WISH
    assert made.due_at == FRIDAY_NINE - timedelta(hours=1)  # nine o'clock in Berlin
    assert made.from_day == THURSDAY


async def test_a_channel_that_others_read_is_refused(here: Office) -> None:
    here.web.elsewhere = {"is_member": True, "is_ext_shared": True}
    with pytest.raises(FormError, match="shared outside"):
        await subscribing(here).subscribe(SubscribeToDigest(form="V1", wish=WISH), actor())


async def test_a_muted_and_a_paused_digest_tell_every_day_afterwards(here: Office) -> None:
    await subscribing(here).subscribe(SubscribeToDigest(form="V1", wish=WISH), actor())
    made = only(here)
    await subscribing(here).pause(PauseDigest(subscription_id=made.id, days=7), actor())
    assert only(here).due_at == made.due_at + 7 * DAY
    await subscribing(here).pause(PauseDigest(subscription_id=made.id), actor())
    with here.database.reading() as session:
        assert digests.due(session, FRIDAY_NINE + 30 * DAY, 9) == []
    here.clock.move(9 * DAY)
    await subscribing(here).pause(PauseDigest(subscription_id=made.id, days=0), actor())
    resumed = only(here)
    assert (resumed.state, resumed.due_at) == ("active", made.due_at + 9 * DAY)
    assert len(days_to_tell(resumed.from_day, (), resumed.due_at)) == 10
    await subscribing(here).end(EndDigest(subscription_id=made.id), actor())
    with pytest.raises(NotUnderstood):
        await subscribing(here).end(EndDigest(subscription_id=made.id), actor())


async def test_whoever_has_a_digest_hears_what_somebody_else_does_to_it(here: Office) -> None:
    await subscribing(here).subscribe(SubscribeToDigest(form="V1", wish=WISH), actor())
    made = only(here)
    later = ChangeDigest(subscription_id=made.id, wish=WISH.model_copy(update={"hour": 10}))
    await subscribing(here).change(later, actor(OWNER))
    await subscribing(here).pause(PauseDigest(subscription_id=made.id), actor(OWNER))
    await subscribing(here).pause(PauseDigest(subscription_id=made.id, days=0), actor())
    await subscribing(here).end(EndDigest(subscription_id=made.id), actor(OWNER))
    told = [notice.text for notice in owed_to(here.database, made.owner)]
    assert all(text.startswith(f"<@{OWNER}> changed your digest in <#") for text in told)
    assert {text.rpartition(">. ")[2][:6] for text in told} == {"Saved.", "Paused", "Unsubs"}
    assert len(told) == 3


async def test_what_was_told_of_other_projects_is_no_measure_of_corrections(here: Office) -> None:
    await subscribing(here).subscribe(SubscribeToDigest(form="V1", wish=WISH), actor())
    made = only(here)
    here.write(lambda session: digest_runs.plan(session, made.id, THURSDAY + DAY, [THURSDAY], here.clock.now()))
    here.write(lambda session: digest_runs.tell(session, made.id, {THURSDAY: Decimal(1)}))
    other = WISH.model_copy(update={"hour": 10})
    await subscribing(here).change(ChangeDigest(subscription_id=made.id, wish=other), actor())
    assert _told(here, made.id) is not None
    other = other.model_copy(update={"projects": ("p1",)})
    await subscribing(here).change(ChangeDigest(subscription_id=made.id, wish=other), actor())
    assert _told(here, made.id) is None
    assert wish_of(only(here)) == other


def _told(here: Office, subscription_id: str) -> Any:
    with here.database.reading() as session:
        return session.get_one(DigestDay, (subscription_id, THURSDAY)).told


def test_a_form_is_read_back_as_it_was_drawn_and_nonsense_is_refused() -> None:
    drawn = form.form(form.DigestForm(WISH.model_copy(update={"projects": ("p1",)}), names={"p1": "one"}))
    state: dict[str, Any] = {}
    for block in drawn["blocks"]:
        element = block["element"]
        kept = {
            "selected_options": element.get("initial_options", []),
            "selected_option": element.get("initial_option"),
            "selected_conversation": element.get("initial_conversation"),
        }
        state[block["block_id"]] = {element["action_id"]: kept}
    assert form.read_form(state, "Europe/Berlin") == WISH.model_copy(update={"projects": ("p1",)})
    with pytest.raises(FormError, match="at least one day"):
        form.read_form({**state, "weekdays": {}}, "UTC")
    with pytest.raises(FormError, match="an hour"):
        form.read_form({**state, "hour": {"hour": {"selected_option": {"value": "24"}}}}, "UTC")


async def test_a_digest_is_of_projects_whose_figures_can_be_read(tmp_path: Path, here: Office) -> None:
    (tmp_path / "beside").mkdir()
    database = with_shelf(tmp_path / "beside")
    room = Subscribing(database, here.clock, here.web, here.desk.owe)
    wish = WISH.model_copy(update={"projects": (ON_SHELF,)})
    with pytest.raises(NotOffered, match="Shelf offers Keydesk no usage figures"):
        await room.subscribe(SubscribeToDigest(form="V1", wish=wish), actor())
    assert rows(database, lambda session: digests.living(session, TEAM)) == []
    database.close()
