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
from bot.policy import Right, Role, by_two, held, runs, where_it_widens
from bot.providers.port import Capability
from bot.room import Deps, JobKind, Room

BY_OWNERS = runs("Owners look after invitations.")
RIGHTS = {
    "invites.cancel": Right(Role.OWNER, BY_OWNERS),
    "invites.domains": Right(
        Role.OWNER,
        where_it_widens(by_two("Who may be invited is widened by two Owners."), "Owners narrow who may be invited."),
    ),
    "invites.list": Right(Role.READER),
    "invites.resend": Right(Role.OWNER, BY_OWNERS),
    "invites.send": Right(
        Role.OWNER, where_it_widens(held("Power over a project needs a second Owner."), "Owners invite plain members.")
    ),
}


def room(deps: Deps) -> Room:
    """Put the room together."""
    mirror = ListMirror(deps.database, deps.engine, invite_list(deps.providers))
    reading = ListReading(deps.clock, mirror)
    domains = InviteDomainsChange(deps.desk, deps.database, deps.clock)
    return Room(
        "invites",
        capability=Capability.INVITATIONS,
        rights=RIGHTS,
        routes=(
            InviteListeners(reading, deps.desk, deps.database, deps.exports).routes(),
            DomainListeners(deps.desk, deps.database, domains).routes(),
        ),
        kinds={
            **InviteSending(deps.database, deps.engine, deps.clock, deps.providers).kinds(),
            **InviteChanges(deps.database, deps.engine, deps.clock, deps.providers).kinds(),
            **domains.kinds(),
        },
        jobs=(JobKind("invites.mirror", mirror.keep_fresh, background=True),),
    )
