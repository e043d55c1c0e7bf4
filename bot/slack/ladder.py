"""One ladder for every message and every view: what Slack refuses as it was drawn is sent more plainly.

At most four sends: as drawn, without what this workspace is known to refuse; without what was refused now; with
sections, headers, footnotes, buttons, lines and fields alone; in words alone. A refused send changes nothing at
Slack, so the next one is no repetition. No caller decides any of this.

A refused type is remembered for a day where Slack names it, or where the same payload passed without it. Of several
suspects one is kept in the second send, another one each time, so that each is found out. What our own check, or a
pointer into a block, calls malformed is drawn anew and held against nobody.
"""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog

from bot.slack.blocks import fit_message, fit_view
from bot.slack.blocks_check import problems_of_block
from bot.slack.refusals import SlackError, SlackTookNothing, note
from bot.slack.refused_types import OwnRefusals, RefusedTypes, is_of_blocks, pointed
from bot.slack.simpler import BASIC, Block, plainer, sections, simpler, words_alone

T = TypeVar("T")
Body = Mapping[str, Any]
Send = Callable[[Body], Awaitable[T]]
Group = tuple[Block, ...]
Groups = tuple[Group, ...]
"""For each block that was drawn, the blocks that stand for it."""

SENDS = 4
WORDS_LONGEST = 12_000  # of a message's text: Slack cuts at 40,000
WORDS_LONGEST_EDITED = 3_900  # chat.update takes 4,000
WORDS_LONGEST_IN_VIEW = 50_000
ONE_MOMENT = "One moment…"
WITHOUT_CONTROLS = "Slack refused this as it is drawn, so its buttons and fields are missing. Try again later."

_TEXT_ONLY: Mapping[str, frozenset[str]] = {
    "section": frozenset({"type", "text", "fields", "block_id"}),
    "header": frozenset({"type", "text", "block_id"}),
    "context": frozenset({"type", "elements", "block_id"}),
    "divider": frozenset({"type", "block_id"}),
}

_log = structlog.get_logger("bot.slack")


@dataclass(frozen=True)
class RefusedView:
    """One send that Slack refused: what stood in it, and where Slack pointed."""

    groups: Groups
    pointers: tuple[str, ...]

    @property
    def blocks(self) -> list[Block]:
        """Return the blocks as they were sent."""
        return [block for group in self.groups for block in group]


class Ladder:
    """Sends bodies, each at most four times; ``refusals`` may be replaced by what the workspace shares."""

    def __init__(self) -> None:
        self.refusals: RefusedTypes = OwnRefusals()
        self._turns = itertools.count()

    async def message(self, body: Body, send: Send[T], *, edits: bool = False) -> T:
        """Send a message with ``blocks``; ``edits`` for one that replaces another.

        Raises:
            SlackTookNothing: not even the words alone were taken.
            SlackError: what ``send`` raises for any other reason.
        """
        if not body.get("blocks"):
            return await self._alone(body, send)
        drawn = tuple(body["blocks"])

        def in_words() -> Body:
            text = words_alone(drawn, WORDS_LONGEST_EDITED if edits else WORDS_LONGEST)
            kept = {key: value for key, value in body.items() if key != "blocks"}
            return {**kept, "text": text, **({"blocks": []} if edits else {})}  # an empty list removes old blocks

        return await self._climb(drawn, lambda blocks: {**body, "blocks": fit_message(blocks)}, in_words, send)

    async def view(self, view: Block, send: Send[T]) -> T:
        """Send a view; ``send`` gets the view itself. Raises as ``message``."""
        drawn = tuple(view["blocks"])
        return await self._climb(
            drawn, lambda blocks: {**view, "blocks": fit_view(blocks)}, lambda: _in_words(view), send
        )

    async def _climb(
        self, drawn: Group, body: Callable[[list[Block]], Body], in_words: Callable[[], Body], send: Send[T]
    ) -> T:
        groups: Groups | None = await self._as_drawn(drawn)
        failed: list[RefusedView] = []
        while groups is not None:
            try:
                taken = await send(body([block for group in groups for block in group]))
            except SlackError as problem:
                if not is_of_blocks(problem):
                    raise
                failed.append(RefusedView(groups, problem.pointers))
                await self._learn_from(failed[-1], problem)
            else:
                await self._learn_by(failed, groups)
                return taken
            groups = _next(failed, next(self._turns)) if len(failed) < SENDS - 1 else None
        return await self._alone(in_words(), send)

    async def _as_drawn(self, drawn: Group) -> Groups:
        """Return what is sent first: all as it was drawn, but for what this workspace is known to refuse."""
        young = any(block.get("type") not in BASIC for block in drawn)
        known = await self.refusals.known() if young else frozenset()
        return tuple(tuple(simpler(block)) if block.get("type") in known else (block,) for block in drawn)

    async def view_once(self, view: Block, send: Send[T]) -> T:
        """Send a view in basic blocks, and in no other way if Slack refuses: for what is shown once."""
        return await self._last(in_basic(view), send)

    async def _alone(self, words: Body, send: Send[T]) -> T:
        try:
            return await self._last(words, send)
        except SlackError as problem:
            if not is_of_blocks(problem):
                raise
            raise SlackTookNothing(problem.method, problem.code, problem.pointers) from None

    async def _last(self, body: Body, send: Send[T]) -> T:
        """Send what is followed by nothing plainer: a refusal of it is an error of ours, and logged as one."""
        try:
            return await send(body)
        except SlackError as problem:
            if is_of_blocks(problem):
                note(problem)
            raise

    async def _learn_from(self, refused: RefusedView, problem: SlackError) -> None:
        """Log where Slack pointed, and remember the types that it named."""
        found = pointed(refused.pointers, refused.blocks)
        types = sorted({str(block.get("type")) for block in refused.blocks} - BASIC)
        _log.warning(
            "slack.blocks_refused", method=problem.method, code=problem.code, pointers=refused.pointers, types=types
        )
        for block_type in found.types:
            await self._remember(block_type)

    async def _learn_by(self, failed: Sequence[RefusedView], passed: Groups) -> None:
        """Remember the types without which the same payload passed."""
        for refused in failed:
            for block_type in _proven(refused, passed):
                await self._remember(block_type)

    async def _remember(self, block_type: str) -> None:
        _log.warning("slack.block_type_refused", type=block_type)
        await self.refusals.note(block_type)


