"""Every secret the provider ever made is looked for in everything that Keydesk ever wrote, at its most talkative."""

from __future__ import annotations

import asyncio
import base64
import pickle

import pytest

from tests.scenarios.people import PRIYA, YUKI, Person
from tests.soak import canary
from tests.soak.conftest import Tell
from tests.soak.stage import CREATE, FreshDatabase, Stage, asked_and_approved, opened, press, stage

pytestmark = pytest.mark.soak

BLOCKED_SECONDS = 0.5


async def test_no_secret_stands_anywhere_but_in_the_window_that_shows_it(fresh: FreshDatabase, tell: Tell) -> None:
    async with stage(fresh, log_level="DEBUG") as here:
        yuki, priya = await here.page(YUKI), await here.page(PRIYA)
        delivered = await _stories(here, yuki, priya)
        before = _searched(here)
        for request_id in delivered:
            await press(yuki, "keys.end", _key_of(here, request_id))
        await here.until(lambda: not here.live())
        await yuki.reads("Nothing can use it any more")
        assert await here.stop_bot() == 0
        after = _searched(here)
        assert "operation_outputs" in canary.tables_named(here)
        tell(
            f"canary, {fresh.name}: {len(here.made)} secrets made, {len(here.shown())} shown, "
            f"{canary.size(before) // 1024} KB searched before the ends and {canary.size(after) // 1024} KB after, "
            f"in {len(after)} places (plain, hex, base64): 0 finds outside one views.update body for each shown secret"
        )


def _searched(here: Stage) -> dict[str, bytes]:
    """Search everything; return what was searched."""
    secrets = [*here.made.values(), here.deepgram.credentials[here.role], here.bot_token, here.app_token]
    written = canary.files_of(here.home) | canary.tables_of(here) | canary.server_of(here) | canary.slack_of(here)
    bodies = canary.bodies_of(here)
    assert canary.found(written, secrets) == []
    for secret in here.made.values():
        holders = [name.split()[-1] for name in canary.found(bodies, [secret])]
        sent = ["/api/views.update"] if holders else []  # also sent once: what Slack then refused to show
        assert holders == sent
        assert here.shown().count(secret) <= len(sent)
    return written | bodies


def _key_of(here: Stage, request_id: str) -> str:
    (stored,) = here.live_of(request_id)
    return str(next(key.id for key in here.keys_of(request_id) if key.provider_key_id == stored.key_id))


async def _stories(here: Stage, yuki: Person, priya: Person) -> list[str]:
    """Live through a spread of good and bad days; return the requests that ended with a live key."""
    faults = here.deepgram.faults
    delivered = [await _good_day(here, yuki, priya, "plain")]
    for kind in ("drop_after", "truncated", "null", "html", "500", "429"):
        request_id = await asked_and_approved(here, yuki, priya, f"provider: {kind}")
        faults.add(kind, *CREATE)
        delivered.append(await _fails_then_works(here, yuki, request_id))
    request_id = await asked_and_approved(here, yuki, priya, "the window is gone")
    here.slack.state.faults.add({"method": "views.update", "kind": "error", "error": "not_found"})
    delivered.append(await _fails_then_works(here, yuki, request_id))
    delivered += await _killed(here, yuki, priya)
    for line in ("/keys list", "/keys mine", "/keys", "/projects", "/usage", "/keydesk help", "/keydesk status"):
        await yuki.types(line)
    await yuki.opens_home()
    await press(yuki, "desk.details", delivered[0])
    await yuki.reads_in_window("History")
    await yuki.closes()
    return delivered


async def _good_day(here: Stage, yuki: Person, priya: Person, purpose: str) -> str:
    request_id = await asked_and_approved(here, yuki, priya, purpose)
    return await _shown(here, yuki, request_id)


async def _shown(here: Stage, yuki: Person, request_id: str) -> str:
    assert here.deepgram.state.is_live(await opened(yuki, request_id))
    await here.until(lambda: here.at_rest(request_id) and here.request(request_id).state == "delivered")
    return request_id


async def _fails_then_works(here: Stage, yuki: Person, request_id: str) -> str:
    await press(yuki, "keys.open", request_id)
    await here.until(lambda: here.attempts(request_id) == 1 and here.request(request_id).state == "approved")
    await yuki.sees(lambda page: page.modals)
    await asyncio.sleep(BLOCKED_SECONDS)  # its words reach the window
    await yuki.closes()
    return await _shown(here, yuki, request_id)


async def _killed(here: Stage, yuki: Person, priya: Person) -> list[str]:
    """Kill while Slack shows one secret and the provider answers with another."""
    killed = [await asked_and_approved(here, yuki, priya, purpose) for purpose in ("while shown", "while made")]
    shows = here.to_slack.hold("POST", "views.update", "after")
    await press(yuki, "keys.open", killed[0])
    await shows.here()
    makes = here.to_deepgram.hold(*CREATE, "after")
    await press(yuki, "keys.open", killed[1])
    await makes.here()
    await here.kill_bot()
    shows.drop()
    makes.drop()
    while yuki.modals:
        await yuki.closes()
        await asyncio.sleep(BLOCKED_SECONDS)
    await here.start_bot()
    await here.until(lambda: all(here.at_rest(request_id) for request_id in killed))
    return [await _shown(here, yuki, request_id) for request_id in killed]


@pytest.mark.parametrize("shift", range(3))
def test_the_search_finds_what_is_hidden(shift: int) -> None:
    secret = "emulated-" + "0f1e2d3c4b" * 4
    pickled = b"\x80" * shift + pickle.dumps({"answer": secret})
    hidden = {
        "plain": f"a log line {secret} goes on".encode(),
        "hex": secret.encode().hex().upper().encode(),
        "base64": base64.b64encode(pickled),
        "url": base64.urlsafe_b64encode(pickled),
        "nothing": b"emulated-",
    }
    assert canary.found(hidden, [secret]) == ["plain", "hex", "base64", "url"]
