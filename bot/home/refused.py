"""What this workspace refuses to draw: shown in `/keydesk status` and by ``doctor``, which also asks Slack anew.

Slack's ``blocks.validate`` is not asked: it needs no token, so it knows the schema and not what this workspace takes.
A message to one owner does: it is edited to hold each young block in turn, and says in the end what was found.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlmodel import Session

from bot.home.check import Check
from bot.slack.blocks import section
from bot.slack.refused_types import REMEMBERED, is_of_blocks
from bot.slack.web import SlackError, SlackWeb
from bot.slack.words import listed, utc
from bot.store import block_refusals
from bot.store.block_refusals import BlockRefusal
from bot.store.database import Database

Block = dict[str, Any]

NAME = "blocks"
ASKING = "Keydesk asks Slack which blocks this workspace takes. There is nothing to do for you."
YOUNG: dict[str, Block] = {
    "table": {"type": "table", "rows": [[{"type": "raw_text", "text": "Does Slack draw this table?"}]]},
    "data_visualization": {
        "type": "data_visualization",
        "title": "Does Slack draw this chart?",
        "chart": {
            "type": "bar",
            "series": [{"name": "Test", "data": [{"label": "Test", "value": 1.0}]}],
            "axis_config": {"categories": ["Test"]},
        },
    },
}
"""Each young block that Keydesk draws, as small as it gets."""


async def look(database: Database, team_id: str, now: datetime) -> Check:
    """Say what this workspace refused within a day; it is no fault, since the same is said in text."""
    refused = await database.read(partial(block_refusals.since, team_id=team_id, after=now - REMEMBERED))
    if not refused:
        return Check(NAME, True, "Slack takes tables and charts, as far as it was asked")
    return Check(NAME, True, f"{_said(refused)}; keydesk doctor --check-blocks asks again")


def _said(refused: Sequence[BlockRefusal]) -> str:
    types = listed(each.block_type for each in refused)
    until = min(each.refused_at for each in refused) + REMEMBERED
    return f"Slack refuses {types} in this workspace, so they are shown as text until {utc(until)}"


async def ask(web: SlackWeb, database: Database | None, team_id: str, owner: str, now: datetime) -> Check:
    """Ask Slack anew, by one message to an owner, and remember what it answers (with a database)."""
    try:
        answers = await _answers(web, owner)
    except SlackError as problem:
        return Check(NAME, False, f"could not be asked by a message to {owner}: Slack says {problem.code}")
    if database is not None:
        await database.write(lambda session: _remember(session, team_id, answers, now))
    refused = [each for each, taken in answers.items() if not taken]
    taken = listed(each for each, taken in answers.items() if taken)
    if not refused:
        return Check(NAME, True, f"asked just now: Slack takes {taken}")
    return Check(NAME, True, f"asked just now: Slack refuses {listed(refused)}, so they are shown as text for a day")


async def _answers(web: SlackWeb, owner: str) -> dict[str, bool]:
    """Return for each young type whether Slack takes it; each is sent once, as it is."""
    channel = await web.open_dm(owner)
    ts = await web.post(channel, ASKING)
    answers = {}
    for block_type, block in YOUNG.items():
        answers[block_type] = await _is_taken(web, {"channel": channel, "ts": ts, "text": ASKING, "blocks": [block]})
    found = "; ".join(f"{each}: {'yes' if taken else 'no, shown as text'}" for each, taken in answers.items())
    await web.update(channel, ts, f"Keydesk asked Slack which blocks this workspace takes. {found}.", [section(found)])
    return answers


async def _is_taken(web: SlackWeb, body: Block) -> bool:
    try:
        await web.write("chat.update", body, again=True)
    except SlackError as problem:
        if not is_of_blocks(problem):
            raise
        return False
    return True


def _remember(session: Session, team_id: str, answers: dict[str, bool], now: datetime) -> None:
    for block_type, taken in answers.items():
        if taken:
            block_refusals.forget(session, team_id, block_type)
        else:
            block_refusals.note(session, team_id, block_type, now)
