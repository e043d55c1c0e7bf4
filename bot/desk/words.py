"""What the desk says in plain text: who, when, and how a request stands."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlmodel import Session

from bot import former_names
from bot.clock import zone_of
from bot.foreign import visible
from bot.operation import Actor
from bot.slack.words import listed
from bot.store import decisions, people
from bot.store.people import Person
from bot.store.requests import Request

NOBODY_DECIDES = (
    "Nobody could decide this: nobody decides their own request, and there is no other approver or owner. "
    "An owner can add an approver with /projects settings; a second owner is named in KEYDESK_OWNERS, where Keydesk is "
    "installed, and counts once Keydesk was started again."
)
NOBODY_ELSE = "Another Owner would have to agree, but you are the only one who can act; the record says so."
WAY_OUT = (
    "If nobody is left who could decide: a further Owner is named in KEYDESK_OWNERS, where Keydesk is installed, and "
    "counts once Keydesk was started again."
)
FORBIDDEN = "The rules have changed since this was asked, so it must be asked anew:"
VOID = "Void: what it was to change has changed meanwhile."
NOBODY = "nobody"
MOST_NAMED = 5
JUST_NOW = timedelta(seconds=5)


HAPPENED: Mapping[str, str] = {
    "desk.held": "asked",
    "desk.approved": "approved",
    "desk.denied": "denied",
    "desk.alone": "ran: there was no other Owner who could act",
    "desk.void": "void: what it was to change has changed meanwhile",
    "desk.refused": "refused; nothing changed",
    "desk.cancelled": "cancelled",
    "desk.reminded": "reminded",
    "desk.expired": "expired without a decision",
    "desk.lapsed": "lapsed, not opened in time",
    "desk.done": "carried out",
    "desk.failed": "could not be carried out",
}


RAN: Mapping[str, str] = {
    "started": "began: {kind}",
    "succeeded": "done: {kind}",
    "failed": "not done: {kind}",
    "unclear": "the provider's answer was unclear: {kind}",
    "settled": "found out that it was done: {kind}",
}


def happened(name: str, of_rooms: Mapping[str, str]) -> str:
    """Say in words what an entry of the record means; ``of_rooms`` are the words of what rooms write themselves."""
    name = former_names.recorded(name)
    kind, _, word = name.rpartition(".")
    return (
        HAPPENED.get(name)
        or of_rooms.get(name)
        or (RAN[word].format(kind=named(kind)) if kind and word in RAN else name)
    )


def named(kind: str) -> str:
    """Say a kind of operation in words: “members remove” for “members.remove”."""
    return kind.replace(".", " ").replace("_", " ")


def storable(text: str) -> str:
    """Return what was typed, without what cannot be stored or seen; empty if nothing can be seen of it.

    NUL cannot stand in PostgreSQL, lone surrogates nowhere; what nobody sees could rewrite or hide words on a card.
    """
    kept = visible(text).strip()
    return kept if any(not unicodedata.category(character).startswith(("C", "Z")) for character in kept) else ""


def people_of(session: Session, team_id: str, user_ids: Iterable[str]) -> str:
    """Return “@raj, @li and 2 more”, by display name; no name here rings a bell."""
    wanted = list(user_ids)
    known = people.named(session, team_id, wanted)
    names = sorted(called(known, user_id) for user_id in wanted)
    shown = names if len(names) <= MOST_NAMED else [*names[:MOST_NAMED], f"{len(names) - MOST_NAMED} more"]
    return listed(shown) or NOBODY


def called(known: Mapping[str, Person], user_id: str) -> str:
    """Return “@raj” for one of the ``known``, else the bare id."""
    return f"@{known[user_id].name}" if user_id in known else f"@{user_id}"


def local(moment: datetime, tz: str) -> str:
    """Return “Fri 20 Nov 14:05” in a person's own zone, for texts that Slack does not format."""
    zone = zone_of(tz)
    return f"{moment.astimezone(zone):%a %d %b %H:%M}" + (" UTC" if zone.key == "UTC" else "")


def ago(since: datetime, now: datetime, tz: str) -> str:
    """Return “12 s ago”, or the moment itself once it is over an hour old."""
    passed = now - since
    if passed < JUST_NOW:
        return "just now"
    if passed < timedelta(minutes=1):
        return f"{int(passed.total_seconds())} s ago"
    if passed < timedelta(hours=1):
        return f"{int(passed.total_seconds() // 60)} min ago"
    return f"on {local(since, tz)}"


def how_it_stands(session: Session, request: Request, reader: Actor, now: datetime) -> str:
    """Say, to somebody who came late or pressed twice, how the request stands and that nothing changed."""
    ended = local(request.finished_at or request.expires_at, reader.tz)
    words = STANDINGS[request.state].format(decided=decided(session, request, reader, now), ended=ended)
    return f"{words} Nothing changed."


STANDINGS: Mapping[str, str] = {
    "waiting": "This request still waits for a decision.",
    "approved": "Already approved by {decided}.",
    "denied": "Already denied by {decided}.",
    "creating": "The key is being created right now.",
    "running": "This is being carried out right now.",
    "done": "This was carried out on {ended}.",
    "delivered": "The key was shown on {ended}. If it was not stored, revoke it and ask for a new one.",
    "expired": "This request ended on {ended} without a decision.",
    "lapsed": "The approval lapsed on {ended} because it was not opened in time.",
    "cancelled": "This request was cancelled on {ended}.",
    "failed": "This was refused for good on {ended}.",
    "ended": "The key of this request has ended.",
}


def decided(session: Session, request: Request, reader: Actor, now: datetime) -> str:
    """Return “@raj 12 s ago”."""
    made = decisions.of_request(session, request.id)
    if not made:
        return "somebody"
    who = people_of(session, request.team_id, [made[-1].user_id])
    return f"{who} {ago(made[-1].decided_at, now, reader.tz)}"
