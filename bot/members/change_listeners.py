"""What people type, press and send to change members."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.desk.service import Desk
from bot.errors import CouldNotCheck, NotAllowed, NotUnderstood
from bot.members import naming, views
from bot.members.changing import OUR_OWN, MemberChanges
from bot.members.entrance import Entrance
from bot.members.operations import AboutMember, ChangeMemberScope, RemoveMember
from bot.members.service import Overview
from bot.operation import Actor
from bot.people import People
from bot.providers.deepgram.models import Role
from bot.slack.call import Call, OpenView
from bot.slack.names import Command, Door
from bot.slack.words import escape
from bot.store.members import Member

REMOVE, SCOPE = "Remove member", "Change scope"


@dataclass(frozen=True)
class Asked:
    """A form as it was sent: what it asks, and how to draw it again with what is wrong."""

    operation: AboutMember
    title: str
    again: Callable[[Overview, str], views.Block]


class MemberChangeListeners:
    """Answers `/members scope|remove`, their buttons and their forms."""

    def __init__(self, entrance: Entrance, desk: Desk, people: People, changes: MemberChanges) -> None:
        self._entrance = entrance
        self._desk = desk
        self._people = people
        self._changes = changes

    def door(self) -> Door:
        """Return what is answered here."""
        return Door(
            commands=(
                Command("members", "scope", self.scope, "<name> [owner | admin | member]", "give another scope"),
                Command(
                    "members", "remove", self.remove, "<name>", "take a member out, and their keys", ("kick", "delete")
                ),
            ),
            actions={
                "members.row": self.row,
                "members.scope": self.scope_pressed,
                "members.remove": self.remove_pressed,
            },
            views={"members.scope": self.submit_scope, "members.remove": self.submit_removal},
        )

    async def row(self, call: Call) -> None:
        """Do what was chosen in a row's menu."""
        wish, _, call.value = call.value.partition(":")
        match wish:
            case "scope":
                await self.scope_pressed(call)
            case "remove":
                await self.remove_pressed(call)
            case _:
                actor, member = await self._entrance.pressed(call, "members.show")
                await call.show(views.details(await self._entrance.overview(actor, member)))

    # --- asking ---

    async def remove(self, call: Call) -> None:
        """Ask before the member who was named is removed."""
        opened = await call.open(views.saying(REMOVE, "One moment…"))
        actor, project = await self._entrance.enter(call, "members.remove")
        member = await self._entrance.named(call, actor, project, "remove", call.text)
        await self._ask_to_remove(opened, actor, member)

    async def remove_pressed(self, call: Call) -> None:
        """Ask before the member whose button was pressed is removed."""
        opened = await call.open(views.saying(REMOVE, "One moment…"))
        await self._ask_to_remove(opened, *await self._entrance.pressed(call, "members.remove"))

    async def _ask_to_remove(self, opened: OpenView, actor: Actor, member: Member | None) -> None:
        seen = await self._changeable(opened, actor, member, REMOVE)
        if seen is not None:
            _check(seen, possible=seen.row.may_remove)
            await opened.update(views.removal_form(seen))

    async def scope(self, call: Call) -> None:
        """Open the form that gives the member who was named another scope."""
        opened = await call.open(views.saying(SCOPE, "One moment…"))
        actor, project = await self._entrance.enter(call, "members.scope")
        name, wanted = naming.split_scope(call.text)
        try:
            member = await self._entrance.named(call, actor, project, "scope", name)
        except NotUnderstood as problem:
            raise NotUnderstood(f"{problem.text}{naming.scope_hint(name)}") from None
        await self._ask_for_scope(opened, actor, member, wanted)

    async def scope_pressed(self, call: Call) -> None:
        """Open the same form for the member whose button was pressed."""
        opened = await call.open(views.saying(SCOPE, "One moment…"))
        await self._ask_for_scope(opened, *await self._entrance.pressed(call, "members.scope"), None)

    async def _ask_for_scope(self, opened: OpenView, actor: Actor, member: Member | None, wanted: Role | None) -> None:
        seen = await self._changeable(opened, actor, member, SCOPE)
        if seen is not None:
            _check(seen, possible=seen.row.may_scope and bool(seen.choices))
            if wanted is not None and wanted not in seen.choices:
                raise NotUnderstood(f"{seen.row.member.label} cannot be made {wanted} here. {seen.limits}".strip())
            await opened.update(views.scope_form(seen, wanted))

    async def _changeable(self, opened: OpenView, actor: Actor, member: Member | None, title: str) -> Overview | None:
        """Return the member at a glance, unless it is Keydesk itself; None where several were meant."""
        if member is None:
            await opened.update(views.saying(title, "Several members fit. Choose one in the list that Keydesk sent."))
            return None
        await self._changes.check_not_ourselves(member.project_id, member.member_id, member.email)
        return await self._entrance.overview(actor, member)

    # --- forms ---

    async def submit_removal(self, call: Call) -> None:
        """Take in the form that asks for a removal."""
        metadata, why = call.metadata, views.read_why(call.state)
        views.check_confirmation(metadata, call.state)
        opened = await call.ack_update(views.saying(REMOVE, "Asking…"))

        def asked(member: Member) -> Asked:
            operation = RemoveMember(**_about(member), why=why)
            return Asked(operation, REMOVE, lambda seen, problem: views.removal_form(seen, why, problem))

        await self._submit(call, opened, metadata, asked)

    async def submit_scope(self, call: Call) -> None:
        """Take in the form that gives another scope."""
        wanted, why = views.read_scope_choice(call.state), views.read_why(call.state)
        opened = await call.ack_update(views.saying(SCOPE, "Changing the scope…"))

        def asked(member: Member) -> Asked:
            operation = ChangeMemberScope(**_about(member), why=why, before=tuple(member.scopes), scope=wanted)
            return Asked(operation, SCOPE, lambda seen, problem: views.scope_form(seen, wanted, why, problem))

        await self._submit(call, opened, call.metadata, asked)

    async def _submit(self, call: Call, opened: OpenView, metadata: str, ask: Callable[[Member], Asked]) -> None:
        actor, unreadable = Actor(call.team_id, call.user_id), None
        try:
            actor = await self._people.judge(call.team_id, call.user_id)
        except CouldNotCheck as problem:
            unreadable = problem
        member = await self._entrance.member(metadata)
        asked = ask(member)
        try:
            if unreadable is not None:
                raise unreadable
            await self._changes.check_not_ourselves(member.project_id, member.member_id, member.email)
        except CouldNotCheck as problem:  # what was typed must not be lost
            await opened.update(asked.again(await self._entrance.overview(actor, member), problem.text))
            return
        outcome = await self._desk.submit(asked.operation, actor, opened.view_id)
        text = await self._entrance.outcome(actor, outcome, "nothing changes")
        await opened.update(views.saying(asked.title, escape(text)))


def _check(seen: Overview, *, possible: bool) -> None:
    if not possible:
        raise NotAllowed(OUR_OWN if seen.row.ourselves else f"{seen.limits} Nothing changed.")


def _about(member: Member) -> dict[str, str]:
    return {
        "project_id": member.project_id,
        "member_id": member.member_id,
        "email": member.email,
        "name": member.name,
    }
