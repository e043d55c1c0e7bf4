"""How an owner's settings of a project are checked, held where they give anybody more, and saved."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import JsonValue
from sqlmodel import Session

from bot import audit
from bot.clock import Clock
from bot.desk import words
from bot.desk.judging import KNOWN_FOR
from bot.desk.service import Desk
from bot.errors import FormError, NotUnderstood
from bot.operation import Actor, Stakes
from bot.people import People
from bot.projects import settings_card
from bot.projects.operations import SETTINGS, ChangeProjectSettings, Value, WishedSettings
from bot.slack.channels import check_channel
from bot.slack.web import SlackWeb
from bot.slack.words import count, escape
from bot.store import people, projects
from bot.store.database import Database
from bot.store.projects import ProjectSettings

GONE = "This project is no longer there. Nothing changed."
NOTHING_NEW = "These are the settings already. Nothing changed."


class ProjectSettingsChange:
    """Makes `ChangeProjectSettings` of what an owner wished, and carries it out."""

    def __init__(self, desk: Desk, database: Database, clock: Clock, people_: People, web: SlackWeb) -> None:
        self._desk = desk
        self._database = database
        self._clock = clock
        self._people = people_
        self._web = web

    async def as_asked(self, wish: WishedSettings, actor: Actor) -> ChangeProjectSettings:
        """Return the operation that a wish amounts to: what changes, with what stands there now.

        Raises:
            FormError: an approver is no member, the channel cannot be used, the days do not fit together, nothing
                changes, or somebody else has saved other settings since the form was opened.
            NotUnderstood: there is no such project.
        """
        if not await self._database.read(lambda session: self._may(session, wish, actor)):
            return ChangeProjectSettings(project_id=wish.project_id)  # which the desk refuses, on the record
        if wish.recommended_days > wish.most_days:
            raise FormError("recommended_days", "The recommended duration cannot be longer than the longest one.")
        operation = await self._database.read(lambda session: _changed(session, wish, actor))
        await self._check(operation, actor)
        # Whoever left may be taken out by one: that is read anew, and believed only then.
        await self._people.look_again(operation.approvers(operation.before) - operation.approvers(operation.after))
        return operation

    def _may(self, session: Session, wish: WishedSettings, actor: Actor) -> bool:
        return self._desk.access(session, actor, wish.project_id).can(ChangeProjectSettings.kind)

    async def execute(self, operation: ChangeProjectSettings, actor: Actor) -> str:
        """Check the people and the channel as they are now, then save what changes, if it is as it was.

        Raises:
            FormError: an approver is no member, or the channel cannot be used.
            NotUnderstood: the project is gone, or what was to change has changed meanwhile.
        """
        await self._check(operation, actor)
        return await self._database.write(lambda session: self._save(session, operation, actor))

    async def _check(self, operation: ChangeProjectSettings, actor: Actor) -> None:
        for user_id in sorted(operation.approvers(operation.after) - operation.approvers(operation.before)):
            if not await self._people.is_member(user_id):
                raise FormError("approvers", "Approvers must be full, active members of this workspace.")
        channel = operation.after.get("channel")
        await check_channel(self._web, channel if isinstance(channel, str) else None, actor.user_id)

    # --- what the desk asks ---

    def stakes(self, session: Session, operation: ChangeProjectSettings, actor: Actor, now: datetime) -> Stakes:
        """Tell whether somebody would decide, hear of requests, or get longer keys; and who would approve no more."""
        del now
        before, after = operation.approvers(operation.before), operation.approvers(operation.after)
        gone = people.left(session, actor.team_id, before - after, datetime.now(UTC) - KNOWN_FOR)
        lost = before - after - gone - {actor.user_id}
        return Stakes(
            widens=bool(after - before or lost) or "channel" in operation.after or operation.longer, concerned=lost
        )

    def moved(self, session: Session, operation: ChangeProjectSettings, team_id: str) -> str | None:
        """Say which of the settings are not as they were when this was asked, or None."""
        kept = projects.settings(session, operation.project_id)
        others = [name for name, was in operation.before.items() if not _same(_value(kept, name), was)]
        if not others:
            return None
        said = "; ".join(settings_card.said(session, team_id, name, _value(kept, name)) for name in others)
        by = words.people_of(session, team_id, [kept.changed_by] if kept.changed_by else [])
        return f"{by} saved other settings since this was asked: {said}. Nothing changed; ask again if it is wanted."

    # --- saving ---

    def _save(self, session: Session, operation: ChangeProjectSettings, actor: Actor) -> str:
        now = self._clock.now()
        name = _the_name(session, operation.project_id)
        kept = projects.settings(session, operation.project_id, to_change=True)
        done = f"Saved the settings of {name}."
        if all(_same(_value(kept, field), value) for field, value in operation.after.items()):
            return done  # it was carried out before, and cut short before that was noted
        why = self.moved(session, operation, actor.team_id)
        if why is not None:
            raise NotUnderstood(why)
        before = kept.model_dump(mode="json")
        changed: dict[str, JsonValue] = {}
        for field, value in operation.after.items():
            changed[field] = list(value) if isinstance(value, tuple) else value
        session.merge(
            ProjectSettings.model_validate(before | changed | {"changed_by": actor.user_id, "changed_at": now})
        )
        session.flush()
        audit.note(
            session,
            actor,
            "projects.settings_changed",
            operation.project_id,
            now,
            project_id=operation.project_id,
            before={field: before[field] for field in operation.after},
            after=changed,
        )
        if "approvers" in operation.after:
            self._desk.redraw_waiting(session, actor.team_id, now, operation.project_id)
        self._desk.void_moved(session, actor.team_id, now, operation.kind)
        self._tell_losers(session, operation, actor, now)
        return done

    def _tell_losers(self, session: Session, operation: ChangeProjectSettings, actor: Actor, now: datetime) -> None:
        lost = operation.approvers(operation.before) - operation.approvers(operation.after) - {actor.user_id}
        able = people.able(session, actor.team_id, lost)
        name = escape(projects.name_of(session, operation.project_id))
        text = f"You do not approve keys of *{name}* any more: <@{actor.user_id}> changed its settings."
        self._desk.inform(session, actor.team_id, able, text, now)


def _the_name(session: Session, project_id: str) -> str:
    """Return the project's name, plain; raise NotUnderstood where it is gone."""
    project = projects.get(session, project_id)
    if project is None:
        raise NotUnderstood(GONE)
    return project.name


