"""Keys: asked for, made once before their owner's eyes, shown once, ended on time."""

from __future__ import annotations

from bot.keys import rules
from bot.keys import service as key_service
from bot.keys.bulk_revoke import KeyBulkRevoke
from bot.keys.bulk_revoke_listeners import KeyBulkRevokeListeners
from bot.keys.ending import KeyEnding
from bot.keys.ends import KeyEnds, describe_many, describe_one
from bot.keys.jobs import KeyJobs
from bot.keys.listeners import KeyListeners
from bot.keys.making import KeyMaking
from bot.keys.mirroring import KeyMirror
from bot.keys.operations import CreateKey, EndKey, EndKeys
from bot.keys.orphaned import OrphanedKeys
from bot.keys.settling import KeySettling
from bot.operation import OperationKind
from bot.policy import DecidedBy, Right, Role
from bot.providers.port import Capability
from bot.room import Deps, JobKind, Quick, Room, Shortcut, kinds_of

SHORTCUTS = (
    Shortcut("keys.request", "Request a key", "global", "Ask for a provider key"),
    Shortcut(
        "keys.request_about", "Ask for a key about this", "message", "Ask for a key, starting from what stands here"
    ),
)

RIGHTS = {
    "keys.create": Right(Role.DEVELOPER, rules.create_key, DecidedBy.APPROVERS),
    "keys.end": Right(Role.READER, rules.end_key, DecidedBy.EITHER),  # it may be urgent
    "keys.end_many": Right(Role.READER, rules.end_keys, DecidedBy.EITHER),
    "keys.list": Right(Role.READER),
    "keys.open": Right(Role.DEVELOPER),
    "keys.show": Right(Role.READER),
}
RECORDED = {
    "keys.end.let_run": "was let revoke this key of somebody else",
    "keys.open.refused": "refused: could not be opened",
    "keys.create.started": "began to create the key",
    "keys.created": "the provider made the key",
    "keys.delivered": "shown to its owner",
    "keys.create.refused": "the provider refused; it can be tried again",
    "keys.create.failed": "the provider refused for good",
    "keys.create.unclear": "the provider's answer was unclear; whatever was made is ended",
    "keys.create.interrupted": "interrupted; whatever was made is ended",
    "keys.show.failed": "could not be shown; that key is ended",
    "keys.orphan.reported": "an old key of this request was found and reported",
    "keys.orphan.untold": "whether a press made a key could not be told",
}
QUICK = (Quick("keys.create", "Request a key", "keys.request", primary=True),)


def room(deps: Deps) -> Room:
    """Put the room together."""
    ending = KeyEnding(deps.database, deps.engine, deps.clock, deps.desk, deps.providers, deps.credential_identity)
    making = KeyMaking(deps.database, deps.engine, deps.clock, deps.desk, deps.providers, ending)
    settling = KeySettling(deps.database, deps.engine, deps.desk, deps.providers, ending, deps.credential_identity)
    bulk_revoke = KeyBulkRevoke(deps.database, deps.engine, deps.clock, ending, deps.background)
    telling = KeyJobs(deps.database, deps.background)
    mirror = KeyMirror(deps.database, deps.engine, deps.desk, deps.providers, deps.credential_identity)
    return Room(
        "keys",
        capability=Capability.KEYS,
        rights=RIGHTS,
        recorded=RECORDED,
        quick=QUICK,
        routes=(
            KeyListeners(deps.desk, deps.database, deps.clock, making, mirror).routes(),
            KeyBulkRevokeListeners(deps.desk, deps.database, deps.credential_identity).routes(),
        ),
        kinds=_kinds(KeyEnds(deps.desk), ending, bulk_revoke),
        shortcuts=SHORTCUTS,
        jobs=(
            JobKind("keys.sweep", settling.sweep, at_start=True),
            JobKind("keys.settle", settling.settle),
            JobKind("keys.settle_end", ending.settle),
            JobKind("keys.end_due", ending.when_due),
            JobKind("keys.bulk_revoke", bulk_revoke.carry_out),
            JobKind("keys.tell_bulk_revoke", bulk_revoke.tell, after_restore=True),
            JobKind("keys.tell_end", telling.tell_end, after_restore=True),
            JobKind("keys.tell_refused", telling.tell_refused, after_restore=True),
            JobKind("keys.end_with_project", OrphanedKeys(deps.database, deps.engine, deps.desk).with_project),
            JobKind("keys.mirror", mirror.keep_fresh, background=True),
        ),
    )


def _kinds(ends: KeyEnds, ending: KeyEnding, bulk_revoke: KeyBulkRevoke) -> dict[str, OperationKind]:
    return kinds_of(
        OperationKind(
            CreateKey,
            check=key_service.check,
            describe=key_service.describe,
            follow_up=key_service.follow_up,
            forbidden=key_service.forbidden,
        ),
        OperationKind(
            EndKey,
            describe=describe_one,
            subject_owner=key_service.owner_of,
            stakes=ends.of_one,
            admitted=ends.let_run,
            execute=ending.by_person,
        ),
        OperationKind(
            EndKeys, describe=describe_many, stakes=ends.of_many, admitted=ends.let_run, execute=bulk_revoke.begin
        ),
    )
