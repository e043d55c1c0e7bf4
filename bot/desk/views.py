"""The cards of a request: values in, blocks out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.desk.words import NOBODY, WAY_OUT, storable
from bot.errors import FormError
from bot.operation import Description, FollowUp, Offer
from bot.slack import blocks
from bot.slack.state import State, written
from bot.slack.words import cut, escape, when

Block = dict[str, Any]

DENY = "Deny request"
DETAILS = "Request"
WHY_SHOWN = 400
REASON_LONGEST = 500
LINES_TOGETHER = 5  # so many lines with the longest names still fit into one section

MOVED = "This request has moved to direct messages, because this channel is shared outside the workspace."

STATES: Mapping[str, tuple[str, str]] = {
    "waiting": ("🕓", "waiting for a decision"),
    "approved": ("✅", "approved"),
    "creating": ("⏳", "creating the key"),
    "running": ("⏳", "being carried out"),
    "done": ("🏁", "done"),
    "delivered": ("🔑", "delivered"),
    "denied": ("🚫", "denied"),
    "expired": ("⌛", "expired without a decision"),
    "cancelled": ("↩️", "cancelled"),
    "lapsed": ("⌛", "not opened in time"),
    "failed": ("⚠️", "not done"),
    "ended": ("🏁", "the key has ended"),
}
OPENED = ("✅", "approved, waiting to be opened")


@dataclass(frozen=True)
class Card:
    """Everything that a card shows, read from the rows. Names are plain; times are UTC, drawn in the reader's zone.

    ``opens`` tells whether an approval is a right that its owner exercises; Keydesk itself carries out all else.
    """

    request_id: str
    version: int
    state: str
    requester: str
    description: Description
    deciders: str
    created_at: datetime
    expires_at: datetime
    decided: str | None = None
    decided_at: datetime | None = None
    reason: str = ""
    open_until: datetime | None = None
    finished_at: datetime | None = None
    note: str = ""
    opens: bool = True
    follow_up: FollowUp = field(default_factory=FollowUp)

    @property
    def value(self) -> str:
        """What the buttons carry: the opaque id and the version of the card that was seen."""
        return f"{self.request_id}.{self.version}"


def read_value(value: str) -> tuple[str, int]:
    """Read what a button carries; anything else names no request (version 0 never existed)."""
    request_id, _, version = value.partition(".")
    return request_id, int(version) if version.isascii() and version.isdigit() and len(version) < 9 else 0


def title(card: Card) -> str:
    """Return the header (plain text): what is asked, where, and how it stands, in words."""
    mark, words = OPENED if card.state == "approved" and card.opens else STATES[card.state]
    return f"{mark} {card.description.title}: {words}"


def summary(card: Card) -> str:
    """Return the whole meaning in one line (mrkdwn), for notifications and screen readers."""
    return f"{escape(title(card))}. {sentence(card)}"


def sentence(card: Card) -> str:
    """Return who wants what."""
    return f"<@{card.requester}> wants {escape(card.description.wish)}"


def own_sentence(card: Card) -> str:
    """Return the same, for the one who asked."""
    return f"You want {escape(card.description.wish)}"


def approver_card(card: Card) -> list[Block]:
    """Draw the copy that approvers read: one phone screen, in the order in which people decide."""
    return [
        blocks.header(title(card)),
        blocks.section(sentence(card)),
        *_fields(card.description.fields),
        *_why(card.description.why),
        *_evidence(card),
        blocks.context(*_outcome(card)),
        *decision_buttons(card),
    ]


def requester_card(card: Card) -> list[Block]:
    """Draw the requester's copy, with what they can do next."""
    buttons = requester_buttons(card)
    return [
        blocks.header(title(card)),
        blocks.section(own_sentence(card)),
        *_fields(card.follow_up.fields),
        blocks.context(*_outcome(card)),
        *([blocks.actions(*buttons)] if buttons else []),
    ]


def older_card(card: Card) -> list[Block]:
    """Draw the requester's first copy once a newer one stands below it: how it went, and nothing to press."""
    return [blocks.section(f"*{escape(title(card))}*\n{own_sentence(card)}"), blocks.context("Continues below.")]


def details(card: Card, history: list[str]) -> dict[str, Any]:
    """Draw everything that is known of a request, with its history."""
    return blocks.modal(
        "desk.details",
        DETAILS,
        [
            blocks.header(title(card)),
            blocks.section(sentence(card)),
            *_fields(card.description.fields),
            *_fields(card.follow_up.fields),
            *([blocks.section("*Why*\n" + escape(card.description.why))] if card.description.why else []),
            *_evidence(card),
            blocks.context(*_outcome(card)),
            blocks.divider(),
            *_history(history),
            blocks.context(f"Request {card.request_id}, card version {card.version}"),
        ],
        close="Close",
    )


