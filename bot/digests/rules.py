"""How the policy judges what is asked about digests."""

from __future__ import annotations

from bot.operation import Actor
from bot.policy import Matter, Refuse, Run, Verdict


def own_digest(actor: Actor, matter: Matter, _deciders: frozenset[str]) -> Verdict:
    """Let people change their own digests, and owners any."""
    if actor.user_id == matter.subject_owner or actor.user_id in matter.owners:
        return Run("Everybody may change their own digests, and owners any.")
    return Refuse("This digest is somebody else's: its subscriber and the owners can change it. Nothing changed.")
