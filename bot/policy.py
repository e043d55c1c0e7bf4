"""Who may do what: pure functions from facts to *run*, *hold* or *refuse*, each with its reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from bot.operation import Actor
from bot.verdicts import Hold, Matter, Refuse, Role, Run, Verdict, deciders

__all__ = ["LEAST", "RULES", "Hold", "Matter", "Refuse", "Role", "Run", "Verdict", "decide", "deciders", "lacking"]


NOBODY_MAY = "Nobody may do this here."
GROUP_NOT_READ = (
    "This takes the role {least}, which a user group gives you, and Slack has not told Keydesk for a while who is in "
    "it. Nothing changed. Try again in a few minutes; /keydesk status says how it stands, and an Owner can give you "
    "the role in person."
)
UNREAD = (
    "This waits for another Owner, and whether {who} can still decide could not be read from Slack just now. Nothing "
    "changed. Please try again in a minute. If it stays so, somebody else can be named in KEYDESK_OWNERS, where "
    "Keydesk is installed; it counts once Keydesk was started again."
)
NOBODY_ELSE = (
    "This needs another Owner, and {who} cannot decide it here. Nothing changed. Somebody else can be named in "
    "KEYDESK_OWNERS, where Keydesk is installed; it counts once Keydesk was started again."
)
GROUP_CHANGED = (
    "This needs another Owner. {who} held Owner by a user group that has changed since: they decide nothing now, and "
    "nobody becomes the only Owner because a group was edited. Nothing changed. Put them back into the group in Slack; "
    "else have somebody named in KEYDESK_OWNERS, where Keydesk is installed, and Keydesk started again: then take the "
    "role from the group with /keydesk roles set, which the two of you decide."
)
BETWEEN_TWO = (
    "Nobody but you could decide this, and neither of two Owners decides alone about the other. Nothing changed. {who} "
    "can give it up with /keydesk roles set; else KEYDESK_OWNERS is changed where Keydesk is installed, and Keydesk "
    "started again."
)
ALONE = "There is no other Owner who can act."

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
        "keys.end_many": Role.READER,
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
        "roles.deciders": Role.OWNER,
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

MOST_ENDED = 3  # keys of others that one person ends within a day; more take a second person

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


def _by_two(kind: str, why: str) -> Rule:
    """Return the rule of what another Owner must agree to, where there is one."""

    def judged(actor: Actor, matter: Matter) -> Verdict:
        others = deciders(kind, actor.user_id, matter)
        return Hold(others, why) if others else _alone(matter)

    return judged


def _alone(matter: Matter, between: str = NOBODY_ELSE) -> Run | Refuse:
    """Let run what nobody else can decide, if it is known that nobody else is there; unknown is not alone."""
    if matter.unknown:
        return Refuse(UNREAD, matter.unknown, unread=True)
    if matter.former:
        return Refuse(GROUP_CHANGED, matter.former)
    return Refuse(between, matter.others) if matter.others else Run(ALONE, alone=True)


def _end_key(actor: Actor, matter: Matter) -> Verdict:
    if actor.user_id == matter.subject_owner:
        return Run("Everybody may end their own key.")
    if actor.user_id not in matter.owners | matter.approvers:
        return Refuse("This key is not yours to end. Its owner, this project's approvers and the owners can.")
    return _end_of_others("keys.end", actor, matter, approves=_approves(actor, matter))


def _end_keys(actor: Actor, matter: Matter) -> Verdict:
    stakes = matter.stakes
    if not stakes.ended:
        return Run("Everybody may end their own keys.")
    if stakes.refused:
        return Refuse("Some of these keys are not yours to end. Their owners, approvers and the owners can.")
    return _end_of_others("keys.end_many", actor, matter, approves=not stakes.widens)


def _approves(actor: Actor, matter: Matter) -> bool:
    """Tell whether this person decides about the keys of the project: an approver, or an owner where there is none."""
    return actor.user_id in (matter.approvers or matter.owners)


def _end_of_others(kind: str, actor: Actor, matter: Matter, *, approves: bool) -> Verdict:
    if matter.stakes.urgent:
        return Run("A key that leaked is ended at once, and all owners are told.")
    if approves and matter.stakes.ended <= MOST_ENDED:
        return Run("Approvers of the project may end a few keys in it, and so may owners where it has none.")
    others = deciders(kind, actor.user_id, matter)
    why = "Ending many keys, or one that you do not approve for, needs a second person."
    return Hold(others, why) if others else _alone(matter)


def _raise_budget(actor: Actor, matter: Matter) -> Verdict:
    return Hold(deciders("budgets.raise", actor.user_id, matter), "Raising a budget needs an Owner's approval.")


def _delete_project(actor: Actor, matter: Matter) -> Verdict:
    return Hold(deciders("projects.delete", actor.user_id, matter), "Deleting a project needs a second Owner.")


def _take_owner(actor: Actor, matter: Matter) -> Verdict:
    others = deciders("roles.take_owner", actor.user_id, matter)
    if others:
        return Hold(others, "Taking Owner from somebody else needs another Owner's approval.")
    return _alone(matter, BETWEEN_TWO)


def _own_digest(actor: Actor, matter: Matter) -> Verdict:
    if actor.user_id == matter.subject_owner or actor.user_id in matter.owners:
        return Run("Everybody may change their own digests, and owners any.")
    return Refuse("This digest is somebody else's: its subscriber and the owners can change it. Nothing changed.")


def _remove_member(actor: Actor, matter: Matter) -> Verdict:
    others = deciders("members.remove", actor.user_id, matter)
    return Hold(others, "Removing a member ends every key that they made, so it needs a second Owner.")


def _unless_it_widens(actor: Actor, matter: Matter) -> Verdict:
    if matter.stakes.widens:
        return Hold(deciders("members.scope", actor.user_id, matter), "Power over a project needs a second Owner.")
    return Run("Owners invite plain members, and take power back.")


def _change_scope(actor: Actor, matter: Matter) -> Verdict:
    if matter.stakes.lowers:
        return _by_two("members.scope", "Whoever holds as much as an Owner loses it by two.")(actor, matter)
    return _unless_it_widens(actor, matter)


def _narrowing_runs(kind: str, why: str, narrowing: str) -> Rule:
    """Return the rule of settings that another Owner must agree to wherever they give anybody more."""
    held = _by_two(kind, why)
    return lambda actor, matter: held(actor, matter) if matter.stakes.widens else Run(narrowing)


def _runs(why: str) -> Rule:
    """Return the rule of what waits for nobody: the least role says it all."""
    return lambda _actor, _matter: Run(why)


_CATALOGUE = _runs("Owners keep the catalogue of customers.")
_BUDGETS = _runs("Owners set and end budgets.")
_INVITATIONS = _runs("Owners look after invitations.")
_ROLES = _runs("Owners change roles.")

RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "accounts.remove": _by_two("accounts.remove", "Forgetting an account needs a second Owner."),
        "billing.close": _by_two("billing.close", "Closing a month needs a second Owner."),
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
        "invites.domains": _narrowing_runs(
            "invites.domains", "Who may be invited is widened by two Owners.", "Owners narrow who may be invited."
        ),
        "invites.resend": _INVITATIONS,
        "invites.send": _unless_it_widens,
        "keys.create": _create_key,
        "keys.end": _end_key,
        "keys.end_many": _end_keys,
        "members.remove": _remove_member,
        "members.scope": _change_scope,
        "projects.delete": _delete_project,
        "projects.rename": _runs("Owners rename projects."),  # a name can be given back
        "projects.settings": _narrowing_runs(
            "projects.settings",
            "Who approves, where it is asked and how long keys last is widened by two Owners.",
            "Owners make settings stricter, and take out whoever left.",
        ),
        "roles.deciders": _by_two("roles.deciders", "Who decides about keys changes by two Owners."),
        "roles.default": _narrowing_runs(
            "roles.default", "Who decides about keys changes by two Owners.", "Owners change roles."
        ),
        "roles.make_owner": _by_two("roles.make_owner", "A new Owner needs another Owner's approval."),
        "roles.set": _ROLES,
        "roles.take_owner": _take_owner,
    }
)
