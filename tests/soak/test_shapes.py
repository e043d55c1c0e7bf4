"""The whole product in the shapes that Slack gives people: Grid, org-wide, Slack Connect, fields left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.people import REFUSALS
from bot.policy import Role
from bot.store.projects import ProjectSettings
from playground.slack.state import Person
from playground.slack.workspace_changes import change_plan
from tests.declared import LEAST
from tests.scenarios.forging import forge_command, hears
from tests.scenarios.people import GENERAL
from tests.scenarios.role_walks import WALKS, production
from tests.scenarios.test_roles import answered, holds
from tests.soak.conftest import Tell
from tests.world import World, world

pytestmark = [pytest.mark.soak, pytest.mark.walk]

OURS, SISTER, ELSEWHERE = "T0NORTHWIND", "T0SISTER001", "T0KELLERTON"


@dataclass(frozen=True)
class Shape:
    """How Slack tells somebody: whether they are ours, their id, and what stands in their object and its absence."""

    ours: bool
    user_id: str
    person: dict[str, Any] = field(default_factory=dict)
    organisation: dict[str, Any] | None = field(default_factory=dict)


HOME_ELSEWHERE = {"team_id": SISTER, "teams": (SISTER, OURS)}
OF_SISTER = {"team_id": SISTER, "teams": (SISTER,)}
NOT_TOLD = {"left_out": ("team_id",)}
SHAPES = {
    "Grid, at home in a sister workspace": Shape(True, "U0SHAPE0001", HOME_ELSEWHERE),
    "Grid, no home told, an id of the organisation": Shape(True, "W0SHAPE0002", HOME_ELSEWHERE | NOT_TOLD),
    "org-wide, the team told": Shape(
        True, "W0SHAPE0003", HOME_ELSEWHERE | NOT_TOLD, {"org_wide": True, "names_team": True}
    ),
    "Grid, of a sister workspace alone": Shape(False, "U0SHAPE0004", OF_SISTER),
    "Grid, of a sister workspace alone, no home told": Shape(False, "W0SHAPE0005", OF_SISTER | NOT_TOLD),
    "no workspace told": Shape(False, "U0SHAPE0006", NOT_TOLD, None),
    "not said whether a guest": Shape(False, "U0SHAPE0007", {"left_out": ("is_restricted",)}, None),
    "Connect": Shape(False, "U0SHAPE0008", {"team_id": ELSEWHERE, "is_stranger": True}, None),
    "Connect, not called a stranger": Shape(
        False, "U0SHAPE0009", {"team_id": ELSEWHERE, "is_stranger": True, "left_out": ("is_stranger",)}, None
    ),
}


@pytest.mark.parametrize("name", SHAPES)
async def test_everything_is_open_to_our_people_and_to_nobody_else(tmp_path: Path, name: str, tell: Tell) -> None:
    shape = SHAPES[name]
    async with world(f"sqlite:///{tmp_path}/keydesk.db", role="owner") as here:
        arrive(here, shape)
        if shape.ours:
            await forge_command(here, shape.user_id, "/projects use production")
            await hears(here, shape.user_id, "production · yours")
        wrong = []
        for way in sorted(set(WALKS) & set(LEAST)):
            wanted = WALKS[way].answer if shape.ours else refusal(shape)
            news = await answered(here, shape.user_id, way, wanted)
            if wanted not in news:
                wrong.append(f"{way}: {news}")
        tell(f"shapes, {name}: {len(set(WALKS) & set(LEAST))} ways, {len(wrong)} wrong")
        assert not wrong, "\n".join(wrong)


def refusal(shape: Shape) -> str:
    """Return what somebody who is not ours reads."""
    return REFUSALS["guest" if "is_restricted" in shape.person.get("left_out", ()) else "stranger"]


def arrive(here: World, shape: Shape) -> None:
    """Let this person stand in the workspace, with every right that rows can give."""
    emulation, user = here.slack.state, shape.user_id
    emulation.workspace.add_person(Person(user, "shape", "Shape", **shape.person))
    emulation.workspace.channels[GENERAL].members.append(user)
    change_plan(emulation, {"organisation": shape.organisation})
    holds(here, user, Role.OWNER)
    with here.database.transaction() as session:
        session.get_one(ProjectSettings, production(here)).approvers = [user]
