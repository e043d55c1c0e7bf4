"""Projects: the chosen one, settings, another name, the end of one, and the mirror of the list."""

from __future__ import annotations

from bot.operation import OperationKind
from bot.policy import Right, Role, by_two, held, runs, where_it_widens
from bot.projects import deleting, settings_card
from bot.projects.change_listeners import ProjectChangeListeners
from bot.projects.deleting import ProjectDeletion
from bot.projects.listeners import ProjectListeners
from bot.projects.mirroring import ProjectMirror
from bot.projects.operations import ChangeProjectSettings, DeleteProject, RenameProject
from bot.projects.renaming import ProjectRenaming
from bot.projects.settings_change import ProjectSettingsChange
from bot.providers.port import Capability
from bot.room import Deps, JobKind, Quick, Room, kinds_of

RIGHTS = {
    "projects.delete": Right(
        Role.OWNER, held("Deleting a project needs a second Owner."), capability=Capability.PROJECT_CHANGES
    ),
    "projects.list": Right(Role.READER),
    "projects.rename": Right(  # a name can be given back
        Role.OWNER, runs("Owners rename projects."), capability=Capability.PROJECT_CHANGES
    ),
    "projects.settings": Right(
        Role.OWNER,
        where_it_widens(
            by_two("Who approves, where it is asked and how long keys last is widened by two Owners."),
            "Owners make settings stricter, and take out whoever left.",
        ),
    ),
    "projects.show": Right(Role.READER),
}


def room(deps: Deps) -> Room:
    """Put the room together."""
    mirror = ProjectMirror(deps.database, deps.engine, deps.providers)
    settings = ProjectSettingsChange(deps.desk, deps.database, deps.clock, deps.people, deps.interactive)
    renaming = ProjectRenaming(deps.engine, deps.providers)
    deletion = ProjectDeletion(deps.desk, deps.engine, deps.providers, deps.credential_identity)
    listeners = ProjectListeners(
        deps.desk, deps.database, deps.engine, deps.clock, mirror, deps.providers, deps.exports, settings
    )
    return Room(
        "projects",
        rights=RIGHTS,
        quick=(Quick("projects.list", "Projects", "projects.list"),),
        routes=(
            listeners.routes(),
            ProjectChangeListeners(deps.desk, deps.database, deps.providers, deletion).routes(),
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
        jobs=(JobKind("projects.mirror", mirror.keep_fresh, at_start=True, background=True),),
    )
