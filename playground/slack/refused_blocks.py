"""Types of block that this workspace refuses on demand, as plans, roll-outs and Slack's own validator do.

How Slack points at what it refuses differs: at the type, at the block, into the block, at something else altogether,
or at nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from playground.slack.wire import Json, SlackError

Pointing = Literal["type", "block", "inside", "elsewhere", "nothing"]


@dataclass
class RefusedBlocks:
    """Which types are refused, and how Slack points; ``spends_triggers``: a refused views.open uses its trigger up."""

    types: frozenset[str] = frozenset()
    pointing: Pointing = "type"
    spends_triggers: bool = False

    def set(self, given: Json) -> None:
        """Refuse what JSON describes from now on; ``ValueError`` when it makes no sense."""
        types, pointing = given.get("types", []), given.get("pointing", "type")
        if not isinstance(types, list) or not all(isinstance(each, str) for each in types):
            raise ValueError("types is a list of types of block")
        if pointing not in get_args(Pointing):
            raise ValueError(f"pointing is one of {', '.join(get_args(Pointing))}")
        self.types, self.pointing = frozenset(types), pointing
        self.spends_triggers = bool(given.get("spends_triggers", self.spends_triggers))

    def clear(self) -> None:
        """Take everything that Slack takes."""
        self.types, self.pointing, self.spends_triggers = frozenset(), "type", False

    def shown(self) -> Json:
        """Return what is refused, as JSON."""
        return {
            "types": sorted(self.types),
            "pointing": self.pointing,
            "spends_triggers": self.spends_triggers,
        }

    def check(self, blocks: list[Json], code: str, root: str) -> None:
        """Raise ``code`` if one of these blocks is refused; ``root`` is ``/blocks`` or ``/view/blocks``."""
        refused = [index for index, block in enumerate(blocks) if block.get("type") in self.types]
        if refused:
            raise SlackError(code, *(line for index in refused for line in self._lines(blocks, index, root)))

    def _lines(self, blocks: list[Json], index: int, root: str) -> list[str]:
        at = f"{root}/{index}"
        inside = next((key for key in blocks[index] if key not in ("type", "block_id")), "type")
        other = next((each for each in range(len(blocks)) if blocks[each].get("type") not in self.types), index)
        match self.pointing:
            case "type":
                return [f"unsupported type: {blocks[index]['type']} [json-pointer:{at}/type]"]
            case "block":
                return [f"failed to match all allowed schemas [json-pointer:{at}]"]
            case "inside":
                return [f"must be a valid {inside} [json-pointer:{at}/{inside}]"]
            case "elsewhere":
                return [f"must be more than 0 characters [json-pointer:{root}/{other}/text]"]
            case _:
                return []
