"""What was typed into a form is never lost, whatever Slack says."""

from __future__ import annotations

from sqlmodel import select

from bot.keys.listeners import KeyListeners
from bot.providers.deepgram.client import Deepgram
from bot.slack.entering import enter
from bot.slack.routes import Route
from bot.store.database import Database
from bot.store.requests import Request
from tests.doors import door_of
from tests.factories import ANA, PROJECT, add, bench, customer, set_up
from tests.fake_slack import FakeSlack
from tests.forms import people_unreadable, submitted

TYPED = {
    "project": {"project": {"selected_option": {"value": PROJECT}}},
    "purpose": {"purpose": {"value": "nightly transcripts"}},
    "preset": {"preset": {"selected_option": {"value": "speech"}}},
    "days-90": {"days": {"selected_option": {"value": "7"}}},
    "customer": {"customer": {"selected_option": {"value": "acme"}}},
    "place": {"place": {"value": "the vault"}},
}


async def test_a_form_comes_back_as_it_was_typed_when_nobody_can_say_who_sent_it(
    small_store: Database, deepgram: Deepgram
) -> None:
    set_up(small_store)
    add(small_store, customer("acme"))
    made, screen = await bench(small_store, deepgram), FakeSlack()
    listeners = KeyListeners(made.desk, small_store, made.clock, made.making, made.mirror)
    route = listeners.routes().views["keys.request"]
    assert isinstance(route, Route)
    door = door_of(small_store, people_unreadable(small_store), made.clock)
    await enter(submitted(ANA, TYPED, screen), route, door)
    shown = str(screen.shown)
    assert screen.shown["callback_id"] == "keys.request"
    assert "could not read your Slack profile" in shown
    for typed in ("nightly transcripts", "the vault", "acme", "'value': '7'"):
        assert typed in shown
    with small_store.reading() as session:
        assert session.exec(select(Request)).all() == []
