"""How the policy judges what is asked about keys: pure functions, as all rules."""

from __future__ import annotations

from bot.operation import Actor
from bot.policy import Hold, PolicyContext, Refuse, Run, Verdict, alone

MOST_ENDED = 3  # keys of others that one person ends within a day; more take a second person


def create_key(_actor: Actor, context: PolicyContext, deciders: frozenset[str]) -> Verdict:
    """Hold every new key, for the project's approvers where it has some."""
    owned = "this project's approvers decide" if deciders & context.approvers else "the owners decide"
    return Hold(deciders, f"Creating a key needs one approval; {owned}.")


def end_key(actor: Actor, context: PolicyContext, deciders: frozenset[str]) -> Verdict:
    """Let people end their own key; one of somebody else takes an approver or an owner."""
    if actor.user_id == context.subject_owner:
        return Run("Everybody may revoke their own key.")
    if actor.user_id not in context.owners | context.approvers:
        return Refuse("This key is not yours to revoke. Its owner, this project's approvers and the owners can.")
    return _end_of_others(context, deciders, approves=_approves(actor, context))


def end_keys(_actor: Actor, context: PolicyContext, deciders: frozenset[str]) -> Verdict:
    """Judge the end of many keys, of which some may be one's own."""
    stakes = context.stakes
    if not stakes.ended:
        return Run("Everybody may revoke their own keys.")
    if stakes.refused:
        return Refuse("Some of these keys are not yours to revoke. Their owners, approvers and the owners can.")
    return _end_of_others(context, deciders, approves=not stakes.widens)


def _approves(actor: Actor, context: PolicyContext) -> bool:
    """Tell whether this person decides about the keys of the project: an approver, or an owner where there is none."""
    return actor.user_id in (context.approvers or context.owners)


def _end_of_others(context: PolicyContext, deciders: frozenset[str], *, approves: bool) -> Verdict:
    if context.stakes.urgent:
        return Run("A key that leaked is revoked at once, and all owners are told.")
    if approves and context.stakes.ended <= MOST_ENDED:
        return Run("Approvers of the project may revoke a few keys in it, and so may owners where it has none.")
    why = "Revoking many keys, or one that you do not approve for, needs a second person."
    return Hold(deciders, why) if deciders else alone(context)
