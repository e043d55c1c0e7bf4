"""Walks the table: each code provoked in the emulated Slack, and what came of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.slack.codes.sentences import Meaning
from bot.slack.codes.table import METHODS
from bot.slack.codes.verdict import judge
from bot.slack.refusals import TOO_MANY
from tests.scenarios.codes.scenes import SCENES, make_known
from tests.slack.codes.listing import DONE, codes_of
from tests.world import World

REFERENCE = re.compile(r"reference [0-9a-f]{8}")
UNKNOWN = "unheard_of"
OURS = "address_refused"  # not Slack's: no emulator can provoke it, `tests/slack/test_given_urls.py` does
PAIRS = [(method, code) for method in METHODS for code in [*codes_of(method), UNKNOWN] if code != OURS]
"""Every method × every code of the table, and one code for each that is not in it."""


@dataclass(frozen=True)
class Cell:
    """What one code of one method came to."""

    method: str
    code: str
    read: str
    tried: str

    @property
    def meaning(self) -> Meaning:
        """Return what the table says that it means."""
        return judge(self.method, self.code).meaning

    @property
    def outcome(self) -> tuple[str, str, str, str]:
        """Return the row that this cell belongs to, whatever its code."""
        read = self.read.replace(f"({self.code})", "(…)").replace(f" {self.code}", " …")
        return self.meaning, read, self.tried, DONE[self.meaning]


async def walk(here: World, pairs: Iterable[tuple[str, str]]) -> list[Cell]:
    """Provoke each, one after the other."""
    await make_known(here)
    return [await _cell(here, method, code) for method, code in pairs]


async def _cell(here: World, method: str, code: str) -> Cell:
    faults = here.slack.state.faults
    faults.clear()
    for fault in _faults(method, code):
        faults.add(fault)
    ending = await SCENES[method][1](here)
    faults.clear()
    return Cell(method, code, REFERENCE.sub("reference …", ending.read), ending.tried)


def _faults(method: str, code: str) -> list[dict[str, object]]:
    """Return what provokes this code: for ``http_404`` a status without words, for a limited rate a 429."""
    fault: dict[str, object] = {"method": method, "kind": "error", "error": code, "times": None}
    if code.startswith("http_"):
        fault |= {"error": "", "status": int(code.removeprefix("http_"))}
    if method == "upload_url" and code == UNKNOWN:
        fault |= {"error": "", "status": 418}  # the only code that an address for bytes has is its status
    if code in TOO_MANY:
        fault |= {"kind": "ratelimited", "seconds": 3600, "status": 429 if code == "ratelimited" else 200}
    return [fault]
