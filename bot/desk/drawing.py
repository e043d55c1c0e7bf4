"""One reading of a request: what its cards say, which copies of them exist, and what happened so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from bot import audit
from bot.desk import views, words
from bot.desk.service import Desk
from bot.operation import Description
from bot.slack.words import escape, when
from bot.store import cards, decisions, people, projects, record, requests
from bot.store.cards import Card
from bot.store.people import Person
from bot.store.record import Entry
from bot.store.requests import Request

MOST_DIRECT = 5
MOST_HISTORY = 20


@dataclass(frozen=True)
class Drawing:
    """What the copies of a request's card show, which copies there are, and who may decide now."""

    request: Request
    card: views.Card
    copies: list[Card]
    deciders: frozenset[str]
    channel: str | None

    @property
    def waits(self) -> bool:
        """Whether somebody has to decide."""
        return self.request.state == "waiting"

    def rings(self, now: datetime, after: timedelta) -> bool:
        """Whether it is old enough to ring anybody: what is taken back before that rings nobody."""
        return now >= self.request.created_at + after

    @property
    def asks_somebody(self) -> bool:
        """Whether a copy for those who decide is planned already."""
        return any(copy.audience.startswith("approver") for copy in self.copies)

    def unasked(self, present: frozenset[str]) -> list[str]:
        """Return the deciders to ask directly: those not ``present`` where the card stands, with no copy yet."""
        direct = {copy.place: copy.ts for copy in self.copies if copy.audience == "approver"}
        reached = [place for place, ts in direct.items() if place in self.deciders and ts != ""]
        return sorted(self.deciders - present - direct.keys())[: max(0, MOST_DIRECT - len(reached))]

    def blocks(self, copy: Card) -> list[views.Block]:
        """Draw one copy."""
        if copy.audience.startswith("approver"):
            return views.approver_card(self.card)
        newest = copy.audience == "news" or not any(other.audience == "news" for other in self.copies)
        return views.requester_card(self.card) if newest else views.older_card(self.card)


def draw(desk: Desk, session: Session, request: Request) -> Drawing:
    """Read everything that the copies of a request's card show."""
    deciders = desk.deciders(session, request)
    return Drawing(
        request=request,
        card=card(desk, session, request, deciders),
        copies=cards.of_request(session, request.id),
        deciders=deciders,
        channel=projects.settings(session, request.project_id).channel,
    )


def card(desk: Desk, session: Session, request: Request, deciders: frozenset[str]) -> views.Card:
    """Read what a card shows."""
    made = decisions.of_request(session, request.id) if request.decided_at is not None else []
    last = made[-1] if made else None
    forbidden = desk.forbidden(session, request)
    return views.Card(
        request_id=request.id,
        version=request.version,
        state=request.state,
        requester=request.requester,
        description=Description.model_validate(request.description),
        deciders=words.people_of(session, request.team_id, deciders),
        created_at=request.created_at,
        expires_at=request.expires_at,
        decided=words.people_of(session, request.team_id, [last.user_id]) if last else None,
        decided_at=last.decided_at if last else None,
        reason=last.reason if last else "",
        open_until=request.open_until,
        finished_at=request.finished_at,
        note=request.note or (forbidden.text if forbidden is not None else ""),
        opens=desk.opens(request.kind),
        follow_up=desk.follow_up(session, request),
    )


def version_now(session: Session, request_id: str) -> int:
    """Return the request's present version."""
    request = requests.get(session, request_id)
    return request.version if request is not None else 0


def history(session: Session, request: Request, of_rooms: Mapping[str, str]) -> list[str]:
    """Return what happened to a request last, a line each, the newest last; what is left out is counted.

    ``of_rooms`` are the words of the entries that rooms write themselves, by their names.
    """
    newest, total = record.latest(session, request.id, MOST_HISTORY)
    known = people.named(session, request.team_id, {entry.actor for entry in newest})
    earlier = [f"… {total - len(newest)} earlier"] if total > len(newest) else []
    return [*earlier, *(_line(entry, known, of_rooms) for entry in newest)]


def _line(entry: Entry, known: Mapping[str, Person], of_rooms: Mapping[str, str]) -> str:
    who = "Keydesk" if entry.actor == audit.KEYDESK else escape(words.called(known, entry.actor))
    return f"{when(entry.at)} · {words.happened(entry.name, of_rooms)} · {who}"
