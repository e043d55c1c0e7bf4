"""The rooms of what Deepgram holds: keys, projects, members, invitations, and the accounts that open them."""

from __future__ import annotations

from bot.accounts.jobs import AccountJobs
from bot.accounts.listeners import AccountListeners
from bot.accounts.operations import RemoveAccount
from bot.accounts.removing import AccountRemoval
from bot.accounts.removing import describe as describe_account_removal
from bot.assembly.ground import Ground, Part, kinds_of
from bot.desk.lists import ListReading
from bot.invites.changing import InviteChanges
from bot.invites.domain_listeners import DomainListeners
from bot.invites.domains import InviteDomainsChange
from bot.invites.listeners import InviteListeners
from bot.invites.mirroring import listing as invite_list
from bot.invites.sending import InviteSending
from bot.keys import service as key_service
from bot.keys.clearance import KeyClearance
from bot.keys.clearing import KeyClearing
from bot.keys.ending import KeyEnding
from bot.keys.ends import KeyEnds, describe_many, describe_one
from bot.keys.jobs import KeyJobs
from bot.keys.listeners import KeyListeners
from bot.keys.lost import LostKeys
from bot.keys.making import KeyMaking
from bot.keys.mirroring import KeyMirror
from bot.keys.operations import CreateKey, EndKey, EndKeys
from bot.keys.settling import KeySettling
from bot.members.change_listeners import MemberChangeListeners
from bot.members.changing import MemberChanges
from bot.members.listeners import MemberListeners
from bot.members.lookup import MemberLookup
from bot.members.mirroring import listing as member_list
from bot.mirror import ListMirror
from bot.operation import OperationKind
from bot.projects import deleting, settings_card
from bot.projects.change_listeners import ProjectChangeListeners
from bot.projects.deleting import ProjectDeletion
from bot.projects.listeners import ProjectListeners
from bot.projects.mirroring import ProjectMirror
from bot.projects.operations import ChangeProjectSettings, DeleteProject, RenameProject
from bot.projects.renaming import ProjectRenaming
from bot.projects.settings_change import ProjectSettingsChange


def keys(on: Ground) -> Part:
    """Put the room of keys together."""
    ending = KeyEnding(on.database, on.engine, on.clock, on.desk, on.deepgram, on.standing)
    making = KeyMaking(on.database, on.engine, on.clock, on.desk, on.deepgram, ending)
    settling = KeySettling(on.database, on.engine, on.desk, on.deepgram, ending, on.standing)
    clearance = KeyClearance(on.database, on.engine, on.clock, ending, on.background)
    ends = KeyEnds(on.desk)
    telling = KeyJobs(on.database, on.background)
    mirror = KeyMirror(on.database, on.engine, on.desk, on.deepgram, on.standing)
    return Part(
        doors=(
            KeyListeners(on.desk, on.database, on.clock, making, mirror).door(),
            KeyClearing(on.desk, on.database, on.standing).door(),
        ),
        kinds=kinds_of(
            OperationKind(
                CreateKey,
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
                EndKeys, describe=describe_many, stakes=ends.of_many, admitted=ends.let_run, execute=clearance.begin
            ),
        ),
        jobs={
            "keys.sweep": settling.sweep,
            "keys.settle": settling.settle,
            "keys.settle_end": ending.settle,
            "keys.end_due": ending.when_due,
            "keys.clear": clearance.carry_out,
            "keys.tell_cleared": clearance.tell,
            "keys.tell_end": telling.tell_end,
            "keys.tell_refused": telling.tell_refused,
            "keys.end_with_project": LostKeys(on.database, on.engine, on.desk).with_project,
            "keys.mirror": mirror.keep_fresh,
        },
    )


def projects(on: Ground) -> Part:
    """Put the room of projects together."""
    mirror = ProjectMirror(on.database, on.engine, on.deepgram)
    settings = ProjectSettingsChange(on.desk, on.database, on.clock, on.people, on.interactive)
    renaming = ProjectRenaming(on.engine, on.deepgram)
    deletion = ProjectDeletion(on.desk, on.engine, on.deepgram, on.standing)
    listeners = ProjectListeners(on.desk, on.database, on.engine, on.clock, mirror, on.deepgram, on.exports, settings)
    return Part(
        doors=(
            listeners.door(),
            ProjectChangeListeners(on.desk, on.database, on.deepgram, deletion).door(),
        ),
        kinds=kinds_of(
            OperationKind(
                ChangeProjectSettings,
                describe=settings_card.describe,
                stakes=settings.stakes,
                moved=settings.moved,
                execute=settings.execute,
            ),
            OperationKind(RenameProject, execute=renaming.execute, settle=renaming.settle, done=renaming.done),
            OperationKind(
                DeleteProject,
                describe=deleting.describe,
                execute=deletion.execute,
                settle=deletion.settle,
                done=deletion.done,
            ),
        ),
        jobs={"projects.mirror": mirror.keep_fresh},
    )


def members(on: Ground) -> Part:
    """Put the room of members together."""
    mirror = ListMirror(on.database, on.engine, member_list(on.deepgram))
    changes = MemberChanges(on.engine, on.deepgram, on.standing)
    reading = ListReading(on.clock, mirror)
    lookup = MemberLookup(on.desk, on.database, reading)
    return Part(
        doors=(
            MemberListeners(lookup, reading, on.desk, on.database, on.deepgram, on.exports).door(),
            MemberChangeListeners(lookup, on.desk, on.database, changes).door(),
        ),
        kinds=changes.kinds(),
        jobs={"members.mirror": mirror.keep_fresh},
    )


def invites(on: Ground) -> Part:
    """Put the room of invitations together."""
    mirror = ListMirror(on.database, on.engine, invite_list(on.deepgram))
    reading = ListReading(on.clock, mirror)
    domains = InviteDomainsChange(on.desk, on.database, on.clock)
    return Part(
        doors=(
            InviteListeners(reading, on.desk, on.database, on.exports).door(),
            DomainListeners(on.desk, on.database, domains).door(),
        ),
        kinds={
            **InviteSending(on.database, on.engine, on.clock, on.deepgram).kinds(),
            **InviteChanges(on.database, on.engine, on.clock, on.deepgram).kinds(),
            **domains.kinds(),
        },
        jobs={"invites.mirror": mirror.keep_fresh},
    )


def accounts(on: Ground) -> Part:
    """Put the room of accounts together."""
    return Part(
        doors=(AccountListeners(on.desk, on.database, on.exports).door(),),
        kinds=kinds_of(
            OperationKind(
                RemoveAccount, describe=describe_account_removal, execute=AccountRemoval(on.database, on.clock).execute
            )
        ),
        jobs={"standing.learn": AccountJobs(on.database, on.engine, on.deepgram, on.ring).learn},
    )
