"""Who may do what: pure functions from facts to *run*, *hold* or *refuse*, each with its reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bot.operation import Actor


@dataclass(frozen=True)
class Matter:
    """The facts that a rule may look at, as they are now (user ids of one workspace).

    ``owners`` and ``approvers`` hold only people who can act: nobody deactivated, no guest. ``approvers`` are the
    project's own; ``subject_owner`` is whose key it is, where the operation is about one.
    """

    owners: frozenset[str]
    approvers: frozenset[str] = frozenset()
    subject_owner: str | None = None


@dataclass(frozen=True)
class Run:
    """Do it now."""

    reason: str


@dataclass(frozen=True)
class Hold:
    """One of ``deciders`` must approve first. Empty: nobody can, and the form says so before anything is posted."""

    deciders: frozenset[str]
    reason: str


@dataclass(frozen=True)
class Refuse:
    """Not this person; ``text`` is what they read."""

    text: str


Verdict = Run | Hold | Refuse
Rule = Callable[[Actor, Matter], Verdict]


def decide(kind: str, actor: Actor, matter: Matter) -> Verdict:
    """Judge one kind of operation; a kind without a rule is refused."""
    rule = RULES.get(kind)
    return rule(actor, matter) if rule is not None else Refuse("Nobody may do this here.")


def deciders(requester: str, matter: Matter) -> frozenset[str]:
    """Return who may decide what ``requester`` asks: the project's approvers, else the owners, never the requester."""
    return (matter.approvers - {requester}) or (matter.owners - {requester})


def refusal_to_decide(actor: Actor, requester: str, matter: Matter) -> str | None:
    """Return why this person may not decide this request, or None if they may."""
    if actor.user_id == requester:
        return "You asked for this, so someone else must decide. Nothing changed."
    if actor.user_id not in deciders(requester, matter):
        return "You cannot decide this one. Nothing changed."
    return None


def _create_key(actor: Actor, matter: Matter) -> Verdict:
    allowed = deciders(actor.user_id, matter)
    owned = "this project's approvers decide" if allowed & matter.approvers else "the owners decide"
    return Hold(allowed, f"Creating a key needs one approval; {owned}.")


def _end_key(actor: Actor, matter: Matter) -> Verdict:
    if actor.user_id == matter.subject_owner:
        return Run("Everybody may end their own key.")
    if actor.user_id in matter.owners | matter.approvers:
        return Run("Approvers of the project and owners may end any key in it.")
    return Refuse("This key is not yours to end. Its owner, this project's approvers and the owners can.")


def _owners_only(actor: Actor, matter: Matter) -> Verdict:
    if actor.user_id in matter.owners:
        return Run("Owners change settings.")
    return Refuse("Only owners of Keydesk can change this.")


RULES: Mapping[str, Rule] = MappingProxyType(
    {"keys.create": _create_key, "keys.end": _end_key, "projects.settings": _owners_only}
)
