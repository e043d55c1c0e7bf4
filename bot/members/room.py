"""Members: who belongs to a project, provider roles, and removal."""

from __future__ import annotations

from bot.desk.lists import ListReading
from bot.members import rules
from bot.members.change_listeners import MemberChangeListeners
from bot.members.changing import MemberChanges
from bot.members.listeners import MemberListeners
from bot.members.lookup import MemberLookup
from bot.members.mirroring import listing as member_list
from bot.mirror import ListMirror
from bot.policy import Right, Role, held
from bot.providers.port import Capability
from bot.room import Deps, JobKind, Quick, Room

RIGHTS = {
    "members.list": Right(Role.READER),
    "members.remove": Right(
        Role.OWNER, held("Removing a member ends every key that they made, so it needs a second Owner.")
    ),
    "members.scope": Right(Role.OWNER, rules.change_scope),
    "members.show": Right(Role.READER),
}


def room(deps: Deps) -> Room:
    """Put the room together."""
    mirror = ListMirror(deps.database, deps.engine, member_list(deps.providers))
    changes = MemberChanges(deps.engine, deps.providers, deps.credential_identity)
    reading = ListReading(deps.clock, mirror)
    lookup = MemberLookup(deps.desk, deps.database, reading)
    return Room(
        "members",
        capability=Capability.MEMBERS,
        rights=RIGHTS,
        quick=(Quick("members.list", "Members", "members.list"),),
        routes=(
            MemberListeners(lookup, reading, deps.desk, deps.database, deps.providers, deps.exports).routes(),
            MemberChangeListeners(lookup, deps.desk, deps.database, changes).routes(),
        ),
        kinds=changes.kinds(),
        jobs=(JobKind("members.mirror", mirror.keep_fresh, background=True),),
    )
