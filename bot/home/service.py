"""What one person sees at a glance: what waits for them, what they asked for, their keys, their project."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from bot.desk import jobs, views
from bot.desk.service import Desk
from bot.operation import Actor
from bot.store import keys, people, projects, requests
from bot.store.keys import Key
from bot.store.requests import OPEN, Request

MOST_WAITING = 10
MOST_MINE = 10
MOST_KEYS = 10


@dataclass(frozen=True)
class Home:
    """One person's page. Counts are of everything; lists are cut, and the page says so."""

    name: str
    project: str | None
    waiting: tuple[views.Card, ...]
    waiting_total: int
    mine: tuple[views.Card, ...]
    mine_total: int
    keys: tuple[Key, ...]
    keys_total: int
    drawn_at: datetime


def read(session: Session, desk: Desk, actor: Actor, now: datetime) -> Home:
    """Read a person's page from the local store."""
    waiting = [held for held in requests.waiting(session, actor.team_id) if _decides(session, desk, held, actor)]
    mine = [held for held in requests.of_person(session, actor.team_id, actor.user_id, limit=200) if held.state in OPEN]
    found, total = keys.search(session, limit=MOST_KEYS, owner=actor.user_id)
    project = projects.chosen(session, actor.team_id, actor.user_id)
    person = people.get(session, actor.team_id, actor.user_id)
    return Home(
        name=person.name if person is not None else actor.name,
        project=project.name if project is not None else None,
        waiting=tuple(_card(session, desk, held) for held in waiting[:MOST_WAITING]),
        waiting_total=len(waiting),
        mine=tuple(_card(session, desk, held) for held in mine[:MOST_MINE]),
        mine_total=len(mine),
        keys=tuple(found),
        keys_total=total,
        drawn_at=now,
    )


def _decides(session: Session, desk: Desk, request: Request, actor: Actor) -> bool:
    return actor.user_id in desk.deciders(session, request)


def _card(session: Session, desk: Desk, request: Request) -> views.Card:
    return jobs.card(desk, session, request, desk.deciders(session, request))
