"""Who may do what: pure functions from facts to *run*, *hold* or *refuse*, each with its reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType

from bot.operation import Actor


class Role(IntEnum):
    """What somebody may do, in order: a Reader sees, a Developer also asks for keys, an Owner manages.

    The roles are those of Groq's console (https://console.groq.com/docs/projects), where Developer is "currently the
    same as Owner"; here the two have rows of their own in `LEAST`.
    """

    READER = 1
    DEVELOPER = 2
    OWNER = 3

    @property
    def word(self) -> str:
        """How the role is called."""
        return self.name.capitalize()

    @property
    def stored(self) -> str:
        """How the role stands in a row or in a form."""
        return self.name.lower()

    @classmethod
    def read(cls, stored: str) -> Role:
        """Return the role that stands in a row; raise KeyError for anything else."""
        return cls[stored.upper()]


@dataclass(frozen=True)
class Matter:
    """The facts that a rule may look at, as they are now (user ids of one workspace).

    ``owners`` and ``approvers`` hold only people who can act: members, as Slack said of them. ``approvers`` are the
    project's own, at least Developers there; ``subject_owner`` is whose key it is, where the operation is about one.
    ``role`` is the actor's there, and ``fixed`` tells that the configuration names them Owner. ``widens`` tells that
    somebody would get power over a project at its provider.

    What Slack did not say for a while is neither a yes nor a no. ``withheld`` is the higher role that the actor would
    have by a user group that was not read lately, and ``perhaps_owners`` are those who would be owners by one: they
    decide nothing, and nobody is alone while there are any.
    """

    owners: frozenset[str]
    approvers: frozenset[str] = frozenset()
    subject_owner: str | None = None
    role: Role = Role.READER
    widens: bool = False
    fixed: bool = False
    withheld: Role | None = None
    perhaps_owners: frozenset[str] = frozenset()


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


NOBODY_MAY = "Nobody may do this here."
GROUP_NOT_READ = (
    "This takes the role {least}, which a user group gives you, and Slack has not told Keydesk for a while who is in "
    "it. Nothing changed. Try again in a few minutes; /keydesk status says how it stands, and an Owner can give you "
    "the role in person."
)

# The least role for each operation and each reading, by its name: one line each, in the order of the alphabet.
LEAST: Mapping[str, Role] = MappingProxyType(
    {
        "accounts.list": Role.DEVELOPER,
        "accounts.remove": Role.OWNER,
        "billing.balance": Role.READER,
        "billing.close": Role.OWNER,
        "billing.month": Role.READER,
        "billing.purchases": Role.READER,
        "budgets.acknowledge": Role.DEVELOPER,
        "budgets.end": Role.OWNER,
        "budgets.list": Role.READER,
        "budgets.raise": Role.DEVELOPER,
        "budgets.set": Role.OWNER,
        "customers.archive": Role.OWNER,
        "customers.list": Role.READER,
        "customers.markup": Role.OWNER,
        "customers.save": Role.OWNER,
        "desk.decide": Role.DEVELOPER,
        "digests.change": Role.DEVELOPER,
        "digests.end": Role.READER,
        "digests.pause": Role.READER,
        "digests.read": Role.READER,
        "digests.subscribe": Role.DEVELOPER,
        "invites.cancel": Role.OWNER,
        "invites.domains": Role.OWNER,
        "invites.list": Role.READER,
        "invites.resend": Role.OWNER,
        "invites.send": Role.OWNER,
        "keydesk.status": Role.READER,
        "keys.create": Role.DEVELOPER,
        "keys.end": Role.READER,
        "keys.list": Role.READER,
        "keys.open": Role.DEVELOPER,
        "keys.show": Role.READER,
        "members.list": Role.READER,
        "members.remove": Role.OWNER,
        "members.scope": Role.OWNER,
        "members.show": Role.READER,
        "models.list": Role.READER,
        "projects.delete": Role.OWNER,
        "projects.list": Role.READER,
        "projects.rename": Role.OWNER,
        "projects.settings": Role.OWNER,
        "projects.show": Role.READER,
        "roles.default": Role.OWNER,
        "roles.make_owner": Role.OWNER,
        "roles.set": Role.OWNER,
        "roles.show": Role.READER,
        "roles.take_owner": Role.OWNER,
        "usage.fields": Role.READER,
        "usage.figures": Role.READER,
        "usage.mine": Role.READER,
        "usage.requests": Role.READER,
    }
)

BY_APPROVERS = frozenset({"keys.create"})  # what a project's own approvers decide

Verdict = Run | Hold | Refuse
Rule = Callable[[Actor, Matter], Verdict]


def decide(kind: str, actor: Actor, matter: Matter) -> Verdict:
    """Judge one kind of operation: by the actor's role, then by its rule; a kind without either is refused."""
    rule = RULES.get(kind)
    if rule is None:
        return Refuse(NOBODY_MAY)
    refusal = lacking(kind, matter.role, matter.withheld)
    return rule(actor, matter) if refusal is None else Refuse(refusal)


