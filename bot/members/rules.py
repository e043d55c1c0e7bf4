"""How the policy judges a change of somebody's power over a project."""

from __future__ import annotations

from bot.operation import Actor
from bot.policy import PolicyContext, Verdict, by_two, held, where_it_widens

_LOWERS = by_two("Whoever holds as much as an Owner loses it by two.")
_WIDENS = where_it_widens(
    held("Power over a project needs a second Owner."), "Owners invite plain members, and take power back."
)


def change_scope(actor: Actor, context: PolicyContext, deciders: frozenset[str]) -> Verdict:
    """Let another Owner agree where somebody gets power, or where an Owner loses it."""
    return (_LOWERS if context.stakes.lowers else _WIDENS)(actor, context, deciders)
