"""What people type into the windows that stood open that day."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from sqlmodel import select

from bot.store.budgets import Budget
from bot.store.customers import Customer
from bot.store.digests import Subscription
from bot.store.projects import ProjectSettings
from bot.store.requests import Request
from playground.deepgram.seed import CLINIC, made_up_id
from tests.upgrade.house import House
from tests.upgrade.restored import OF_4A04ED7, Json

TYPED: dict[str, Json] = json.loads((OF_4A04ED7.folder / "typed.json").read_text())
"""By the name that each form had that day, what is typed by the name of each field."""
OF_ANOTHER: dict[tuple[str, str], Json] = {("customers.save", "apple"): {"name": "Apple in an old window"}}
"""What is typed where the window carries this of a row."""
ORDER = tuple(TYPED)
"""What comes later may refer to what came before: a project's new name comes last of all that name it."""
VALUE = {"plain_text_input": "value", "number_input": "value", "datepicker": "selected_date"}


async def typed(house: House, view: Json, view_id: str) -> Json:
    """Return the state of a window in which somebody has typed."""
    values: dict[str, Any] = {}
    callback_id, carried = view["given"]["callback_id"], view["given"].get("private_metadata", "")
    texts = OF_ANOTHER.get((callback_id, carried), TYPED[callback_id])
    for block in view["given"]["blocks"]:
        wanted = texts.get(block.get("block_id"))
        if block["type"] == "input" and wanted is not None:
            element = block["element"]
            state = await _state(house, view, view_id, block, wanted)
            values[block["block_id"]] = {element["action_id"]: {"type": element["type"]} | state}
    return {"values": values}


async def _state(house: House, view: Json, view_id: str, block: Json, wanted: str) -> Json:
    element = block["element"]
    if element["type"] in VALUE:
        return {VALUE[element["type"]]: wanted}
    if element["type"] == "external_select":
        asked = {"block_id": block["block_id"], "action_id": element["action_id"], "query": wanted}
        place = {"type": "view", "view_id": view_id}
        answer = await house.does("/ui/options", view["user"], container=place, **asked)
        groups = answer.get("option_groups") or [answer]
        return {"selected_option": next(option for group in groups for option in group["options"])}
    return {"selected_option": next(each for each in element["options"] if each["value"] == wanted)}


def undone(house: House, known: Collection[str]) -> list[str]:
    """Return what the windows asked for and is not so; ``known`` are the requests that there were before."""
    with house.app.database.reading() as session:
        requests = [each for each in session.exec(select(Request)) if each.id not in known]
        denied = session.exec(select(Request).where(Request.kind == "keys.create", Request.state == "denied")).all()
        facts = {
            "budgets.set": any(each.dollars == DOLLARS for each in session.exec(select(Budget))),
            "customers.save": {each.name for each in session.exec(select(Customer))} >= NAMES,
            "desk.deny": len(denied) > 1,
            "digests.form": sum(each.hour == HOUR for each in session.exec(select(Subscription))) > 1,
            "keys.request": sum(each.kind == "keys.create" for each in requests) > 1,
            "projects.settings": any(each.most_days == DAYS for each in session.exec(select(ProjectSettings))),
        }
    kinds = {each.kind for each in requests}
    facts |= {kind: kind in kinds for kind in HELD}
    staging = house.deepgram.state.projects[made_up_id("staging")]
    facts["invites.form"] = staging.invites.get(f"old.window@{CLINIC}") == "member"
    facts["projects.rename"] = staging.name == TYPED["projects.rename"]["name"]
    return [name for name, holds in facts.items() if not holds]


HELD = ("accounts.remove", "budgets.raise", "invites.domains", "members.remove", "members.scope", "projects.delete")
DAYS, DOLLARS, HOUR, NAMES = 77, 77, 11, {"Kiwi", "Apple in an old window"}