def lacking(name: str, role: Role, withheld: Role | None = None) -> str | None:
    """Return why this role is too low for an operation or a reading, or None if it is enough.

    ``withheld`` is what they would have by a user group that was not read lately.
    """
    least = LEAST.get(name)
    if least is None:
        return NOBODY_MAY
    if role >= least:
        return None
    if withheld is not None and withheld >= least:
        return GROUP_NOT_READ.format(least=least.word)
    return (
        f"This takes the role {least.word}, and yours here is {role.word}. Nothing changed. "
        "Owners change roles with /keydesk roles."
    )


def deciders(kind: str, requester: str, matter: Matter) -> frozenset[str]:
    """Return who may decide what ``requester`` asks, who is never one of them.

    A key: the project's approvers, else the owners. All else: the owners.
    """
    approvers = matter.approvers - {requester} if kind in BY_APPROVERS else frozenset()
    return approvers or (matter.owners - {requester})


def refusal_to_decide(actor: Actor, kind: str, requester: str, matter: Matter) -> str | None:
    """Return why this person may not decide this request, or None if they may."""
    if actor.user_id == requester:
        return "You asked for this, so someone else must decide. Nothing changed."
    low = lacking("desk.decide", matter.role, matter.withheld)
    if low is not None:
        return low
    if actor.user_id not in deciders(kind, requester, matter):
        return "You cannot decide this one. Nothing changed."
    return None


def _create_key(actor: Actor, matter: Matter) -> Verdict:
    allowed = deciders("keys.create", actor.user_id, matter)
    owned = "this project's approvers decide" if allowed & matter.approvers else "the owners decide"
    return Hold(allowed, f"Creating a key needs one approval; {owned}.")


def _end_key(actor: Actor, matter: Matter) -> Verdict:
    if actor.user_id == matter.subject_owner:
        return Run("Everybody may end their own key.")
    if actor.user_id in matter.owners | matter.approvers:
        return Run("Approvers of the project and owners may end any key in it.")
    return Refuse("This key is not yours to end. Its owner, this project's approvers and the owners can.")


def _raise_budget(actor: Actor, matter: Matter) -> Verdict:
    return Hold(deciders("budgets.raise", actor.user_id, matter), "Raising a budget needs an Owner's approval.")


def _delete_project(actor: Actor, matter: Matter) -> Verdict:
    return Hold(deciders("projects.delete", actor.user_id, matter), "Deleting a project needs a second Owner.")


def _make_owner(actor: Actor, matter: Matter) -> Verdict:
    others = deciders("roles.make_owner", actor.user_id, matter)
    if others or matter.perhaps_owners - {actor.user_id}:
        return Hold(others, "A new Owner needs another Owner's approval.")
    return Run("There is no other Owner.")


def _take_owner(actor: Actor, matter: Matter) -> Verdict:
    others = deciders("roles.take_owner", actor.user_id, matter)
    if matter.fixed or not (others or matter.perhaps_owners - {actor.user_id}):
        return Run("Whom KEYDESK_OWNERS names, or who is the only Owner, needs nobody's approval for it.")
    return Hold(others, "Taking Owner from somebody else needs another Owner's approval.")


def _own_digest(actor: Actor, matter: Matter) -> Verdict:
    if actor.user_id == matter.subject_owner or actor.user_id in matter.owners:
        return Run("Everybody may change their own digests, and owners any.")
    return Refuse("This digest is somebody else's: its subscriber and the owners can change it. Nothing changed.")


def _remove_member(actor: Actor, matter: Matter) -> Verdict:
    others = deciders("members.remove", actor.user_id, matter)
    return Hold(others, "Removing a member ends every key that they made, so it needs a second Owner.")


def _unless_it_widens(actor: Actor, matter: Matter) -> Verdict:
    if matter.widens:
        return Hold(deciders("members.scope", actor.user_id, matter), "Power over a project needs a second Owner.")
    return Run("Owners invite plain members, and take power back.")


def _runs(why: str) -> Rule:
    """Return the rule of what waits for nobody: the least role says it all."""
    return lambda _actor, _matter: Run(why)


_CATALOGUE = _runs("Owners keep the catalogue of customers, and close months.")
_BUDGETS = _runs("Owners set and end budgets.")
_INVITATIONS = _runs("Owners look after invitations.")
_ROLES = _runs("Owners change roles.")

RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "accounts.remove": _runs("Owners remove accounts."),  # nothing changes at the provider
        "billing.close": _CATALOGUE,
        "budgets.end": _BUDGETS,
        "budgets.raise": _raise_budget,
        "budgets.set": _BUDGETS,
        "customers.archive": _CATALOGUE,
        "customers.markup": _CATALOGUE,
        "customers.save": _CATALOGUE,
        "digests.change": _own_digest,
        "digests.end": _own_digest,
        "digests.pause": _own_digest,
        "digests.subscribe": _runs("Developers subscribe to digests."),
        "invites.cancel": _INVITATIONS,
        "invites.domains": _INVITATIONS,
        "invites.resend": _INVITATIONS,
        "invites.send": _unless_it_widens,
        "keys.create": _create_key,
        "keys.end": _end_key,
        "members.remove": _remove_member,
        "members.scope": _unless_it_widens,
        "projects.delete": _delete_project,
        "projects.rename": _runs("Owners rename projects."),  # a name can be given back
        "projects.settings": _runs("Owners change settings."),
        "roles.default": _ROLES,
        "roles.make_owner": _make_owner,
        "roles.set": _ROLES,
        "roles.take_owner": _take_owner,
    }
)
