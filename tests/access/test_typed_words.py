"""What somebody typed who was turned away is written down nowhere: it may be a key that they ask about."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import make_url
from sqlmodel import col, select

from bot.store.record import Entry
from tests.scenarios.forging import forge_command
from tests.scenarios.people import GUEST
from tests.waiting import until
from tests.world import world

TYPED = "0123456789abcdef0123456789abcdef01234567"


async def test_words_of_whoever_is_turned_away_stand_neither_in_the_record_nor_beside_it(sqlite_url: str) -> None:
    async with world(sqlite_url) as here:
        for number, command in enumerate(("/keys", "/keydesk", "/keydesk", "/keys")):
            words = f"{'keys ' if number == 2 else ''}{TYPED} is this right, {number}?"
            await forge_command(here, GUEST, f"{command} {words}")
        refused = select(Entry).where(col(Entry.name) == "access.refused").order_by(col(Entry.id))

        def told() -> list[Entry]:
            with here.database.reading() as session:
                return list(session.exec(refused))

        await until(lambda: len(told()) == 2)
        entries = told()
    assert sorted(entry.subject for entry in entries) == ["help", "keys"]  # further ones are counted
    folder = Path(make_url(sqlite_url).database or "").parent
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert [path.name for path in files if TYPED.encode() in path.read_bytes()] == []
