"""What a wish about roles amounts to, how whoever decides reads it, and what is said once it was done."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from sqlmodel import Session

from bot.desk import words
from bot.desk.service import Desk
from bot.errors import FormError
from bot.operation import Actor, Description
from bot.policy import Role
from bot.roles import effects, service
from bot.roles.operations import MOST_PEOPLE, ChangeDeciders, ChangeDefaultRole, MakeOwner, SetRole, TakeOwner
from bot.slack.words import count, escape, listed, user
from bot.store import group_owners, persons, projects, roles
from bot.store.roles import WORKSPACE

MIXED = (
    "This makes somebody Owner and takes it from somebody else at once. Nothing changed: ask for one after the other."
)
TOO_MANY = (
    f"This gives Owner to {{number}} people of the group, more than a card can show ({MOST_PEOPLE}). Nothing changed: "
    "give Owner to people, or to a smaller group."
)
MENTIONED = 10


def as_asked(session: Session, desk: Desk, actor: Actor, wish: SetRole) -> SetRole:
    """Return the operation that a wish amounts to.

    Raises:
        FormError: it changes who is Owner or who decides, and does not say why; or it makes one and takes another; or
            a card cannot show all people to whom it gives Owner.
    """
    found = effects.of_wish(session, desk, wish, actor)
    kind = found.kind
    if kind is not SetRole and not wish.why:
        raise FormError("why", "Say why: this changes who is Owner, or who approves keys.")
    if found.takes and kind is MakeOwner:
        raise FormError("people", MIXED)
    label = service.holders(session, actor.team_id, wish)
    if kind is TakeOwner:
        label = words.people_of(session, actor.team_id, found.takes)
    seen = {"before": given(session, actor.team_id, wish), **_members(session, actor.team_id, wish)}
    return kind.model_validate(wish.model_dump() | {"label": label, **seen})


def moved(session: Session, operation: SetRole, team_id: str) -> str | None:
    """Say whose role is not what it was when this was asked, or None."""
    others = _unseen(session, operation, team_id)
    if others:
        return f"{others} Ask again if it is still wanted."
    now = given(session, team_id, operation)
    if operation.before is None or dict(operation.before) == now:
        return None
    changed = [each for each in operation.holders if operation.before.get(each[1]) != now.get(each[1])]
    who = listed(service.called(session, team_id, holder_kind, holder) for holder_kind, holder in changed)
    return f"The role of {who} was changed since this was asked. Ask again if it is still wanted."


def _members(session: Session, team_id: str, operation: SetRole) -> dict[str, Any]:
    """Return who is in each group whose people become Owner, as last read, who of them is by it already, who left."""
    one, seen = persons.known(session, team_id), group_owners.confirmed(session, team_id, operation.owning_groups)
    members, confirmed = dict[str, tuple[str, ...]](), dict[str, tuple[str, ...]]()
    for group in roles.groups(session, team_id, operation.owning_groups):
        already = one.each(seen.get(group.group_id, ()))
        members[group.group_id] = tuple(sorted(group.members))
        confirmed[group.group_id] = tuple(each for each in members[group.group_id] if one.of(each) in already)
    number = sum(map(len, members.values())) - sum(map(len, confirmed.values()))
    if number > MOST_PEOPLE:
        raise FormError("group", TOO_MANY.format(number=number))
    absent = group_owners.absent(session, team_id, members)
    return {"members": members, "confirmed": confirmed, "absent": tuple(sorted(absent))}


def shown(session: Session, team_id: str, operation: SetRole, group_id: str) -> list[str]:
    """Return whom those saw who decided: on the card, or before, if they are Owner by the group to this day."""
    one, still = persons.known(session, team_id), group_owners.confirmed(session, team_id, [group_id])
    members, before = ((each or {}).get(group_id, ()) for each in (operation.members, operation.confirmed))
    over = one.each(before) - one.each(still.get(group_id, ()))
    return [each for each in members if one.of(each) not in over]


def _unseen(session: Session, operation: SetRole, team_id: str) -> str:
    """Say which group has people in it whom nobody saw who decided, or nothing."""
    one = persons.known(session, team_id)
    unseen = "who were not in it when this was asked" if operation.members is not None else "whom its card did not show"
    for group in roles.groups(session, team_id, operation.owning_groups):
        others = one.each(group.members) - one.each((operation.members or {}).get(group.group_id, ()))
        if others:
            who = words.people_of(session, team_id, sorted(others)[:MENTIONED])
            return f"The group @{group.handle} has people in it {unseen}: {who}."
    return ""


def describe_new(session: Session, operation: MakeOwner, requester: str) -> Description:
    """Draw the wish to make somebody Owner."""
    del requester
    return _described(
        session,
        operation,
        "New Owner",
        f"to make {operation.label} Owner of {_place(session, operation, 'Keydesk')}.",
        "An Owner manages projects, members, keys, money and roles.",
    )


def describe_taken(session: Session, operation: TakeOwner, requester: str) -> Description:
    """Draw the wish to take Owner from somebody."""
    del requester
    where = "" if operation.project_id == WORKSPACE else f" in {projects.name_of(session, operation.project_id)}"
    return _described(
        session,
        operation,
        "Owner no more",
        f"to take Owner from {operation.label}{where}.",
        "Fewer Owners are left to decide what needs a second one.",
    )


def describe_deciders(session: Session, operation: ChangeDeciders, requester: str) -> Description:
    """Draw the wish for a role by which others approve keys."""
    del requester
    return _described(
        session,
        operation,
        "Who approves keys",
        f"{operation.label} to be {operation.word} in {_place(session, operation, 'the whole workspace')}.",
        "By this role others than now decide about keys.",
    )


def describe_default(session: Session, operation: ChangeDefaultRole, requester: str) -> Description:
    """Draw the wish for another default, by which others approve keys."""
    del session, requester
    before = operation.before.capitalize() if operation.before is not None else "–"
    return Description(
        title="Default role",
        wish=f"everybody to whom no role was given to be {operation.role.capitalize()}.",
        why=operation.why,
        fields=(("Now", before), ("Then", operation.role.capitalize())),
        risk=("High", "by this default others than now decide about keys"),
    )


def _place(session: Session, operation: SetRole, everywhere: str) -> str:
    return everywhere if operation.project_id == WORKSPACE else projects.name_of(session, operation.project_id)


def _described(session: Session, operation: SetRole, title: str, wish: str, risk: str) -> Description:
    """Mention people beside their names, because anybody may take another's name."""
    already = {user_id for group in (operation.confirmed or {}).values() for user_id in group}
    members = [user_id for group in (operation.members or {}).values() for user_id in group if user_id not in already]
    mentions = listed(user(user_id) for user_id in dict.fromkeys((*operation.people, *members)))
    before = {
        Role.read(role).word if role is not None else "none of their own" for role in (operation.before or {}).values()
    }
    place = _place(session, operation, "the whole workspace")
    return Description(
        title=title,
        wish=wish,
        why=operation.why,
        fields=(
            ("Who", f"{mentions}\n{escape(operation.label)}".strip()),
            ("Role", f"{operation.word[0].upper()}{operation.word[1:]}, in {escape(place)}"),
            *((("Given there before", escape(listed(sorted(before)))),) if before else ()),
            *((("Owner by it already", _already(operation, already)),) if already else ()),
            *((("Left it, and no Owner if put back", _absent(operation)),) if operation.absent else ()),
        ),
        risk=("High", risk),
    )


def _absent(operation: SetRole) -> str:
    more = len(operation.absent) - MENTIONED
    return listed([*map(user, operation.absent[:MENTIONED]), *([count(more, "other")] if more > 0 else [])])


def _already(operation: SetRole, already: Collection[str]) -> str:
    """Name those who are Owner by the groups already, or say how many where a card cannot show all who are in them."""
    everybody = sum(map(len, (operation.members or {}).values()))
    if everybody <= MOST_PEOPLE:
        return listed(user(user_id) for user_id in sorted(already))
    return f"{count(len(already), 'other')} in the group"


def given(session: Session, team_id: str, operation: SetRole) -> dict[str, str | None]:
    """Return which role each holder (by id) was given there, for the record."""
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


HELD: tuple[tuple[type[SetRole], Callable[[Session, Any, str], Description]], ...] = (
    (ChangeDeciders, describe_deciders),
    (MakeOwner, describe_new),
    (TakeOwner, describe_taken),
)