def _changed(session: Session, wish: WishedSettings, actor: Actor) -> ChangeProjectSettings:
    _the_name(session, wish.project_id)
    kept = projects.settings(session, wish.project_id)
    _check_seen(session, wish, kept, actor)
    fields = [name for name in SETTINGS if not _same(_value(kept, name), _value(wish, name))]
    if not fields:
        raise FormError("approvers", NOTHING_NEW)
    return ChangeProjectSettings(
        project_id=wish.project_id,
        before={name: _value(kept, name) for name in fields},
        after={name: _value(wish, name) for name in fields},
        why=wish.why,
    )


def _check_seen(session: Session, wish: WishedSettings, kept: ProjectSettings, actor: Actor) -> None:
    """Refuse to overwrite what somebody else has saved since the form was opened."""
    if wish.seen in (None, kept.mark):
        return
    others = {
        "approvers": f"who approves: {words.people_of(session, actor.team_id, kept.approvers)}",
        "channel": "another approvals channel" if kept.channel else "no approvals channel",
        "recommended_days": f"{count(kept.recommended_days, 'day')} recommended",
        "most_days": f"{count(kept.most_days, 'day')} at most",
    }
    theirs = [said for name, said in others.items() if not _same(_value(kept, name), _value(wish, name))]
    if theirs:
        by = words.people_of(session, actor.team_id, [kept.changed_by] if kept.changed_by else [])
        raise FormError(
            "approvers",
            f"{by} saved settings since you opened this form. Saved now, and other than what stands here: "
            f"{'; '.join(theirs)}. Nothing changed: save again to replace them, or cancel to keep them.",
        )


def _value(settings: ProjectSettings | WishedSettings, name: str) -> Value:
    value: Value | list[str] = getattr(settings, name)
    return tuple(value) if isinstance(value, list) else value


def _same(one: Value, other: Value) -> bool:
    """Tell whether two values are one; the order of people counts for nothing."""
    if isinstance(one, tuple) and isinstance(other, tuple):
        return set(one) == set(other)
    return one == other
