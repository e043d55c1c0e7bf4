"""The intent to make a key: who may have it, what was claimed, and what the key will be."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from pydantic import SecretStr
from sqlmodel import Session

from bot import audit
from bot.desk import words
from bot.desk.judging import the_request
from bot.engine.port import Engine, Job
from bot.errors import AlreadyDecided, BotError, CouldNotCheck, NotAllowed
from bot.keys.operations import PRESETS, CreateKey
from bot.keys.orphans import may_be_there
from bot.operation import Actor
from bot.providers.port import Vendor
from bot.store import deliveries, requests
from bot.store.keys import Key
from bot.store.mints import MintAttempt
from bot.store.requests import Request

COMMENT_PURPOSE_LONGEST = 80
STILL_LOOKING = (
    "Keydesk is still finding out whether your last press made a key at the provider, so that there are never two. "
    "Nothing changed; press again in a minute."
)
ONE_FINGER = timedelta(seconds=3)  # as long as Slack lets a trigger open a window


@dataclass(frozen=True)
class Shown:
    """What the owner sees, once."""

    secret: SecretStr
    key: Key
    operation: CreateKey
    project: str
    vendor: Vendor


Show = Callable[[Shown], Awaitable[Literal["shown", "gone", "unclear"]]]


@dataclass(frozen=True)
class Intent:
    """A claimed request, committed before the provider is called."""

    request: Request
    mint: MintAttempt
    operation: CreateKey
    project: str
    vendor: Vendor
    ends_at: datetime


def may_open(session: Session, request: Request, actor: Actor, now: datetime) -> BotError | None:
    """Return why this person may not open this request's key now, or None."""
    if actor.user_id != request.requester:
        return NotAllowed("This key is not yours to open. Nothing changed.")
    if request.kind != CreateKey.kind or request.state == "waiting":
        return AlreadyDecided("This request is not approved. Nothing changed.")
    if request.state != "approved":
        return AlreadyDecided(words.how_it_stands(session, request, actor, now))
    if request.open_until is not None and request.open_until <= now:
        return AlreadyDecided("The approval has lapsed. You can ask again with /keys request.")
    pressed_before = request.attempt > 0
    return CouldNotCheck(STILL_LOOKING) if pressed_before and may_be_there(session, request.id) else None


def note_refused_opening(session: Session, request_id: str, actor: Actor, now: datetime) -> BotError | None:
    """Return why this person may not open this request's key now, written down, or None.

    Of two presses at once (an impatient finger, also over two processes) only the first may open a window.
    """
    refusal = refused_opening(session, the_request(session, request_id, actor), actor, now)
    if refusal is None and not deliveries.first_lately(session, opening(request_id), datetime.now(UTC), ONE_FINGER):
        return AlreadyDecided("Your key is already being made, in the window that you opened first. Nothing changed.")
    return refusal


def opening(request_id: str) -> str:
    """Return the name under which a press is noted while it is at work."""
    return f"keys.open:{request_id}"


def refused_opening(
    session: Session, request: Request, actor: Actor, now: datetime, denial: NotAllowed | None = None
) -> BotError | None:
    """Return why this person may not open the key of this request now, written down, or None.

    ``denial`` says what their role lacks, once that was judged.
    """
    refusal = may_open(session, request, actor, now) or denial
    if refusal is not None:
        audit.note_request(session, actor, "keys.open.refused", request, now, why=refusal.text)
        refusal.on_record = True
    return refusal


def comment_of(purpose: str, mint_id: str) -> str:
    """Return the comment that the key carries at the provider: what for, and which attempt made it."""
    short = " ".join(purpose.split())[:COMMENT_PURPOSE_LONGEST]
    return f"{short} · keydesk:{mint_id}"


def key_row(intent: Intent, provider_key_id: str, scopes: list[str], now: datetime) -> Key:
    """Return the row of a key that was just made, with these scopes as the provider told them, if it did."""
    operation = intent.operation
    return Key(
        provider_key_id=provider_key_id,
        project_id=intent.request.project_id,
        provider=intent.vendor.id,
        team_id=intent.request.team_id,
        owner=intent.request.requester,
        request_id=intent.request.id,
        mint_id=intent.mint.id,
        purpose=operation.purpose,
        place=operation.place,
        customer=operation.customer,
        preset=operation.preset,
        scopes=scopes or list(PRESETS[operation.preset].scopes),
        tags=[operation.customer] if operation.customer else [],
        state="making",
        created_at=now,
        ends_at=intent.ends_at,
    )


def give_back(session: Session, engine: Engine, request: Request, now: datetime) -> bool:
    """Return a request that was being created to its approved state; its owner may press again."""
    moved = requests.move(session, request, "approved")
    if moved:
        engine.later(session, Job("desk.lapse", request.id), request.open_until or now)
    return moved
