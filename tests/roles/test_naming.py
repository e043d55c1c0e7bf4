"""What is typed after the command reaches the form, and what does not is named."""

from __future__ import annotations

from bot.roles.naming import TYPED_LONGEST, typed_wish
from bot.roles.operations import MOST_PEOPLE, SetRole
from bot.store.database import Database
from tests.factories import PROJECT, TEAM, add, person, rows
from tests.store.test_roles import group

MANY = [f"U{number:010}" for number in range(100)]


def read(store: Database, words: str) -> tuple[SetRole, str]:
    """Read what was typed."""
    found: tuple[SetRole, str] = rows(store, lambda session: typed_wish(session, TEAM, words))
    return found


def mentions(count: int) -> str:
    """Return mentions of this many people, as Slack sends them."""
    return " ".join(f"<@{user_id}|somebody.with.a.name>" for user_id in MANY[:count])


def test_twelve_mentions_with_a_role_and_a_project_are_read_whole(small_store: Database) -> None:
    add(small_store, *(person(user_id) for user_id in MANY))
    wish, problem = read(small_store, f"{mentions(12)} reader in production")
    assert (list(wish.people), wish.role, wish.project_id, problem) == (MANY[:12], "reader", PROJECT, "")


def test_what_has_no_room_in_the_form_is_named(small_store: Database) -> None:
    add(small_store, *(person(user_id) for user_id in MANY), group("S1"), group("S2"))
    wish, problem = read(small_store, f"reader S1 S2 {mentions(MOST_PEOPLE + 1)} {MANY[0]}")
    assert (list(wish.people), wish.groups) == (MANY[:MOST_PEOPLE], ("S1",))
    named = f"@{MANY[MOST_PEOPLE].lower()} and the group @S2"
    assert problem == f"The form takes {MOST_PEOPLE} people and one group, so it leaves out {named}."


def test_a_text_that_is_cut_says_so_and_loses_no_half_word(small_store: Database) -> None:
    add(small_store, *(person(user_id) for user_id in MANY))
    assert len(" ".join(MANY)) > TYPED_LONGEST
    _, problem = read(small_store, mentions(100))
    assert "cannot place" not in problem
    assert problem.endswith("Only the first 1,000 characters were read.")
