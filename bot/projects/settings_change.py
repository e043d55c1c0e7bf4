"""How an owner's settings of a project are checked and saved."""

from __future__ import annotations

from sqlmodel import Session

from bot import audit
from bot.clock import Clock
from bot.desk import words
from bot.desk.service import Desk
from bot.errors import FormError, NotAllowed, NotUnderstood
from bot.operation import Actor
from bot.people import People
from bot.projects.operations import ChangeProjectSettings
from bot.slack.channels import check_channel
from bot.slack.web import SlackWeb
from bot.slack.words import count
from bot.store import projects
from bot.store.database import Database
from bot.store.projects import ProjectSettings


class ProjectSettingsChange:
    """Carries out `ChangeProjectSettings`."""

    def __init__(self, desk: Desk, database: Database, clock: Clock, people_: People, web: SlackWeb) -> None:
        self._desk = desk
        self._database = database
        self._clock = clock
        self._people = people_
        self._web = web

    async def execute(self, operation: ChangeProjectSettings, actor: Actor) -> str:
        """Check the people and the channel as they are now, then save.

        Raises:
            FormError: an approver is no member, the channel cannot be used, the days do not fit together, or somebody
                else has saved other settings since the form was opened.
        """
        if operation.recommended_days > operation.most_days:
            raise FormError("recommended_days", "The recommended duration cannot be longer than the longest one.")
        for user_id in operation.approvers:
            await self._check_approver(actor, user_id)
        await check_channel(self._web, operation.channel)
        return await self._database.write(lambda session: self._save(session, operation, actor))

    async def _check_approver(self, actor: Actor, user_id: str) -> None:
        try:
            await self._people.judge(actor.team_id, user_id)
        except NotAllowed:
            raise FormError("approvers", "Approvers must be full, active members of this workspace.") from None

    def _save(self, session: Session, operation: ChangeProjectSettings, actor: Actor) -> str:
        now = self._clock.now()
        if projects.get(session, operation.project_id) is None:
            raise NotUnderstood("This project is no longer there. Nothing changed.")
        kept = projects.settings(session, operation.project_id, to_change=True)
        _check_seen(session, operation, kept, actor)
        before = kept.model_dump(mode="json")
        session.merge(
            ProjectSettings(
                **operation.model_dump(exclude={"approvers", "seen"}),
                approvers=list(operation.approvers),
                changed_by=actor.user_id,
                changed_at=now,
            )
        )
        audit.note(
            session,
            actor,
            "projects.settings_changed",
            operation.project_id,
            now,
            project_id=operation.project_id,
            before=before,
            after=operation.model_dump(mode="json", exclude={"seen"}),
        )
        if set(before["approvers"]) != set(operation.approvers):
            self._desk.redraw_waiting(session, actor.team_id, now, operation.project_id)
        return f"Saved the settings of {projects.name_of(session, operation.project_id)}."


def _check_seen(session: Session, operation: ChangeProjectSettings, kept: ProjectSettings, actor: Actor) -> None:
    """Refuse to overwrite what somebody else has saved since the form was opened."""
    if operation.seen in (None, kept.mark):
        return
    others = {
        "approvers": f"who approves: {words.people_of(session, actor.team_id, kept.approvers)}",
        "channel": "another approvals channel" if kept.channel else "no approvals channel",
        "recommended_days": f"{count(kept.recommended_days, 'day')} recommended",
        "most_days": f"{count(kept.most_days, 'day')} at most",
    }
    theirs = [said for name, said in others.items() if _value(kept, name) != _value(operation, name)]
    if theirs:
        by = words.people_of(session, actor.team_id, [kept.changed_by] if kept.changed_by else [])
        raise FormError(
            "approvers",
            f"{by} saved settings since you opened this form. Saved now, and other than what stands here: "
            f"{'; '.join(theirs)}. Nothing changed: save again to replace them, or cancel to keep them.",
        )


def _value(settings: ProjectSettings | ChangeProjectSettings, name: str) -> object:
    value = getattr(settings, name)
    return set(value) if name == "approvers" else value
