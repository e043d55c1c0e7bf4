"""Who may do what: pure functions from facts to *run*, *hold* or *refuse*, each with its reason.

What a name takes is declared by its room as a `Right`; the rules that several rooms share stand below.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from bot.operation import Actor
from bot.providers.port import Capability
from bot.verdicts import Hold, PolicyContext, Refuse, Role, Run, Verdict

__all__ = [
    "DECIDE",
    "DECIDES",
    "DecidedBy",
    "Hold",
    "Policy",
    "PolicyContext",
    "Refuse",
    "Right",
    "Role",
    "Rule",
    "Run",
    "Verdict",
    "alone",
    "by_two",
    "held",
    "runs",
    "where_it_widens",
]

DECIDES = Role.DEVELOPER  # the least role of whoever decides about anything
DECIDE = "desk.decide"
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
NO_DECIDER = "You cannot decide this one. Nothing changed."
ALONE = "There is no other Owner who can act."

Rule = Callable[[Actor, PolicyContext, frozenset[str]], Verdict]
"""Judges an operation by who asks, by the facts, and by who else could decide it."""


class DecidedBy(Enum):
    """Who decides what is held: the owners; the project's approvers, or the owners where it has none; or both."""

    OWNERS = "owners"
    APPROVERS = "approvers"
    EITHER = "either"


@dataclass(frozen=True)
class Right:
    """What one name takes: the least role, and for an operation the rule by which it is judged; a reading has none.

    ``decided_by`` tells who decides about it where it is held; whoever would lose by it does so only where nobody else
    can, and not even then without ``concerned_decide``. ``capability`` is what the project's provider must offer: by
    default what its room takes (`bot.room.Room`). ``anywhere``: it takes nothing, whatever its room does; so what was
    begun can be ended wherever it is.
    """

    least: Role
    rule: Rule | None = None
    decided_by: DecidedBy = DecidedBy.OWNERS
    concerned_decide: bool = True
    capability: Capability | None = None
    anywhere: bool = False

    def deciders(self, requester: str, context: PolicyContext) -> frozenset[str]:
        """Return who may decide what ``requester`` asks, who is never one of them."""
        allowed = self._pool(requester, context)
        others = allowed - context.stakes.concerned
        return others if others or not self.concerned_decide else allowed

    def _pool(self, requester: str, context: PolicyContext) -> frozenset[str]:
        approvers, owners = context.approvers - {requester}, context.owners - {requester}
        if self.decided_by is DecidedBy.EITHER:
            return approvers | owners
        return (approvers if self.decided_by is DecidedBy.APPROVERS else frozenset()) or owners


OF_NO_ROOM = Right(Role.OWNER)  # of a request whose kind no room declares any more: its owners decide


@dataclass(frozen=True)
class Policy:
    """What all rooms declare, by name."""

    rights: Mapping[str, Right]

    def decide(self, kind: str, actor: Actor, context: PolicyContext) -> Verdict:
        """Judge one kind of operation: by the actor's role, then by its rule; a kind without either is refused."""
        right = self.rights.get(kind)
        if right is None or right.rule is None:
            return Refuse(NOBODY_MAY)
        refusal = self.role_refusal(kind, context.role, context.withheld)
        if refusal is not None:
            return Refuse(refusal)
        return right.rule(actor, context, right.deciders(actor.user_id, context))

    def takes(self, name: str) -> Capability | None:
        """Return what an operation or a reading takes of the provider, or None if nothing."""
        right = self.rights.get(name)
        return right.capability if right is not None else None

    def role_refusal(self, name: str, role: Role, withheld: Role | None = None) -> str | None:
        """Return why this role is too low for an operation or a reading, or None if it is enough.

        ``withheld`` is what they would have by a user group that was not read lately.
        """
        right = self.rights.get(name)
        if right is None:
            return NOBODY_MAY
        least = right.least
        if role >= least:
            return None
        if withheld is not None and withheld >= least:
            return GROUP_NOT_READ.format(least=least.word)
        return (
            f"This takes the role {least.word}, and yours here is {role.word}. Nothing changed. "
            "Owners change roles with /keydesk roles."
        )

    def deciders(self, kind: str, requester: str, context: PolicyContext) -> frozenset[str]:
        """Return who may decide what ``requester`` asks, who is never one of them."""
        return self.rights.get(kind, OF_NO_ROOM).deciders(requester, context)

    def refusal_to_decide(self, actor: Actor, kind: str, requester: str, context: PolicyContext) -> str | None:
        """Return why this person may not decide this request, or None if they may."""
        if actor.user_id == requester:
            return "You asked for this, so someone else must decide. Nothing changed."
        low = self.role_refusal(DECIDE, context.role, context.withheld)
        if low is not None:
            return low
        if actor.user_id not in self.deciders(kind, requester, context):
            return NO_DECIDER
        return None


# --- rules of several rooms ---


def runs(why: str) -> Rule:
    """Return the rule of what waits for nobody: the least role says it all."""
    return lambda _actor, _context, _deciders: Run(why)


def held(why: str) -> Rule:
    """Return the rule of what somebody else must agree to; where nobody can, it cannot be asked."""
    return lambda _actor, _context, deciders: Hold(deciders, why)


def by_two(why: str, between: str = NOBODY_ELSE) -> Rule:
    """Return the rule of what another Owner must agree to, where there is one.

    ``between`` is read where somebody else is there who may not decide it; in it “{who}” stands for them.
    """
    return lambda _actor, context, deciders: Hold(deciders, why) if deciders else alone(context, between)


def where_it_widens(rule: Rule, narrowing: str) -> Rule:
    """Return the rule of what is judged by ``rule`` wherever it gives anybody more, and runs where it does not."""
    return lambda actor, context, deciders: rule(actor, context, deciders) if context.stakes.widens else Run(narrowing)


def alone(context: PolicyContext, between: str = NOBODY_ELSE) -> Run | Refuse:
    """Let run what nobody else can decide, if it is known that nobody else is there; unknown is not alone."""
    if context.unknown:
        return Refuse(UNREAD, context.unknown, unread=True)
    if context.former:
        return Refuse(GROUP_CHANGED, context.former)
    return Refuse(between, context.others) if context.others else Run(ALONE, alone=True)
