"""What one person sees at a glance: what waits for them, what they asked for, their keys, their project."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from bot.desk import drawing, views
from bot.desk.service import Desk
from bot.operation import Actor
from bot.policy import Role
from bot.providers.port import Vendor
from bot.room import Quick
from bot.store import keys, people, projects, requests
from bot.store.keys import Key
from bot.store.requests import Request
from bot.store.roles import WORKSPACE
from bot.vendors import vendor_of

MOST_WAITING = 10
MOST_MINE = 10
MOST_KEYS = 10


@dataclass(frozen=True)
class Home:
    """One person's page. Counts are of everything; lists are cut, and the page says so.

    ``role`` is the person's in their project, or in the workspace while they have none; ``quick`` what it lets them do.
    """

    name: str
    role: Role
    project: str | None
    quick: tuple[Quick, ...]
    waiting: tuple[views.Card, ...]
    waiting_total: int
    mine: tuple[views.Card, ...]
    mine_total: int
    keys: tuple[Key, ...]
    keys_total: int
    drawn_at: datetime
    vendor: Vendor | None = None


def read(session: Session, desk: Desk, actor: Actor, now: datetime, quick: Sequence[Quick]) -> Home:
    """Read a person's page from the local store; ``quick`` are the buttons that rooms offer."""
    waiting = _to_decide(session, desk, actor)
    mine = requests.open_of(session, actor.team_id, actor.user_id, limit=MOST_MINE)
    found, total = keys.search(session, limit=MOST_KEYS, owner=actor.user_id)
    project = projects.chosen(session, actor.team_id, actor.user_id)
    person = people.get(session, actor.team_id, actor.user_id)
    access = desk.access(session, actor, project.id if project is not None else WORKSPACE)
    return Home(
        name=person.name if person is not None else actor.name,
        role=access.roles.of(actor.user_id),
        project=project.name if project is not None else None,
        quick=tuple(each for each in quick if access.can(each.name)),
        waiting=tuple(_cards(session, desk, waiting[:MOST_WAITING])),
        waiting_total=len(waiting),
        mine=tuple(_card(session, desk, held) for held in mine),
        mine_total=requests.open_count(session, actor.team_id, [actor.user_id]),
        keys=tuple(found),
        keys_total=total,
        drawn_at=now,
        vendor=vendor_of(session, project) if project is not None else None,
    )


def _to_decide(session: Session, desk: Desk, actor: Actor) -> list[str]:
    """Return the ids of what waits for this person, oldest first: the facts are read once for each project."""
    held = requests.waiting_ids(session, actor.team_id)
    contexts = {
        id_: desk.policy_context(session, actor.team_id, id_) for id_ in {project_id for _, project_id, _, _ in held}
    }
    return [
        id_
        for id_, project_id, by, kind in held
        if actor.user_id in desk.policy.deciders(kind, by, contexts[project_id])
    ]


def _cards(session: Session, desk: Desk, request_ids: Iterable[str]) -> Iterator[views.Card]:
    for request_id in request_ids:
        request = requests.get(session, request_id)
        if request is not None and request.state == "waiting":  # somebody may have decided since the ids were read
            yield _card(session, desk, request)


def _card(session: Session, desk: Desk, request: Request) -> views.Card:
    return drawing.card(desk, session, request, desk.deciders(session, request))
