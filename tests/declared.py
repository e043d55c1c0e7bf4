"""What all rooms declare, as the app puts it together: who may do what, and what App Home and the record show."""

from __future__ import annotations

from collections.abc import Mapping

from bot.app import unconnected
from bot.policy import Role

ROOMS = unconnected()
POLICY = ROOMS.policy
RULES = sorted(name for name, right in POLICY.rights.items() if right.rule is not None)
LEAST: Mapping[str, Role] = {name: right.least for name, right in POLICY.rights.items()}
QUICK = tuple(quick for room in ROOMS.rooms for quick in room.quick)
RECORDED = {name: words for room in ROOMS.rooms for name, words in room.recorded.items()}
