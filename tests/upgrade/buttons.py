"""Every button, menu entry and form of a kept day, and who may use it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import uuid4

from playground.slack.elements import interactive, options_of
from tests.scenarios.people import AMARA, LIWEI, PRIYA
from tests.upgrade.house import House
from tests.upgrade.restored import Day, Json

# What changes rows comes after what only shows them, and what ends something last.
LATER = (
    "desk.remind", "keys.open", "desk.approve", "desk.deny", "desk.cancel", "budgets.acknowledge", "budgets.snooze",
    "digests.mute", "digests.pause", "digests.resume", "digests.end", "customers.archive", "customers.restore",
    "budgets.row:end", "keys.end", "accounts.remove", "projects.use",
)  # fmt: skip


@dataclass(frozen=True)
class Press:
    """One press or choice: what the page sends, and who does it."""

    user: str
    action: str
    ref: str
    body: Json = field(hash=False)

    async def __call__(self, house: House) -> Json:
        """Do it."""
        return await house.does("/ui/action", self.user, uuid4().hex, **self.body)


def of_messages(day: Day) -> list[Press]:
    """Return every press that the messages of that day offer, in the order in which they are made."""
    direct = {each["id"]: each["members"] for each in day.slack["direct"]}
    found: list[Press] = []
    for message in (*day.slack["messages"], *day.slack["ephemerals"]):
        place = {"type": "message", "channel": message["channel"], "ts": message["ts"]}
        only = message.get("ephemeral_for") or next(
            (each for each in direct.get(message["channel"], ()) if each != message["user"]), None
        )
        found += _of_blocks(day, message.get("blocks", ()), place, only)
    return sorted(found, key=partial(_rank, day))


def _rank(day: Day, press: Press) -> int:
    """Return when a press comes: what lowers somebody's role is decided last, for they press too."""
    if press.action == "desk.approve" and day.request(press.ref)["kind"].startswith("roles."):
        return len(LATER) + 1
    wish = f"{press.action}:{press.ref.partition(':')[0]}"
    return next((number for number, name in enumerate(LATER, 1) if name in (press.action, wish)), 0)


def of_view(day: Day, view: Json, view_id: str) -> list[Press]:
    """Return every press that a window or home offers."""
    return list(_of_blocks(day, view["given"]["blocks"], {"type": "view", "view_id": view_id}, view["user"]))


def _of_blocks(day: Day, blocks: Any, place: Json, only: str | None) -> Iterator[Press]:
    for block in blocks:
        if block["type"] == "input" and not block.get("dispatch_action"):
            continue
        for element in interactive(block):
            body = {name: element[name] for name in ("action_id", "type")} | {
                "container": place,
                "block_id": block["block_id"],
            }
            action = element["action_id"].partition("#")[0]
            for chosen in _choices(element):
                ref = chosen["selected_option"]["value"] if "selected_option" in chosen else element.get("value", "")
                yield Press(only or who_may(day, action, ref), action, ref, body | chosen)


def _choices(element: Json) -> list[Json]:
    if element["type"] == "button":
        return [{"value": element.get("value", "")}]
    return [{"selected_option": option} for option in options_of(element)]


def who_may(day: Day, action: str, ref: str) -> str:
    """Return somebody who may press this in a channel."""
    if action.startswith("desk."):
        return PRIYA if day.request(ref)["kind"] == "keys.create" else LIWEI
    return PRIYA if action.startswith("digests.") else AMARA
