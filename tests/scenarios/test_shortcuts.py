"""Shortcuts: asking for a key from anywhere in Slack."""

from __future__ import annotations

from tests.scenarios.people import GUEST, PRIYA, SPEECH, YUKI, Json, Person
from tests.world import World, world


async def test_a_message_starts_a_request(sqlite_url: str) -> None:
    async with world(sqlite_url) as here:
        yuki, priya, guest = await here.page(YUKI), await here.page(PRIYA), await here.page(GUEST)
        await yuki.types("/projects use production")
        await yuki.reads("production · yours")
        said = await said_in_speech(here, priya)

        await about(yuki, said)
        purpose = await yuki.sees(draft)
        assert purpose.startswith("the captions of @yuki *need* a key (#speech-platform: https://")
        await yuki.fills(purpose="captions for the keynote", place="vault")
        await yuki.reads_in_window("Asked for a key in *production*")

        await about(guest, said)
        await guest.reads_in_window("guests cannot use it")


async def said_in_speech(here: World, person: Person) -> Json:
    await person.types("the captions of @yuki *need* a key", SPEECH)
    channel = here.slack.state.workspace.channels[SPEECH]
    return {"channel": SPEECH, "message_ts": max(channel.messages)}


async def about(person: Person, message: Json) -> None:
    await person.uses_shortcut("keys.request_about", **message)


def draft(page: Person) -> str:
    blocks = page.modals[-1]["blocks"] if page.modals else []
    found = [each["element"] for each in blocks if each.get("block_id") == "purpose"]
    return str(found[0].get("initial_value", "")) if found else ""
