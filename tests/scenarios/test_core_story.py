"""The whole story: asked for, approved, made before its owner's eyes, recorded."""

from __future__ import annotations

import pytest
from sqlmodel import select

from bot.store import decisions, record
from bot.store.keys import Key
from bot.store.requests import Request
from tests.scenarios.people import APPROVALS, PRIYA, YUKI
from tests.world import world


@pytest.mark.parametrize("transport", ["socket", "http"])
async def test_a_key_is_asked_for_approved_made_and_recorded(transport: str, database_url: str) -> None:
    async with world(database_url, transport) as here:
        yuki, priya = await here.page(YUKI), await here.page(PRIYA)

        await yuki.types("/keys request")
        await yuki.reads_in_window("What is it for?")
        await yuki.fills(project="production", purpose="call-summary-api", place="vault", customer="apple")
        await yuki.reads_in_window("Asked for a key in *production*")
        await yuki.closes()

        await priya.presses("Approve", APPROVALS)
        await priya.reads("approved, waiting to be opened")

        await yuki.presses("Create and show my key")
        window = await yuki.reads_in_window("Copy it now: it is shown once")
        secret = window.split("```")[1]
        assert here.deepgram.state.is_live(secret)
        await yuki.closes()
        await yuki.reads("delivered")

        with here.database.reading() as session:
            request = session.exec(select(Request)).one()
            key = session.exec(select(Key).where(Key.owner == YUKI)).one()
            verdict = decisions.of_request(session, request.id)
            names = [entry.name for entry in record.of_subject(session, request.id)]
        assert (request.state, key.state) == ("delivered", "live")
        assert [(each.user_id, each.verdict, each.card_version) for each in verdict] == [(PRIYA, "approved", 1)]
        assert names == ["desk.held", "desk.approved", "keys.create.started", "keys.created", "keys.delivered"]
