"""Every kind of payload in every shape that Slack gives it: who acts is judged right, and never by what is absent.

Grid, an installation in the whole organisation, Slack Connect, the organisation's own user ids, and fields left out,
through Bolt and the real door. The whole product walks them in ``tests/soak/test_shapes.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.groups import Groups
from bot.people import People
from bot.slack.call import Call
from bot.slack.connection import Slack
from bot.slack.dispatch import SlackApp, build_bolt
from bot.slack.groups import UserGroup
from bot.slack.router import Command, Routes
from bot.store.database import Database
from tests.slack.conftest import http_client
from tests.slack.payloads import (
    SECRET,
    action,
    closed,
    command,
    encoded,
    event,
    shortcut,
    signed,
    submission,
    suggestion,
    view_object,
)

OURS, SISTER, ORG, ELSEWHERE = "T1", "T0SISTER001", "E0NORTHWIND", "T0KELLERTON"
MEMBER = {"deleted": False, "is_bot": False, "is_restricted": False, "is_ultra_restricted": False}


def grid(*teams: str, home: str | None) -> dict[str, Any]:
    """Return what `users.info` says of somebody on Grid; without a home `team_id` is left out."""
    told = MEMBER | {"enterprise_user": {"enterprise_id": ORG, "teams": [*teams]}}
    return told | ({"team_id": home} if home is not None else {})


@dataclass(frozen=True)
class Shape:
    """How Slack tells a person and a place: ``info`` by `users.info`, the rest in the payload.

    ``team`` is the payload's own; ``installed`` what a view says; ``home`` the `user.team_id`, left out if None.
    ``passes`` are the kinds of payload that are let in: everything, nothing, or those named.
    """

    info: Mapping[str, Any]
    home: str | None = OURS
    team: Mapping[str, Any] | None = field(default_factory=lambda: {"id": OURS, "domain": "acme"})
    installed: str | None = OURS
    place: str | None = OURS
    authorized: str | None = OURS
    user_id: str = "UANA"
    passes: bool | frozenset[str] = True
    more: Mapping[str, Any] = field(default_factory=dict)


EVERYWHERE = {"enterprise": {"id": ORG, "name": "Northwind"}, "is_enterprise_install": True}
NULL: dict[str, Any] = {"team": None, "installed": ORG, "authorized": None, "more": EVERYWHERE}
OF_OURS = MEMBER | {"team_id": OURS}
STRANGER = MEMBER | {"team_id": ELSEWHERE, "is_stranger": True}
PLACED = frozenset({"command"})  # a slash command always says in which workspace it was typed

SHAPES: dict[str, Shape] = {
    "one workspace": Shape(OF_OURS),
    "Grid, at home in a sister workspace": Shape(grid(SISTER, OURS, home=SISTER), home=SISTER),
    "Grid, at home here": Shape(grid(SISTER, OURS, home=OURS), home=SISTER),
    "Grid, no home told anywhere": Shape(grid(OURS, home=None), home=None),
    "Grid, an id of the organisation": Shape(grid(OURS, home=None), home=SISTER, user_id="W0ANA00001"),
    "Grid, of a sister workspace alone": Shape(grid(SISTER, home=SISTER), home=SISTER, passes=False),
    "Grid, of a sister workspace alone, no home told": Shape(grid(SISTER, home=None), home=OURS, passes=False),
    "Grid, no workspace told": Shape(MEMBER, home=OURS, passes=False),
    "Grid, pressed in a sister workspace": Shape(
        OF_OURS, team={"id": SISTER}, installed=None, place=SISTER, authorized=SISTER, passes=False
    ),
    "org-wide, no team told": Shape(grid(OURS, home=OURS), passes=PLACED, **NULL),
    "org-wide, no team told, an id of the organisation": Shape(
        grid(OURS, home=None), home=None, user_id="W0ANA00002", passes=PLACED, **NULL
    ),
    "org-wide, the team told": Shape(grid(OURS, home=OURS), installed=ORG, more=EVERYWHERE),
    "org-wide, another team told": Shape(
        grid(OURS, SISTER, home=OURS), team={"id": SISTER}, installed=ORG, place=SISTER, authorized=SISTER, passes=False
    ),
    "Connect": Shape(STRANGER, home=ELSEWHERE, passes=False),
    "Connect, a view that names their team": Shape(STRANGER, home=ELSEWHERE, team={"id": ELSEWHERE}, passes=False),
    "Connect, one of ours in a window of theirs": Shape(
        OF_OURS,
        team={"id": ELSEWHERE},
        passes=frozenset(
            {
                "command",
                "window",
                "home",
                "form",
                "closed",
                "options",
                "opened",
            }
        ),
    ),
    "Connect, a stranger whom Slack does not call one": Shape(MEMBER | {"team_id": ELSEWHERE}, passes=False),
    "Connect, a stranger who wears our team": Shape(OF_OURS | {"is_stranger": True}, passes=False),
    "no team anywhere": Shape(OF_OURS, team=None, installed=None, place=None, authorized=None, passes=False),
    "not said whether a guest": Shape({"team_id": OURS}, passes=False),
}


def payloads(shape: Shape) -> dict[str, dict[str, Any]]:
    """Return one payload of each kind in this shape."""
    user = {"id": shape.user_id, "name": "ana"} | ({} if shape.home is None else {"team_id": shape.home})
    person = {"user": user, "team": shape.team, **shape.more}
    window = view_object("it", app_installed_team_id=shape.installed)
    in_window = person | {"view": window, "channel": None, "container": {"type": "view", "view_id": "V9"}}
    told = {"team_id": shape.place, "authorizations": [{"team_id": shape.authorized, "enterprise_id": ORG}]}
    typed = {"team_id": shape.place or "", "user_id": shape.user_id}
    return {
        "command": command("it do") | typed,
        "message": action("it") | person,
        "window": action("it") | in_window | {"message": None},
        "home": action("it") | in_window | {"message": None, "view": window | {"type": "home"}},
        "form": submission("it") | person | {"view": window},
        "closed": closed("it") | person | {"view": window},
        "options": suggestion("it", "x") | person | {"view": window},
        "shortcut": shortcut("it") | person,
        "message shortcut": shortcut("it") | person | {"type": "message_action", "channel": {"id": "C1"}},
        "opened": event("app_home_opened", user=shape.user_id) | told,
    }


class Entrance:
    """A floor whose every door lets in whom `People` lets in, and remembers them."""

    def __init__(self, store: Database, slack: Slack, info: Mapping[str, Any]) -> None:
        async def no_groups() -> list[UserGroup]:
            return []

        async def profile(user_id: str) -> Mapping[str, Any]:
            return {"id": user_id, **info}

        self.people = People(store, profile, OURS, Groups(store, no_groups, OURS))
        self.let_in: set[tuple[str, str]] = set()
        self._slack = slack

    async def slack_app(self) -> SlackApp:
        names = {"it": self._enter}
        door = Routes(
            commands=(Command("it", "do", self._enter, "", "does it"),),
            actions=names,
            views=names,
            closed=names,
            options=names,
            shortcuts=names,
            events={"app_home_opened": self._enter},
        )
        identity = await self._slack.interactive.auth_test()
        return build_bolt([door], web=self._slack.interactive, identity=identity, signing_secret=SECRET)

    async def _enter(self, call: Call) -> None:
        if call.kind == "options":
            if await self.people.known(call.team_id, call.user_id):
                self.let_in.add((call.team_id, call.user_id))
            await call.ack(options=[])
            return
        actor = await self.people.authenticate(call.team_id, call.user_id)
        self.let_in.add((actor.team_id, actor.user_id))


@pytest.mark.parametrize("name", SHAPES)
async def test_whoever_acts_is_judged_right_in_every_kind_of_payload(
    small_store: Database, slack: Slack, name: str
) -> None:
    shape = SHAPES[name]
    entrance = Entrance(small_store, slack, shape.info)
    await entrance.people.load_profiles([shape.user_id])  # options are judged by what is remembered
    slack_app = await entrance.slack_app()
    async with http_client(slack_app) as client:
        for kind, payload in payloads(shape).items():
            entrance.let_in.clear()
            body, content_type = encoded(payload)
            answer = await client.post("/slack/events", content=body, headers=signed(body, content_type))
            assert await slack_app.drain(3)
            passes = shape.passes if isinstance(shape.passes, bool) else kind in shape.passes
            assert answer.status_code == 200, kind
            assert entrance.let_in == ({(OURS, shape.user_id)} if passes else set()), kind
