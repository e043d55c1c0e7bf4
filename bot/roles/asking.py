"""What a wish about roles amounts to, how whoever decides reads it, and what is said once it was done."""

from __future__ import annotations

from pydantic import JsonValue
from sqlmodel import Session

from bot.desk import words
from bot.desk.service import Desk
from bot.errors import FormError
from bot.operation import Actor, Description
from bot.policy import Role
from bot.ranks import Roles
from bot.roles import service
from bot.roles.operations import MakeOwner, SetRole, TakeOwner
from bot.slack.words import escape, listed, user
from bot.store import projects, roles
from bot.store.roles import WORKSPACE


def as_asked(session: Session, desk: Desk, actor: Actor, wish: SetRole) -> SetRole:
    """Return the operation that a wish amounts to.

    Raises:
        FormError: it changes who is Owner, and does not say why.
    """
    here = desk.roles_in(session, actor.team_id)
    kind = kind_of(here, wish, actor)
    if kind is not SetRole and not wish.why:
        raise FormError("why", "Say why: this changes who is Owner.")
    label = service.holders(session, actor.team_id, wish)
    if kind is TakeOwner:
        label = words.people_of(session, actor.team_id, _losers(here, wish, actor))
    return kind.model_validate(wish.model_dump() | {"label": label})


def kind_of(here: Roles, wish: SetRole, actor: Actor) -> type[SetRole]:
    """Return what a change amounts to: to make an Owner, and to take Owner from somebody else, are of their own."""
    if wish.project_id != WORKSPACE:
        return SetRole
    if here.makes_owner(wish.people, wish.groups, _role(wish)):
        return MakeOwner
    return TakeOwner if _losers(here, wish, actor) else SetRole


def _losers(here: Roles, wish: SetRole, actor: Actor) -> frozenset[str]:
    return here.loses_owner(wish.people, wish.groups, _role(wish)) - {actor.user_id}


def _role(wish: SetRole) -> Role | None:
    return Role.read(wish.role) if wish.role is not None else None


def describe_new(session: Session, operation: MakeOwner, requester: str) -> Description:
    """Draw the wish to make somebody Owner."""
    del session, requester
    return _described(
        operation,
        "New Owner",
        f"to make {operation.label} Owner of Keydesk.",
        "An Owner manages projects, members, keys, money and roles.",
    )


def describe_taken(session: Session, operation: TakeOwner, requester: str) -> Description:
    """Draw the wish to take Owner from somebody."""
    del session, requester
    return _described(
        operation,
        "Owner no more",
        f"to take Owner from {operation.label}.",
        "Fewer Owners are left to decide what needs a second one.",
    )


def _described(operation: SetRole, title: str, wish: str, risk: str) -> Description:
    """Mention people beside their names, because anybody may take another's name."""
    mentions = listed(user(user_id) for user_id in operation.people)
    return Description(
        title=title,
        wish=wish,
        why=operation.why,
        fields=(
            ("Who", f"{mentions}\n{escape(operation.label)}".strip()),
            ("Role", f"{operation.word[0].upper()}{operation.word[1:]}, in the whole workspace"),
        ),
        risk=("High", risk),
    )


def stored(session: Session, team_id: str, operation: SetRole) -> dict[str, JsonValue]:
    """Return which role each holder was given there before, for the record."""
    held = {
        holder: roles.get(session, team_id, operation.project_id, holder_kind, holder)
        for holder_kind, holder in operation.holders
    }
    return {holder: row.role if row is not None else None for holder, row in held.items()}


def changed_text(session: Session, team_id: str, operation: SetRole) -> str:
    """Say what was changed."""
    who = service.holders(session, team_id, operation)
    several = len(operation.holders) > 1
    verb = ("have" if several else "has") if operation.role is None else ("are" if several else "is")
    if operation.project_id == WORKSPACE:
        return f"{who} {verb} {operation.word} in this workspace now."
    most = "" if operation.role is None else "at most "
    return f"{who} {verb} {most}{operation.word} in {projects.name_of(session, operation.project_id)} now."
