"""What would be wrong with a cell of the grid: in what was read, held there, noted here, and written down."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.desk.running import DONE_AFTER_ALL, FINDING_OUT, NOT_DONE
from bot.store import members, mirrors
from tests.scenarios.grid.cells import AGAIN, HALF, SOMTO, Cell

LONGEST = 500
SCOPE_OF_THE_FAULT = "keys:write"  # which the emulated 403 names
UNPLAIN = re.compile(r"[<>{}\[\]]|https?:|Traceback|Exception|Error\b|None\b|\bnull\b|emulated-|err_")
KNOWN = (FINDING_OUT, DONE_AFTER_ALL, NOT_DONE)
HALF_TOLD = "was taken back, and no new one was sent"
# Each way of saying what became of it.
CLEAR = re.compile(
    r"^Deepgram refused to |^Deepgram did not give a usable answer|^Deepgram had trouble of its own|"
    r"^Deepgram answered without|^Deepgram answered with more than Keydesk reads|"
    r"keeps trying until|Whatever it made will be ended|and no new one was sent|"
    r" is taken back\.| is called | is deleted, | is removed\.| is member now\.|^Invited: | was sent again\.|"
    r" has ended\."
)


def complaints(cell: Cell) -> Iterator[str]:
    """Say what is wrong with a cell that has come to rest: nothing, if all is as it should be."""
    yield from _of_words(cell)
    yield from _of_a_reading(cell) if cell.is_reading else _of_a_change(cell)


def _of_words(cell: Cell) -> Iterator[str]:
    if not cell.words:
        yield "its asker heard nothing"
    for words in cell.words:
        if UNPLAIN.search(words) or len(words) > LONGEST or not words.endswith((".", "”")):
            yield f"unplain: {words!r}"
        if words not in KNOWN and not CLEAR.search(words):
            yield f"says not what became of it: {words!r}"
    if cell.kind == "403" and not any(SCOPE_OF_THE_FAULT in words for words in cell.words):
        yield "the missing scope is not named"


def _of_a_reading(cell: Cell) -> Iterator[str]:
    if cell.words == ["read"]:
        yield "a faulty answer was shown"
    if cell.snapshot() != cell.before:
        yield "something changed"
    if cell.row.name == "members.list":
        mirror = cell.read(lambda session: mirrors.get(session, mirrors.of_members(cell.project_id)))
        if mirror.problem != cell.words[0]:
            yield "the mirror does not say why it is old"
        if cell.read(lambda session: members.get(session, cell.project_id, SOMTO)) is None:
            yield "the mirror lost somebody"


def _of_a_change(cell: Cell) -> Iterator[str]:
    outcome = cell.outcome()
    if cell.row.is_noted is not None and cell.row.is_noted(cell) != cell.is_done():
        yield f"done there: {cell.is_done()}; our copy says otherwise"
    if outcome == HALF and not any(HALF_TOLD in words for words in cell.words):
        yield "half done, and not told"
    if len(cell.project.mailed) > 1:
        yield "mailed twice"
    if cell.sent() > 1 + (outcome == AGAIN):
        yield f"sent {cell.sent()} times"
    yield from _of_the_record(cell)


def _of_the_record(cell: Cell) -> Iterator[str]:
    names, changes, request = cell.record(), cell.changes(), cell.request()
    begun = sum(name.endswith(".started") for name in names)
    ended = sum(
        name.endswith((".succeeded", ".failed", ".settled", ".refused", ".unclear", "keys.ended")) for name in names
    )
    if not begun or ended < begun:
        yield f"the record lacks a part: {names}"
    for change in changes:
        if change.state not in ("succeeded", "failed"):
            yield f"a change is still {change.state}"
        told_later = change.request_id is None and FINDING_OUT in cell.words
        if cell.desk.told[change.id] != told_later:
            yield f"told {cell.desk.told[change.id]} times afterwards"
    if changes and cell.outcome() != HALF and (changes[-1].state == "succeeded") != cell.is_done():
        yield f"recorded as {changes[-1].state}, and it is {cell.outcome()}"
    if request is not None and request.state not in ("done", "failed", "approved"):
        yield f"its request is {request.state}"
