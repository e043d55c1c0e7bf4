"""What the desk shows of requests, with made-up values."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from bot.desk import views as desk
from bot.desk.views import STATES, Card
from bot.desk.words import NOBODY, VOID
from bot.keys import service
from bot.keys.operations import PLACE_LONGEST, PURPOSE_LONGEST
from bot.operation import Description, FollowUp, Offer
from bot.projects.operations import NAME_LONGEST
from bot.slack.words import escape
from tests.factories import ANA, NOON

View = dict[str, Any]
Shown = View | list[View]
LATER = NOON + timedelta(hours=24)


def with_text(text: str) -> Iterator[tuple[str, Shown]]:
    """Yield the views whose every foreign text is this one."""
    yield "desk card", desk.approver_card(card(text=text))
    yield "desk card, denied", desk.requester_card(card("denied", text))
    yield "desk card, older", desk.older_card(card("approved", text))
    yield "desk details", desk.details(card("denied", text), [escape(text)] * 60)
    yield "desk deny form", desk.deny_form(card(text=text))


def with_nothing() -> Iterator[tuple[str, Shown]]:
    """Yield the views that have nothing to show, and a few others."""
    for state in STATES:
        yield f"desk card, {state} · approver", desk.approver_card(card(state))
        yield f"desk card, {state} · requester", desk.requester_card(card(state))
    risky = card(description=described("x", "High"))
    yield "desk card, risky · approver", desk.approver_card(risky)
    yield "desk card, nobody decides · approver", desk.approver_card(card(deciders=NOBODY))
    held = card("approved", opens=False, follow_up=FollowUp())
    yield "desk card, to be carried out · approver", desk.approver_card(held)
    yield "desk card, to be carried out · requester", desk.requester_card(held)
    void = card("failed", note=VOID, opens=False)
    yield "desk card, void · approver", desk.approver_card(void)
    yield "desk card, void · requester", desk.requester_card(void)


def card(state: str = "waiting", text: str = "call summaries", **changes: Any) -> Card:
    """Return a card whose every foreign text is this one."""
    decided = (
        {}
        if state in ("waiting", "cancelled", "expired")
        else {"decided": f"@{text[:NAME_LONGEST]}", "decided_at": NOON}
    )
    given: dict[str, Any] = {
        "request_id": "rq0123456789abcdef",
        "version": 3,
        "state": state,
        "requester": ANA,
        "description": described(text),
        "deciders": f"@{text[:NAME_LONGEST]} and @raj",
        "created_at": NOON,
        "expires_at": LATER,
        "open_until": LATER,
        "finished_at": None if state in ("waiting", "approved", "creating") else LATER,
        "note": text if state in ("failed", "denied") else "",
        "reason": text if state == "denied" else "",
        "follow_up": follow_up(state),
    }
    return Card(**{**given, **decided, **changes})


def described(text: str, risk: str = "Low") -> Description:
    """Return a description whose every foreign text is this one."""
    pairs = tuple((f"Label {number}", escape(text[:PLACE_LONGEST])) for number in range(6))
    return Description(
        title=f"Key request · {text[:NAME_LONGEST]}",
        wish=text[:PURPOSE_LONGEST],
        why=text[:PURPOSE_LONGEST],
        fields=pairs,
        evidence=pairs,
        risk=(risk, text[:NAME_LONGEST]),
    )


def follow_up(state: str) -> FollowUp:
    """Return what the desk's rooms add to a card in this state."""
    if state == "approved":
        return FollowUp(offers=(Offer("Create and show my key", "keys.open", "rq1.2", style="primary"),))
    if state == "delivered":
        end = Offer("I'm done: revoke it", "keys.end", "ky1", style="danger", confirm=service.ENDING_WARNING)
        return FollowUp(fields=(("Key", "`0000abcd`"), ("Ends", "tomorrow")), offers=(end,))
    return FollowUp()
