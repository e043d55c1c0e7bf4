"""Whom and what somebody means by the words after ``/keydesk roles set``."""

from __future__ import annotations

import re

from sqlmodel import Session

from bot.roles.operations import MOST_PEOPLE, SetRole
from bot.slack.typed import as_typed, by_id
from bot.slack.words import listed
from bot.store import people, projects, roles
from bot.store.people import Person
from bot.store.roles import WORKSPACE, GroupRead

TYPED_LONGEST = 1000
MENTION = re.compile(r"<@([UW][A-Z0-9]+)")


def typed_wish(session: Session, team_id: str, typed: str) -> tuple[SetRole, str]:
    """Read “@ana reader in production”, in this order or another; return it with what of it does not reach the form."""
    text = by_id(typed)
    who, _, place = as_typed(_cut(text)).partition(" in ")
    tokens = [token.strip(",.").removeprefix("@") for token in who.split()]
    role = next((token.casefold() for token in tokens if token.casefold() in roles.ROLES), None)
    names = [token for token in tokens if token.casefold() not in roles.ROLES]
    found, groups = _unmistakable(session, team_id, names), _groups(session, team_id, names)
    project = projects.named(session, place)
    strange = _strange(names, found, groups)
    if place.strip() and project is None:
        strange.append(f"the project {place.strip()}")
    more = [f"@{person.name}" for person in found[MOST_PEOPLE:]]
    more += [f"the group @{group.handle}" for group in groups[1:]]
    wish = {
        "project_id": project.id if project is not None else WORKSPACE,
        "people": tuple(person.user_id for person in found[:MOST_PEOPLE]),
        "groups": tuple(group.group_id for group in groups[:1]),
        "role": role,
    }
    return SetRole.model_validate(wish), _problem(strange, more, cut=len(text) > TYPED_LONGEST)


def mentioned(typed: str) -> list[str]:
    """Return the ids of the people whom a text mentions, as many as the form takes."""
    return list(dict.fromkeys(MENTION.findall(typed)))[:MOST_PEOPLE]


def _cut(text: str) -> str:
    """Return the beginning of a long text, without the word through which the cut goes."""
    return text if len(text) <= TYPED_LONGEST else text[: TYPED_LONGEST + 1].rpartition(" ")[0]


def _unmistakable(session: Session, team_id: str, names: list[str]) -> list[Person]:
    """Return whom these names or ids mean, as far as each means one person: anybody may take another's name."""
    found = [people.called(session, team_id, [name]) for name in names]
    return list({one[0].user_id: one[0] for one in found if len(one) == 1}.values())


def _groups(session: Session, team_id: str, names: list[str]) -> list[GroupRead]:
    """Return the user groups with one of these handles or ids."""
    wanted = {name.casefold() for name in names}
    return [
        group
        for group in roles.groups(session, team_id)
        if wanted & {group.handle.casefold(), group.group_id.casefold()}
    ]


def _strange(names: list[str], found: list[Person], groups: list[GroupRead]) -> list[str]:
    """Return those of the names that mean nobody."""
    known = {name.casefold() for person in found for name in (person.name, person.user_id)}
    known |= {name.casefold() for group in groups for name in (group.handle, group.group_id)}
    return [f"@{name}" for name in names if name.casefold() not in known]


def _problem(strange: list[str], more: list[str], *, cut: bool) -> str:
    """Say what was typed and does not stand in the form."""
    said = [
        f"Keydesk cannot place {listed(strange)}: choose below." if strange else "",
        f"The form takes {MOST_PEOPLE} people and one group, so it leaves out {listed(more)}." if more else "",
        f"Only the first {TYPED_LONGEST:,} characters were read." if cut else "",
    ]
    return " ".join(filter(None, said))
