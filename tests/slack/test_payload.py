"""For whose installation a payload came: what names the installation, never the workspace of who acts."""

from __future__ import annotations

from typing import Any

import pytest

from bot.slack.call import Kind
from bot.slack.payload import delivered_for, read
from bot.slack.router import join
from tests.slack.payloads import action, command, event, submission

OURS, SISTER, ORG = "T1", "T0SISTER001", "E0NORTHWIND"


def by(user_team: str | None = SISTER, **changes: Any) -> dict[str, Any]:
    """Return a press of somebody whom Slack calls one of this workspace."""
    return action("it") | {"user": {"id": "UANA", "team_id": user_team}} | changes


def in_view(team: object, **view: Any) -> dict[str, Any]:
    """Return a submission that names this team, and what its view names."""
    return submission("it", **view) | {"team": team}


def told(*team_ids: str | None, team_id: str = OURS) -> dict[str, Any]:
    """Return an event with these authorizations."""
    return event("team_join") | {"team_id": team_id, "authorizations": [{"team_id": each} for each in team_ids]}


def pressed(**given: Any) -> dict[str, Any]:
    """Return an element that somebody used."""
    return {"action_id": "it", **given}


SHAPES: list[tuple[str, Kind, dict[str, Any], list[str]]] = [
    ("a command names the place", "command", command("x"), [OURS]),
    ("a command without a place", "command", command("x") | {"team_id": None}, []),
    ("a press by somebody at home elsewhere in the organisation", "action", by(), [OURS]),
    ("a press by somebody of whom Slack says no home", "action", by(None), [OURS]),
    ("a press in a sister workspace", "action", by(OURS, team={"id": SISTER}), [SISTER]),
    ("a press of an installation in the whole organisation", "action", by(OURS, team=None), []),
    ("a press that names the organisation only", "action", by(OURS, team={"id": ORG}), []),
    ("a press without a team", "action", {k: v for k, v in by(OURS).items() if k != "team"}, []),
    ("a press with the installation at the top", "action", by(team=None, app_installed_team_id=OURS), [OURS]),
    ("a stranger's view in Slack Connect", "view", in_view({"id": SISTER}, app_installed_team_id=OURS), [OURS]),
    ("a view of another installation", "view", in_view({"id": OURS}, app_installed_team_id=SISTER), [SISTER]),
    ("a view of the organisation's installation", "view", in_view(None, app_installed_team_id=ORG), []),
    ("the same where Slack names the team", "view", in_view({"id": OURS}, app_installed_team_id=ORG), [OURS]),
    ("a view that says null", "view", in_view({"id": OURS}, app_installed_team_id=None), [OURS]),
    ("an event for us in a channel of others", "event", told(OURS, team_id=SISTER), [OURS]),
    ("an event for others in a channel of ours", "event", told(SISTER), [SISTER]),
    ("an event for the organisation", "event", told(None), []),
    ("an event for several", "event", told(SISTER, OURS), [SISTER, OURS]),
    ("an event for nobody", "event", told(), []),
    ("an event without authorizations", "event", event("team_join"), [OURS]),
]


@pytest.mark.parametrize(("kind", "body", "named"), [row[1:] for row in SHAPES], ids=[row[0] for row in SHAPES])
def test_a_payload_is_for_the_installation_that_it_names(kind: Kind, body: dict[str, Any], named: list[str]) -> None:
    assert delivered_for(kind, body) == named


async def no_ack(**_: Any) -> None:
    """Answer nothing: these payloads are only read."""


NOTHING: list[tuple[str, Kind, dict[str, Any], str]] = [
    ("a command without words", "command", command("/keys") | {"text": None}, "text"),
    ("nothing typed yet", "options", {"action_id": "pick", "value": None, "user": {"id": "UANA"}}, "value"),
    (
        "a choice without a value",
        "action",
        action("it") | {"actions": [pressed(selected_option={"text": {}})]},
        "value",
    ),
    ("a choice that is null", "action", action("it") | {"actions": [pressed(selected_option=None)]}, "value"),
    ("no people chosen", "action", action("it") | {"actions": [pressed(selected_users=None)]}, "value"),
]


@pytest.mark.parametrize(("kind", "body", "field"), [row[1:] for row in NOTHING], ids=[row[0] for row in NOTHING])
def test_null_is_the_empty_text(kind: Kind, body: dict[str, Any], field: str) -> None:
    web: Any = None
    call = read(kind, body, join([]), web, no_ack, OURS)
    assert getattr(call, field) == ""
