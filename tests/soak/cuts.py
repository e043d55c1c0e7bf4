"""Where a process is cut off: each holds one call or one commit, kills, and lets nothing more of it through."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from tests.soak.gate import Hold
from tests.soak.stage import CREATE, Stage

BLOCKED_SECONDS = 0.5  # until the bot certainly waits for the lock

Press = Callable[[], Awaitable[object]]
Cut = Callable[[Stage, Press], Awaitable[None]]


async def _while_held(here: Stage, press_it: Press, hold: Hold) -> None:
    """Cut the process off while this call is held; the call goes no further."""
    await press_it()
    await hold.here()
    await here.kill_bot()
    hold.drop()


async def _before_the_commit(here: Stage, press_it: Press, hold: Hold) -> None:
    """Cut the process off when this call is answered, and what follows from it waits for the database."""
    await press_it()
    await hold.here()
    with here.locked():
        hold.release()
        await asyncio.sleep(BLOCKED_SECONDS)
        await here.kill_bot()


# --- while a key is made ---


async def before_the_intent(here: Stage, press_it: Press) -> None:
    """The loading window is on its way to Slack; nothing is committed."""
    await _while_held(here, press_it, here.to_slack.hold("POST", "views.open", "before"))


async def after_the_intent(here: Stage, press_it: Press) -> None:
    """The attempt is committed; the provider never hears of it."""
    await _while_held(here, press_it, here.to_deepgram.hold(*CREATE, "before"))


async def during_the_call(here: Stage, press_it: Press) -> None:
    """The provider has made the key; its answer is on the way."""
    await _while_held(here, press_it, here.to_deepgram.hold(*CREATE, "after"))


def late(seconds: float) -> Cut:
    """Let the create land so many seconds after its client is dead."""

    async def cut(here: Stage, press_it: Press) -> None:
        hold = here.to_deepgram.hold(*CREATE, "before")
        await press_it()
        await hold.here()
        await here.kill_bot()
        asyncio.get_running_loop().call_later(seconds, hold.release)

    return cut


async def before_the_answer_is_recorded(here: Stage, press_it: Press) -> None:
    """The bot has the answer in its hands and waits for the database."""
    await _before_the_commit(here, press_it, here.to_deepgram.hold(*CREATE, "after"))


async def before_the_window_shows_it(here: Stage, press_it: Press) -> None:
    """The key's id is recorded; the secret is on its way to Slack and does not arrive."""
    await _while_held(here, press_it, here.to_slack.hold("POST", "views.update", "before"))


async def window_shown_unanswered(here: Stage, press_it: Press) -> None:
    """The owner sees the secret; the bot does not know."""
    await _while_held(here, press_it, here.to_slack.hold("POST", "views.update", "after"))


async def before_delivered_is_committed(here: Stage, press_it: Press) -> None:
    """The owner sees the secret, the bot knows and waits for the database."""
    await _before_the_commit(here, press_it, here.to_slack.hold("POST", "views.update", "after"))


async def after_delivered(here: Stage, press_it: Press) -> None:
    """Delivered is committed; the cards do not know yet."""
    await press_it()
    hold = here.to_slack.hold("POST", "chat.update", "before")
    await here.until(lambda: any(here.known().get(key_id) == "live" for key_id in here.made))
    await hold.here()
    await here.kill_bot()
    hold.drop()


async def twice(here: Stage, press_it: Press) -> None:
    """Killed once before the window, and again while the next process is about to end that key."""
    await before_the_window_shows_it(here, press_it)
    hold = here.to_deepgram.hold("DELETE", "", "before")
    await here.start_bot()
    await hold.here(45)
    await here.kill_bot()
    hold.drop()


# --- while a request is approved ---


async def before_the_decision(here: Stage, press_it: Press) -> None:
    """The press is acked; the decision waits for the database."""
    with here.locked():
        await press_it()
        await asyncio.sleep(BLOCKED_SECONDS)
        await here.kill_bot()


async def before_the_cards(here: Stage, press_it: Press) -> None:
    """The decision is committed; no card shows it."""
    await _while_held(here, press_it, here.to_slack.hold("POST", "chat.update", "before"))


async def before_the_news(here: Stage, press_it: Press) -> None:
    """The copies follow; the requester's fresh copy is on its way and does not arrive."""
    await _while_held(here, press_it, here.to_slack.hold("POST", "chat.postMessage", "before"))
