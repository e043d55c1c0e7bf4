"""Invitations: sent to many, taken back, sent again, and the domains that may be invited."""

from __future__ import annotations

from bot.desk.lists import ListReading
from bot.invites.changing import InviteChanges
from bot.invites.domain_listeners import DomainListeners
from bot.invites.domains import InviteDomainsChange
from bot.invites.listeners import InviteListeners
from bot.invites.mirroring import listing as invite_list
from bot.invites.sending import InviteSending
from bot.mirror import ListMirror
from bot.room import Deps, JobKind, Room


def room(deps: Deps) -> Room:
    """Put the room together."""
    mirror = ListMirror(deps.database, deps.engine, invite_list(deps.deepgram))
    reading = ListReading(deps.clock, mirror)
    domains = InviteDomainsChange(deps.desk, deps.database, deps.clock)
    return Room(
        "invites",
        routes=(
            InviteListeners(reading, deps.desk, deps.database, deps.exports).door(),
            DomainListeners(deps.desk, deps.database, domains).door(),
        ),
        kinds={
            **InviteSending(deps.database, deps.engine, deps.clock, deps.deepgram).kinds(),
            **InviteChanges(deps.database, deps.engine, deps.clock, deps.deepgram).kinds(),
            **domains.kinds(),
        },
        jobs=(JobKind("invites.mirror", mirror.keep_fresh, background=True),),
    )
