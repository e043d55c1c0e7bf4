"""What the desk and the forms must know of keys: how a request for one is drawn, and what may be asked."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from bot.errors import FormError, NotUnderstood
from bot.keys.evidence import evidence
from bot.keys.operations import PRESETS, CreateKey, EndKey
from bot.operation import Actor, Description, FollowUp, Offer
from bot.slack.words import code, count, cut, escape, when
from bot.store import customers, keys, projects
from bot.store.keys import Key
from bot.store.projects import ProjectSettings
from bot.vendors import vendor_of

SHORTEST_LABEL = 4
PURPOSE_IN_SENTENCE = 80
ENDING_WARNING = "Whatever uses this key stops working at once. This cannot be undone."


def describe(session: Session, operation: CreateKey, requester: str) -> Description:
    """Draw a request for a key, with what helps to decide it well."""
    preset = PRESETS[operation.preset]
    project, vendor = projects.name_of(session, operation.project_id), vendor_of(session, operation.project_id)
    customer = customers.called(session, operation.customer) if operation.customer else ""
    billed = f", billed to {customer}" if customer else ""
    purpose = " ".join(operation.purpose.split())
    return Description(
        title=f"Key request · {vendor.name} · {project}",
        wish=f"a key for “{cut(purpose, PURPOSE_IN_SENTENCE)}” for {count(operation.days, 'day')}{billed}.",
        why=operation.purpose if purpose != operation.purpose or len(purpose) > PURPOSE_IN_SENTENCE else "",
        fields=(
            ("Project", f"{vendor.name} · {escape(project)}"),
            ("May", escape(f"{preset.words}; {preset.cannot}")),
            ("Lasts", f"{count(operation.days, 'day')} from the moment it is seen"),
            ("Customer", escape(customer or "–")),
            ("Will live in", escape(operation.place)),
        ),
        evidence=evidence(session, operation, requester),
        risk=risk_of(operation, projects.settings(session, operation.project_id)),
    )


def risk_of(operation: CreateKey, settings: ProjectSettings) -> tuple[str, str]:
    """Return how risky a key is, in a word, and why."""
    if operation.days > settings.recommended_days:
        return "High", f"longer than the {count(settings.recommended_days, 'day')} recommended here"
    if not operation.customer:
        return "Medium", "no customer: its cost stands as our own use"
    return "Low", "within what is recommended here"


def follow_up(session: Session, request_id: str, version: int, state: str) -> FollowUp:
    """Return what came of an approval: the button that makes the key, or the key that was made."""
    if state == "approved":
        make = Offer("Create and show my key", "keys.open", f"{request_id}.{version}", style="primary")
        return FollowUp(offers=(make,))
    if state not in ("delivered", "ended"):
        return FollowUp()
    shown = [key for key in keys.of_request(session, request_id) if key.shown_at is not None]
    if not shown:
        return FollowUp()
    key = shown[-1]
    fields = (("Key", code(key.label)), ("Ends", when(key.ends_at) if key.ends_at is not None else "–"))
    done = Offer("I'm done: revoke it", "keys.end", key.id, style="danger", confirm=ENDING_WARNING)
    return FollowUp(fields=fields, offers=(done,) if state == "delivered" and key.state == "live" else ())


def owner_of(session: Session, operation: EndKey) -> str | None:
    """Return whose key an operation would end."""
    key = keys.get(session, operation.key_id)
    return key.owner if key is not None and key.project_id == operation.project_id else None


def check(session: Session, operation: CreateKey, actor: Actor) -> None:
    """Check a request against what the project allows and the catalogue offers today.

    Raises:
        FormError: the project is gone, the duration is longer than allowed, or there is no such customer.
    """
    if projects.get(session, operation.project_id) is None:
        raise FormError("project", "This project is no longer there. Choose another one.")
    most = projects.settings(session, operation.project_id).most_days
    if operation.days > most:
        raise FormError("days", f"Keys here last at most {count(most, 'day')}.")
    if operation.customer is not None:
        customer = customers.get(session, actor.team_id, operation.customer)
        if customer is None or customer.state != "live":
            raise FormError("customer", "This customer is not in the catalogue any more. Choose another one.")


def forbidden(session: Session, operation: CreateKey, team_id: str) -> str | None:
    """Say why a key may not be made any more as it was asked for, or None while it may."""
    most = projects.settings(session, operation.project_id).most_days
    if operation.days > most:
        return f"keys here last at most {count(most, 'day')} now, and this one was asked for {operation.days}."
    customer = customers.get(session, team_id, operation.customer) if operation.customer is not None else None
    if customer is not None and customer.state != "live":
        return f"the customer {customers.called(session, customer.tag)} is archived."
    return None


@dataclass(frozen=True)
class KeyPage:
    """One page of keys. ``words`` is what was searched for; pages count from 1."""

    title: str
    keys: tuple[Key, ...]
    total: int
    number: int
    size: int
    words: str = ""

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.size))


def the_key(session: Session, key_id: str) -> Key:
    """Return the key that a button named.

    Raises:
        NotUnderstood: there is none.
    """
    key = keys.get(session, key_id)
    if key is None:
        raise NotUnderstood("There is no such key. Nothing changed.")
    return key


def find(session: Session, words: str) -> Key:
    """Return the one key that was named, by the start of its provider id or by our id.

    Raises:
        NotUnderstood: none or several match.
    """
    words = words.strip().strip("`").lower()
    if len(words) < SHORTEST_LABEL:
        raise NotUnderstood("Name the key by the first eight characters of its id, as in /keys list.")
    key = keys.get(session, words)
    if key is not None:
        return key
    found, total = keys.by_label(session, words, limit=5)
    if total == 0:
        raise NotUnderstood(f"There is no key {words[:40]}. /keys list shows those that are here.")
    if total > 1:
        labels = ", ".join(key.provider_key_id[:13] for key in found)
        raise NotUnderstood(f"{total} keys begin with {words[:40]}: {labels}. Type more of the id.")
    return found[0]
