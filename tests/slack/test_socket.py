"""Socket Mode's connections: started, watched, stopped."""

from __future__ import annotations

import asyncio

import pytest

from bot.slack.call import Call
from bot.slack.connection import Slack
from bot.slack.dispatch import SlackApp, build_bolt
from bot.slack.router import Command, Routes
from bot.slack.socket import SocketDoor, socket_door
from bot.slack.watchdog import Watchdog
from bot.slack.web import SlackError
from tests.clocks import PATIENCE
from tests.slack.fake_api import FakeApi
from tests.slack.payloads import action, command
from tests.slack.test_http import IDENTITY


def door_of(slack_app: SlackApp, slack: Slack, api: FakeApi, connections: int = 2) -> SocketDoor:
    return socket_door(
        slack_app,
        slack,
        app_token="xapp-test",
        on_silent=lambda: None,
        api_url=api.api_url,
        connections=connections,
    )


async def test_two_connections_stand_and_say_so(slack: Slack, api: FakeApi) -> None:
    door = door_of(build_bolt([], web=slack.interactive, identity=IDENTITY), slack, api)

    await door.start()

    assert len(api.sockets) == 2
    assert await door.check() == ("slack socket", True, "2 of 2 connections stand")
    assert await door.stop(1)


async def test_a_bad_app_token_is_refused_at_the_start(slack: Slack, api: FakeApi) -> None:
    api.refuse("apps.connections.open", "invalid_auth")
    door = door_of(build_bolt([], web=slack.interactive, identity=IDENTITY), slack, api, 1)

    with pytest.raises(SlackError, match=r"apps.connections.open: invalid_auth"):
        await door.start()

    await door.stop(1)


async def test_an_action_without_an_id_leaves_the_connection_standing(slack: Slack, api: FakeApi) -> None:
    door = door_of(build_bolt([], web=slack.interactive, identity=IDENTITY), slack, api, 1)
    await door.start()

    with pytest.raises(TimeoutError):
        await api.deliver("interactive", action(None), seconds=0.2)

    assert await api.deliver("slash_commands", command("help")) is None
    await door.stop(1)


async def test_a_stop_waits_for_what_runs_and_takes_nothing_more(slack: Slack, api: FakeApi) -> None:
    done: list[str] = []

    async def works(call: Call) -> None:
        await asyncio.sleep(0.3)
        done.append(call.text)

    keys = Routes(commands=(Command("keys", "list", works, "", ""),))
    door = door_of(build_bolt([keys], web=slack.interactive, identity=IDENTITY), slack, api, 1)
    await door.start()
    await api.deliver("slash_commands", command("keys list first"))

    stopping = asyncio.create_task(door.stop(3))
    await asyncio.sleep(0)
    with pytest.raises(TimeoutError):
        await api.deliver("slash_commands", command("keys list second"), seconds=0.1)

    assert await stopping
    assert done == ["first"]


async def test_a_lost_connection_is_made_anew(slack: Slack, api: FakeApi) -> None:
    door = door_of(build_bolt([], web=slack.interactive, identity=IDENTITY), slack, api, 1)
    await door.start()

    await api.sockets[0].close()
    async with asyncio.timeout(PATIENCE):
        while len(api.sockets) < 2:  # noqa: ASYNC110 - the fake tells no events
            await asyncio.sleep(0.05)

    assert await api.deliver("slash_commands", command("help")) is None
    await door.stop(1)


class Line:
    """A connection that is heard when the test says so."""

    def __init__(self, *, connected: bool = True) -> None:
        self.last = self.framed = 0.0
        self.standing = connected
        self.reconnects = 0
        self.fails = False

    def heard(self) -> float:
        return self.last

    def last_frame(self) -> float:
        return self.framed

    async def connected(self) -> bool:
        return self.standing

    async def reconnect(self) -> None:
        self.reconnects += 1
        if self.fails:
            raise OSError("no route")


@pytest.mark.parametrize(
    ("silent", "connected", "reconnects"), [(29, True, 0), (31, True, 1), (9, False, 0), (11, False, 1)]
)
async def test_a_silent_or_lost_connection_is_made_anew(silent: float, connected: bool, reconnects: int) -> None:
    line = Line(connected=connected)

    assert await Watchdog([line], lambda: None, lambda: silent).check()
    assert line.reconnects == reconnects


async def test_the_process_is_ended_once_all_connections_stay_silent() -> None:
    given_up: list[str] = []
    now = [59.0]
    first, second = Line(), Line()
    first.fails = True
    watchdog = Watchdog([first, second], lambda: given_up.append("silent"), lambda: now[0])

    assert await watchdog.check()
    now[0] = 61
    second.last = 50
    assert await watchdog.check()
    assert given_up == []

    now[0] = 111
    assert not await watchdog.check()
    assert given_up == ["silent"]


async def test_a_connection_that_pongs_but_brings_nothing_is_made_anew_one_at_a_time() -> None:
    first, second = Line(), Line()
    first.last = second.last = 301.0
    second.framed = 1.0
    watchdog = Watchdog([first, second], lambda: None, lambda: 301.5)

    assert await watchdog.check()
    assert (first.reconnects, second.reconnects) == (1, 0)
