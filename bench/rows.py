"""Requests that wait for a decision, with their cards posted in the emulated Slack: what people will press on."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from sqlmodel import Session, select

from bench.payloads import click
from bot.desk import views
from bot.keys import service
from bot.keys.operations import CreateKey
from bot.operation import Description
from bot.store.cards import Card
from bot.store.database import Database
from bot.store.projects import ProjectSettings
from bot.store.requests import Request
from bot.store.scheduled_jobs import ScheduledJob
from playground.workplace import CHANNEL
from tests.scenarios.people import PRIYA, YUKI


@dataclass(frozen=True)
class Waiting:
    """A request that waits, and the copy of its card on which its approver presses."""

    request_id: str
    message: dict[str, Any]

    def press(self, team: str, action_id: str = "desk.approve") -> bytes:
        """Return the press of a button of this card, by the approver."""
        return click(team, PRIYA, action_id, f"{self.request_id}.1", self.message)


async def waiting(database: Database, slack: AsyncWebClient, team: str, number: int) -> list[Waiting]:
    """Make requests of one person, each with a copy for the approvers and one for the requester."""
    direct = (await slack.conversations_open(users=YUKI))["channel"]["id"]
    requests = await asyncio.to_thread(_written, database, team, number)
    return [await _posted(database, slack, request, direct) for request in requests]


async def _posted(database: Database, slack: AsyncWebClient, request: Request, direct: str) -> Waiting:
    blocks = views.approver_card(_card(request))
    copies = [
        (audience, place, channel, (await slack.chat_postMessage(channel=channel, text="Bench", blocks=blocks))["ts"])
        for audience, place, channel in (("approvers", CHANNEL, CHANNEL), ("requester", YUKI, direct))
    ]

    def note(session: Session) -> None:
        for audience, place, channel, ts in copies:
            session.add(Card(request_id=request.id, audience=audience, place=place, channel=channel, ts=ts, version=1))

    await database.write(note)
    return Waiting(request.id, {"type": "message", "channel": CHANNEL, "ts": copies[0][3], "blocks": blocks})


def _written(database: Database, team: str, number: int) -> list[Request]:
    with database.transaction() as session:
        project_id = session.exec(select(ProjectSettings.project_id)).first() or ""
        asked = CreateKey(
            project_id=project_id, purpose="bench", preset="speech", days=7, customer="acme", place="vault"
        )
        drawn = service.describe(session, asked, YUKI)
        now = datetime.now(UTC)
        requests = [
            Request(
                team_id=team,
                requester=YUKI,
                kind=CreateKey.kind,
                operation=asked.model_dump(mode="json"),
                description=drawn.model_dump(mode="json"),
                project_id=project_id,
                created_at=now,
                expires_at=now + timedelta(hours=24),
            )
            for _ in range(number)
        ]
        session.add_all(requests)
    return requests


def _card(request: Request) -> views.Card:
    return views.Card(
        request_id=request.id,
        version=1,
        state="waiting",
        requester=request.requester,
        description=Description.model_validate(request.description),
        deciders="@priya",
        created_at=request.created_at,
        expires_at=request.expires_at,
    )


async def followed(database: Database, requests: list[Waiting], patience: float = 30.0) -> None:
    """Wait until every copy of these decided requests shows it, and no job of theirs waits any more.

    Raises:
        TimeoutError: some never did.
    """
    ids = {each.request_id for each in requests}
    async with asyncio.timeout(patience):
        while not await database.read(lambda session: _all_follow(session, ids)):  # noqa: ASYNC110 - no event: rows tell
            await asyncio.sleep(0.1)


def _all_follow(session: Session, ids: set[str]) -> bool:
    copies = [card for card in session.exec(select(Card)) if card.request_id in ids]
    jobs = [
        row for row in session.exec(select(ScheduledJob).where(ScheduledJob.kind == "desk.cards")) if row.ref in ids
    ]
    return not jobs and len(copies) == 3 * len(ids) and all(card.version == 2 for card in copies)
