"""Many requests of several people, brought to where their owners may press."""

from __future__ import annotations

import asyncio

from tests.scenarios.people import MARIA, OLENA, PRIYA, YUKI, Person
from tests.soak.stage import Stage, ask, button, press

Approved = list[tuple[Person, str]]
"""Whose page, and which request."""


async def many_approved(here: Stage, count: int) -> Approved:
    """Ask for this many keys in turns, approve them all, wait until every owner has the button."""
    pages, priya = [await here.page(user) for user in (YUKI, MARIA, OLENA)], await here.page(PRIYA)

    async def ask_all(turn: int, page: Person) -> Approved:
        return [(page, await ask(here, page, f"one of {count}: {n}")) for n in range(turn, count, len(pages))]

    asked = [each for some in await asyncio.gather(*(ask_all(*turn) for turn in enumerate(pages))) for each in some]
    for _, ref in asked:
        await press(priya, "desk.approve", ref, 30)
    for page, ref in asked:
        await page.sees(lambda seen, ref=ref: button(seen, "keys.open", ref), 60)  # type: ignore[misc] # binds the loop's value
    return asked


async def open_in_own_tab(here: Stage, page: Person, ref: str, number: int) -> None:
    """Press “Create and show my key” of one request, in a tab that nothing else stands in."""
    found = await page.sees(lambda seen: button(seen, "keys.open", ref), 60)
    await here.act(page.user, f"{ref}-{number}", found)
