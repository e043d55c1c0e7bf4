"""How the policy judges what is asked about digests."""

from __future__ import annotations

from bot.operation import Actor
from bot.policy import PolicyContext, Refuse, Run, Verdict


def own_digest(actor: Actor, context: PolicyContext, _deciders: frozenset[str]) -> Verdict:
    """Let people change their own digests, and owners any."""
    if actor.user_id == context.subject_owner or actor.user_id in context.owners:
        return Run("Everybody may change their own digests, and owners any.")
    return Refuse("This digest is somebody else's: its subscriber and the owners can change it. Nothing changed.")