# --- windows that cannot be sent again ---


def in_basic(view: Block) -> Block:
    """Return a view with basic blocks only: for an ack, and for what is shown once."""
    return {**view, "blocks": fit_view([shown for block in view["blocks"] for shown in simpler(block)])}


def opening(view: Block) -> Block:
    """Return what a window is opened with: the view itself where it is mere text, else one that says to wait.

    A trigger works once (docs.slack.dev, "Handling user interaction"), and nothing says whether a refused call has
    used it up. So the window that spends it holds nothing that could be refused.
    """
    if all(block.keys() <= _TEXT_ONLY.get(str(block.get("type")), frozenset()) for block in view["blocks"]):
        return view
    waiting = {"type": "section", "text": {"type": "plain_text", "text": ONE_MOMENT}}
    return {"type": "modal", "callback_id": "waiting", "title": view["title"], "blocks": [waiting]}


def _in_words(view: Block) -> Block:
    words = words_alone(view["blocks"], WORDS_LONGEST_IN_VIEW)
    note: Block = {"type": "context", "elements": [{"type": "plain_text", "text": WITHOUT_CONTROLS}]}
    kept = {key: value for key, value in view.items() if key not in ("submit", "blocks", "notify_on_close")}
    return {**kept, "blocks": fit_view([*sections(words.split("\n")), note])}


# --- the steps down ---


def _next(failed: Sequence[RefusedView], turn: int) -> Groups | None:
    """Return the first plainer drawing that was not refused yet; None where words alone are left."""
    last = failed[-1]
    steps: list[Callable[[], Groups]] = [
        lambda: _basic_only(last),
        lambda: tuple(_redrawn(group) for group in last.groups),
    ]
    if len(failed) == 1:
        steps.insert(0, lambda: _without_refused(last, turn))
    drawn = (step() for step in steps)
    return next((groups for groups in drawn if all(groups != each.groups for each in failed)), None)


def _without_refused(refused: RefusedView, turn: int) -> Groups:
    """Leave out what Slack pointed at; where it pointed at nothing, every suspect but one."""
    at, types = _complained(refused)
    if not at:
        suspects = sorted({str(block.get("type")) for block in refused.blocks} - BASIC)
        kept = {suspects[turn % len(suspects)]} if len(suspects) > 1 else set()
        types = frozenset(suspects) - kept
    return _lowering(refused.groups, lambda block: id(block) in at or block.get("type") in types)


def _basic_only(refused: RefusedView) -> Groups:
    """Leave the six basic types, those that Slack or our own check finds wrong drawn anew."""
    at, _ = _complained(refused)
    return _lowering(refused.groups, lambda block: id(block) in at or not _is_plain(block))


def _complained(refused: RefusedView) -> tuple[frozenset[int], frozenset[str]]:
    """Return which blocks (by ``id``) Slack pointed at, and the types that it named."""
    blocks = refused.blocks
    found = pointed(refused.pointers, blocks)
    return frozenset(id(blocks[index]) for index in found.blocks | found.inside), found.types


def _lowering(groups: Groups, wanted: Callable[[Block], bool]) -> Groups:
    """Say young blocks in basic ones and draw basic ones anew, in each group where one is ``wanted``."""
    return tuple(_lowered(group) if any(map(wanted, group)) else group for group in groups)


def _is_plain(block: Block) -> bool:
    return block.get("type") in BASIC and not problems_of_block(block)


def _lowered(group: Group) -> Group:
    plainly = (plainer(block) if block.get("type") in BASIC else simpler(block) for block in group)
    return tuple(shown for blocks in plainly for shown in blocks)


def _redrawn(group: Group) -> Group:
    return tuple(shown for block in group for basic in simpler(block) for shown in plainer(basic))


def _proven(refused: RefusedView, passed: Groups) -> frozenset[str]:
    """Return the types that the payload was refused with and taken without, nothing else being changed."""
    changed = [before for before, after in zip(refused.groups, passed, strict=True) if before != after]
    blocks = [block for group in changed for block in group]
    types = frozenset(str(block.get("type")) for block in blocks)
    still = {str(block.get("type")) for group in passed for block in group}
    found = pointed(refused.pointers, refused.blocks)
    inside = {id(refused.blocks[index]) for index in found.inside}
    if types & (BASIC | still) or any(id(block) in inside or problems_of_block(block, "message") for block in blocks):
        return frozenset()
    whole = {id(refused.blocks[index]) for index in found.blocks}
    return types if len(types) == 1 or all(id(block) in whole for block in blocks) else frozenset()
