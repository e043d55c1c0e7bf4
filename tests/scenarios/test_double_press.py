"""An impatient finger: every press comes twice."""

from __future__ import annotations

from tests.scenarios.people import APPROVALS, PRIYA, YUKI
from tests.world import world

# Where the machine is slow, the second press comes when the key is about to be shown, or has been.
SECOND_PRESS = ("in the window that you opened first", "is being created right now", "The key was shown on")


async def test_a_double_press_never_covers_the_window_that_shows_the_key(sqlite_url: str) -> None:
    async with world(sqlite_url) as here:
        yuki, priya = await here.page(YUKI), await here.page(PRIYA)
        await yuki.types("/keys request")
        await yuki.reads_in_window("What is it for?")
        await yuki.fills(project="production", purpose="call-summary-api", place="vault")
        await yuki.reads_in_window("Asked for a key")
        await yuki.closes()

        here.slack.state.double_clicks = True
        await priya.presses("Approve", APPROVALS)
        await priya.reads("Already approved by @priya just now. Nothing changed.")
        await yuki.presses("Create and show my key")
        await yuki.sees(lambda page: any(each in part for part in page.parts() for each in SECOND_PRESS))
        window = await yuki.reads_in_window("Copy it now: it is shown once")

        assert len(yuki.modals) == 1
        assert here.deepgram.state.is_live(window.split("```")[1])
        creates = [call for call in here.deepgram.calls.kept if call["method"] == "POST"]
        assert len(creates) == 1
