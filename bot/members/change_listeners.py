"""What people type, press and send to change members."""

from __future__ import annotations

from bot.access.access import Access
from bot.access.places import by, chosen
from bot.desk.outcomes import answer
from bot.desk.service import Desk
from bot.errors import BotError, CouldNotCheck, NotAllowed, NotUnderstood
from bot.members import naming, views
from bot.members.changing import OUR_OWN, MemberChanges
from bot.members.lookup import MemberLookup, project_of_button, project_of_form
from bot.members.operations import AboutMember, ChangeMemberScope, RemoveMember
from bot.members.service import MemberOverview
from bot.operation import Actor
from bot.providers.values import Role
from bot.slack.call import Call
from bot.slack.router import Command, Routes
from bot.slack.routes import Route
from bot.store.database import Database
from bot.store.members import Member

REMOVE, SCOPE = "Remove member", "Change provider role"
SEVERAL = "Several members fit. Choose one in the list that Keydesk sent."


class MemberChangeListeners:
    """Answers `/members role|remove`, their buttons and their forms."""

    def __init__(self, lookup: MemberLookup, desk: Desk, database: Database, changes: MemberChanges) -> None:
        self._lookup = lookup
        self._desk = desk
        self._database = database
        self._changes = changes

    def routes(self) -> Routes:
        """Return what is answered here."""
        scope = Route(self.scope, "members.scope", chosen, window=SCOPE)
        remove = Route(self.remove, "members.remove", chosen, window=REMOVE)
        scope_pressed = Route(self.scope_pressed, "members.scope", by(project_of_button), window=SCOPE)
        remove_pressed = Route(self.remove_pressed, "members.remove", by(project_of_button), window=REMOVE)
        return Routes(
            commands=(
                Command(
                    "members",
                    "role",
                    scope,
                    "<name> [owner | admin | member]",
                    "give another provider role",
                    ("scope",),
                ),
                Command("members", "remove", remove, "<name>", "take a member out, and their keys", ("kick", "delete")),
            ),
            actions={
                "members.row:scope": scope_pressed,
                "members.row:remove": remove_pressed,
                "members.scope": scope_pressed,
                "members.remove": remove_pressed,
            },
            views={"members.scope": self._scoping(), "members.remove": self._removing()},
        )

    def _scoping(self) -> Route:
        return Route(
            self.submit_scope,
            "members.scope",
            by(project_of_form),
            window=SCOPE,
            waits="Changing the provider role…",
            reads=_read_scope,
            back=self.scope_again,
            brought_back=(CouldNotCheck,),
        )

    def _removing(self) -> Route:
        return Route(
            self.submit_removal,
            "members.remove",
            by(project_of_form),
            window=REMOVE,
            waits="Asking…",
            reads=_read_removal,
            back=self.removal_again,
            brought_back=(CouldNotCheck,),
        )

    # --- asking ---

    async def remove(self, call: Call, access: Access) -> views.Block | str:
        """Ask before the member who was named is removed."""
        member = await self._lookup.named(call, access, "remove", call.text)
        return await self._removal_form(access, member) if member is not None else SEVERAL

    async def remove_pressed(self, call: Call, access: Access) -> views.Block:
        """Ask before the member whose button was pressed is removed."""
        return await self._removal_form(access, await self._lookup.member(call.value))

    async def _removal_form(self, access: Access, member: Member) -> views.Block:
        seen = await self._changeable(access, member)
        _check(seen, possible=seen.row.may_remove)
        return views.removal_form(seen)

    async def scope(self, call: Call, access: Access) -> views.Block | str:
        """Draw the form that gives the member who was named another scope."""
        name, wanted = naming.split_scope(call.text)
        try:
            member = await self._lookup.named(call, access, "role", name)
        except NotUnderstood as problem:
            raise NotUnderstood(f"{problem.text}{naming.scope_hint(name)}") from None
        return await self._scope_form(access, member, wanted) if member is not None else SEVERAL

    async def scope_pressed(self, call: Call, access: Access) -> views.Block:
        """Draw the same form for the member whose button was pressed."""
        return await self._scope_form(access, await self._lookup.member(call.value), None)

    async def _scope_form(self, access: Access, member: Member, wanted: Role | None) -> views.Block:
        seen = await self._changeable(access, member)
        _check(seen, possible=seen.row.may_scope and bool(seen.choices))
        if wanted is not None and wanted not in seen.choices:
            raise NotUnderstood(f"{seen.row.member.label} cannot be made {wanted} here. {seen.limits}".strip())
        return views.scope_form(seen, wanted)

    async def _changeable(self, access: Access, member: Member) -> MemberOverview:
        """Return the member at a glance, unless it is Keydesk itself."""
        await self._changes.check_not_ourselves(member.project_id, member.member_id, member.email)
        return await self._lookup.overview(access.actor, member)

    # --- forms ---

    async def submit_removal(self, call: Call, access: Access) -> str:
        """Take in the form that asks for a removal."""
        member = await self._lookup.member(call.metadata)
        return await self._submit(call, access, RemoveMember(**_about(member), why=call.form))

    async def removal_again(self, call: Call, actor: Actor, problem: BotError) -> views.Block:
        """Draw it again with what was typed."""
        seen = await self._lookup.overview(actor, await self._lookup.member(call.metadata))
        return views.removal_form(seen, call.form, problem.text)

    async def submit_scope(self, call: Call, access: Access) -> str:
        """Take in the form that gives another scope."""
        member, (wanted, why) = await self._lookup.member(call.metadata), call.form
        before = tuple(member.scopes)
        return await self._submit(
            call, access, ChangeMemberScope(**_about(member), why=why, before=before, scope=wanted)
        )

    async def scope_again(self, call: Call, actor: Actor, problem: BotError) -> views.Block:
        """Draw it again with what was chosen."""
        wanted, why = call.form
        seen = await self._lookup.overview(actor, await self._lookup.member(call.metadata))
        return views.scope_form(seen, wanted, why, problem.text)

    async def _submit(self, call: Call, access: Access, operation: AboutMember) -> str:
        await self._changes.check_not_ourselves(operation.project_id, operation.member_id, operation.email)
        outcome = await self._desk.submit(operation, access.actor, call.view_id)
        return await self._database.read(lambda session: answer(session, access.actor, outcome, "nothing changes"))


def _check(seen: MemberOverview, *, possible: bool) -> None:
    if not possible:
        raise NotAllowed(OUR_OWN if seen.row.ourselves else f"{seen.limits} Nothing changed.")


def _about(member: Member) -> dict[str, str]:
    return {
        "project_id": member.project_id,
        "member_id": member.member_id,
        "email": member.email,
        "name": member.name,
    }


def _read_removal(call: Call) -> str:
    why = views.read_why(call.state)
    views.check_confirmation(call.metadata, call.state)
    return why


def _read_scope(call: Call) -> tuple[Role, str]:
    return views.read_scope_choice(call.state), views.read_why(call.state)
