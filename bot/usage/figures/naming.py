"""How people call what figures are split by, and whom they mean by what they type."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from sqlmodel import Session

from bot.errors import NotUnderstood
from bot.operation import Actor
from bot.providers.ids import is_uuid
from bot.providers.line_items import line_item_named
from bot.slack.words import listed
from bot.spending.key_names import key_with_owner
from bot.store import customers, keys, people, projects
from bot.store.keys import Key
from bot.store.tag_sets import set_of
from bot.usage.figures.question import Question
from bot.usage.figures.reading import OWN_USE, SEVERAL, THEIRS, UNCLAIMED, UNTAGGED

SHOWN = 60
Names = Mapping[str, str]


def resolved(session: Session, actor: Actor, question: Question) -> Question:
    """Return the question with whole ids in place of what was typed.

    Raises:
        NotUnderstood: there is no such key, person or customer, or more than one.
    """
    only = tuple((dimension, _meant(session, actor, dimension, value)) for dimension, value in question.only)
    return question.model_copy(update={"only": only})


def named(session: Session, team_id: str, by: str, values: Iterable[str]) -> Names:
    """Return the name of each value of a dimension, in plain text; models keep their ids."""
    wanted = list(values)
    match by:
        case "key":
            return _keys(session, team_id, wanted)
        case "person":
            known = people.named(session, team_id, wanted)
            return {each: f"@{known[each].name}" if each in known else each for each in wanted}
        case "project":
            known_projects = projects.names_by_id(session)
            return {each: known_projects.get(each, each) for each in wanted}
        case "customer":
            catalogue = {each.tag: each.name for each in customers.everyone(session, team_id)}
            return {each: _customer(each, catalogue) for each in wanted}
        case _:
            return {each: named_plainly(by, each) for each in wanted}


def model_named(value: str, known: Names) -> str:
    """Call a set of models by their names, or by the beginning of their ids."""
    models = sorted(set_of(value))
    return " + ".join(known.get(each) or each[:8] for each in models) or _without("model")


def day_named(day: date) -> str:
    """Call a provider day: “Thu 19 Nov”."""
    return f"{day:%a} {day_shortly(day)}"


def day_shortly(day: date) -> str:
    """Call a provider day where there is little room: “19 Nov”."""
    return f"{day.day} {day:%b}"


def named_plainly(by: str, value: str) -> str:
    """Call a value that nobody here has another name for."""
    if not value and by != "tag set":
        return _without(by)
    match by:
        case "day":
            return day_named(date.fromisoformat(value))
        case "tag set":
            return ", ".join(sorted(set_of(value))) or "no tags"
        case "line item":
            return line_item_named(value)
        case _:
            return value


def _without(by: str) -> str:
    return f"Without a {by}"


def _keys(session: Session, team_id: str, values: list[str]) -> Names:
    known = keys.by_provider_ids(session, values)
    owners = people.named(session, team_id, {key.owner for key in known.values() if key.owner})
    names = {user_id: person.name for user_id, person in owners.items()}
    return {each: _key_named(each, known.get(each), names) if each else _without("key") for each in values}


def _key_named(key_id: str, key: Key | None, people_names: Names) -> str:
    owner = people_names.get(key.owner, key.owner) if key is not None and key.owner else None
    return key_with_owner(key_id, key, owner)


def _customer(value: str, catalogue: Names) -> str:
    if value == OWN_USE:
        return "Own use"
    if value == UNTAGGED:
        return "Untagged"
    if value.startswith(THEIRS):
        tag = value.removeprefix(THEIRS)
        return f"{catalogue.get(tag, tag)}, own account"
    if value.startswith(UNCLAIMED):
        tags = _tags(value.removeprefix(UNCLAIMED))
        return f"Unclaimed tag{'s' if len(tags) > 1 else ''} {' + '.join(tags)}"
    if value.startswith(SEVERAL):
        return (
            f"Several customers ({' + '.join(catalogue.get(tag, tag) for tag in _tags(value.removeprefix(SEVERAL)))})"
        )
    return catalogue.get(value, value)


def _tags(text: str) -> list[str]:
    """Return the tags of a set, or what was typed in its place."""
    try:
        return sorted(set_of(text))
    except (TypeError, ValueError):
        return [text]


def _meant(session: Session, actor: Actor, dimension: str, value: str) -> str:
    match dimension:
        case "key":
            return _the_key(session, value)
        case "person":
            return _the_person(session, actor, value)
        case "customer":
            return value if value.startswith("(") else _the_customer(session, actor, value)
        case _:
            return value


def _the_key(session: Session, typed: str) -> str:
    typed = typed.lower()
    if is_uuid(typed):
        return typed
    found, total = keys.by_label(session, typed, limit=1)
    if total == 1:
        return found[0].provider_key_id
    many = "More than one key begins" if total else "No key begins"
    raise NotUnderstood(f"{many} with {typed[:SHOWN]}. /keys list shows them with their first eight characters.")


def _the_person(session: Session, actor: Actor, typed: str) -> str:
    if typed.lower() in {"me", actor.user_id.lower()}:
        return actor.user_id
    found = people.called(session, actor.team_id, [typed.removeprefix("@")])
    if len(found) == 1:
        return found[0].user_id
    if found:
        ids = listed([each.user_id for each in found], "or")
        raise NotUnderstood(f"Several people are called {typed[:SHOWN]}: type {ids}.")
    how = "Type their name as Slack shows it, such as person:ana."
    raise NotUnderstood(f"Nobody whom Keydesk knows is called {typed[:SHOWN]}. {how}")


def _the_customer(session: Session, actor: Actor, typed: str) -> str:
    found = customers.named(session, actor.team_id, typed)
    if found is None:
        raise NotUnderstood(f"No customer, or more than one, is called {typed[:SHOWN]}. See /keydesk customers list.")
    return found.tag