def _history(lines: list[str]) -> list[Block]:
    titled = ["*History*", *lines]
    together = range(0, len(titled), LINES_TOGETHER)
    return [blocks.section("\n".join(titled[start : start + LINES_TOGETHER])) for start in together]


def deny_form(card: Card) -> dict[str, Any]:
    """Draw the form that asks why: a denial without a reason teaches nobody anything."""
    return blocks.modal(
        "desk.deny",
        DENY,
        [
            blocks.section(sentence(card)),
            blocks.input_(
                "Why not?",
                "reason",
                blocks.text_input("reason", multiline=True, max_length=REASON_LONGEST),
                hint="The requester reads this, and it stays in the record. Say what would make it a yes.",
            ),
        ],
        submit=DENY,
        close="Back",
        private_metadata=card.value,
    )


def read_deny_form(state: State) -> str:
    """Read the reason.

    Raises:
        FormError: it is empty or too long.
    """
    reason = storable(written(state, "reason"))
    if not reason:
        raise FormError("reason", "Please say why; the requester will read it.")
    if len(reason) > REASON_LONGEST:
        raise FormError("reason", f"At most {REASON_LONGEST} characters.")
    return reason


def _fields(pairs: tuple[tuple[str, str], ...]) -> list[Block]:
    texts = [f"*{escape(label)}*\n{text}" for label, text in pairs]
    return [blocks.section(fields=texts[start : start + 10]) for start in range(0, len(texts), 10)]


def _why(why: str) -> list[Block]:
    shown = escape(cut(why, WHY_SHOWN)).replace("\n", "\n> ")
    return [blocks.section(f"*Why*\n> {shown}")] if why else []


def _evidence(card: Card) -> list[Block]:
    lines = [f"*{escape(label)}:* {text}" for label, text in card.description.evidence]
    word, because = card.description.risk
    lines.append(f"*Risk: {escape(word)}*" + (f" · {escape(because)}" if because else ""))
    return [blocks.context(*lines)]


def _outcome(card: Card) -> list[str]:
    lines = []
    if card.decided is not None and card.decided_at is not None:
        word = "Denied" if card.state == "denied" else "Approved"
        lines.append(f"{word} by {escape(card.decided)} · {when(card.decided_at)}")
    if card.reason:
        lines.append(f"Reason: {escape(cut(card.reason, WHY_SHOWN))}")
    match card.state:
        case "waiting":
            lines.append(f"{escape(card.deciders)} can decide · expires {when(card.expires_at)}")
            lines += [WAY_OUT] if card.deciders == NOBODY else []
        case "approved" if card.open_until is not None and not card.opens:
            lines.append(f"Keydesk carries it out; it tries until {when(card.open_until)}.")
        case "approved" if card.open_until is not None:
            lines.append(f"The key is made when its owner opens it, until {when(card.open_until)}; else it lapses.")
        case _ if card.finished_at is not None and card.state != "denied":
            lines.append(f"{STATES[card.state][1].capitalize()} · {when(card.finished_at)}")
    if card.state == "expired":
        lines.append(WAY_OUT)
    if card.note and card.state != "denied":
        lines.append(escape(cut(card.note, WHY_SHOWN)))
    return lines or [f"Asked {when(card.created_at)}"]


def decision_buttons(card: Card) -> list[Block]:
    """Draw what an approver can do now."""
    if card.state != "waiting":
        return [blocks.actions(blocks.button("Details", "desk.details", card.value))]
    risky = card.description.risk[0] == "High"
    sure = blocks.confirm("Approve?", card.description.risk[1], "Approve", "Back") if risky else None
    return [
        blocks.actions(
            blocks.button("Approve", "desk.approve", card.value, style="primary", confirm=sure),
            blocks.button("Deny…", "desk.deny", card.value, style="danger"),
            blocks.button("Details", "desk.details", card.value),
        )
    ]


def requester_buttons(card: Card) -> list[Block]:
    """Return the buttons of the requester, by state."""
    own = [_offer(offer) for offer in card.follow_up.offers]
    if card.state == "waiting":
        own.append(blocks.button("Remind", "desk.remind", card.value))
    if card.state in ("waiting", "approved"):
        word = "Cancel request" if card.state == "waiting" else "Not needed"
        sure = blocks.confirm(f"{word}?", "Nothing will be made or changed. You can ask again.", word, "Back")
        own.append(blocks.button(word, "desk.cancel", card.value, confirm=sure))
    return [*own, blocks.button("Details", "desk.details", card.value)]


def _offer(offer: Offer) -> Block:
    sure = blocks.confirm(f"{offer.label}?", offer.confirm, offer.label, "Back") if offer.confirm else None
    return blocks.button(offer.label, offer.action, offer.value, style=offer.style, confirm=sure)
