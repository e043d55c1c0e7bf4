"""Who may do what, as a table; and that nobody ever decides for themselves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import policy
from bot.policy import LEAST, RULES, Hold, Matter, Refuse, Role, Run
from tests.factories import ANA, EVE, LI, OWNER, RAJ, SECOND_OWNER, actor

OWNERS = frozenset({OWNER, SECOND_OWNER})
NOBODY: frozenset[str] = frozenset()
USERS = st.sampled_from([ANA, RAJ, LI, EVE, OWNER, SECOND_OWNER])
ROLES = st.sampled_from(Role)
MATTERS = st.builds(Matter, st.frozensets(USERS), st.frozensets(USERS), st.none() | USERS, ROLES, st.booleans())


def matter(
    approvers: frozenset[str] = NOBODY,
    owners: frozenset[str] = OWNERS,
    subject: str | None = None,
    role: Role = Role.DEVELOPER,
) -> Matter:
    return Matter(owners, approvers, subject, role)


HELD_FOR = [
    ("approvers decide", ANA, matter(frozenset({RAJ, LI})), {RAJ, LI}),
    ("an approver's own request goes to the others", RAJ, matter(frozenset({RAJ, LI})), {LI}),
    ("the only approver's own request goes to the owners", RAJ, matter(frozenset({RAJ})), OWNERS),
    ("without approvers the owners decide", ANA, matter(), OWNERS),
    ("an owner's own request goes to the other owner", OWNER, matter(), {SECOND_OWNER}),
    ("an owner alone has nobody", OWNER, matter(owners=frozenset({OWNER})), NOBODY),
    ("an owner who approves alone goes to the other owner", OWNER, matter(frozenset({OWNER})), {SECOND_OWNER}),
]


@pytest.mark.parametrize(("who", "facts", "expected"), [row[1:] for row in HELD_FOR], ids=[row[0] for row in HELD_FOR])
def test_a_new_key_waits_for_the_right_people(who: str, facts: Matter, expected: frozenset[str]) -> None:
    verdict = policy.decide("keys.create", actor(who), facts)
    assert isinstance(verdict, Hold)
    assert verdict.deciders == expected


APPROVED_BY_RAJ = frozenset({RAJ})
AT_ONCE = [
    ("keys.end", "one's own key", ANA, matter(subject=ANA), Run),
    ("keys.end", "one's own key, as reader", ANA, matter(subject=ANA, role=Role.READER), Run),
    ("keys.end", "another's key", EVE, matter(subject=ANA), Refuse),
    ("keys.end", "another's key, as approver", RAJ, matter(APPROVED_BY_RAJ, subject=ANA), Run),
    ("keys.end", "another's key, as owner", OWNER, matter(subject=ANA), Run),
    ("keys.end", "a key that nobody owns", EVE, matter(subject=None), Refuse),
    ("keys.end", "a key that nobody owns, as owner", OWNER, matter(subject=None), Run),
    ("projects.settings", "as owner", OWNER, matter(role=Role.OWNER), Run),
    ("projects.settings", "as approver", RAJ, matter(APPROVED_BY_RAJ), Refuse),
    ("projects.settings", "as anybody", ANA, matter(), Refuse),
    ("projects.delete", "as developer", OWNER, matter(), Refuse),
    ("projects.paint", "what has no rule, as owner", OWNER, matter(role=Role.OWNER), Refuse),
]


@pytest.mark.parametrize(
    ("kind", "who", "facts", "expected"),
    [(kind, *rest) for kind, _, *rest in AT_ONCE],
    ids=[f"{row[0]}, {row[1]}" for row in AT_ONCE],
)
def test_other_operations_run_or_are_refused(kind: str, who: str, facts: Matter, expected: type) -> None:
    verdict = policy.decide(kind, actor(who), facts)
    assert isinstance(verdict, expected)
    if isinstance(verdict, Refuse):
        assert verdict.text.endswith(".")


@given(USERS, MATTERS)
def test_nobody_is_among_the_deciders_of_their_own_request(who: str, facts: Matter) -> None:
    deciders = policy.deciders("keys.create", who, facts)
    assert who not in deciders
    assert deciders <= facts.approvers | facts.owners


@given(USERS, USERS, MATTERS)
def test_a_decision_is_refused_to_all_but_the_deciders(who: str, requester: str, facts: Matter) -> None:
    refused = policy.refusal_to_decide(actor(who), "keys.create", requester, facts) is not None
    too_low = facts.role < LEAST["desk.decide"]
    assert refused == (too_low or who not in policy.deciders("keys.create", requester, facts))
    assert refused or who != requester


@given(st.sampled_from(sorted(RULES)), USERS, MATTERS)
def test_every_verdict_says_why(kind: str, who: str, facts: Matter) -> None:
    verdict = policy.decide(kind, actor(who), facts)
    assert verdict.text if isinstance(verdict, Refuse) else verdict.reason


@given(USERS, MATTERS)
def test_a_key_is_never_made_at_once(who: str, facts: Matter) -> None:
    assert not isinstance(policy.decide("keys.create", actor(who), facts), Run)


@given(st.sampled_from(sorted(RULES)), USERS, MATTERS)
def test_whose_role_is_too_low_is_refused_whatever_the_rule_says(kind: str, who: str, facts: Matter) -> None:
    verdict = policy.decide(kind, actor(who), facts)
    if facts.role < LEAST[kind]:
        assert isinstance(verdict, Refuse)
        assert facts.role.word in verdict.text
        assert LEAST[kind].word in verdict.text


@given(USERS, MATTERS, st.booleans())
def test_another_owner_agrees_that_owner_is_taken_unless_the_configuration_names_who_asks(
    who: str, facts: Matter, fixed: bool
) -> None:
    verdict = policy.decide("roles.take_owner", actor(who), replace(facts, role=Role.OWNER, fixed=fixed))
    others = facts.owners - {who}
    assert isinstance(verdict, Run) == (fixed or not others)
    assert isinstance(verdict, Run) or (isinstance(verdict, Hold) and verdict.deciders == others)


def test_every_rule_has_a_least_role() -> None:
    assert set(RULES) <= set(LEAST)


def test_every_name_in_the_table_is_asked_about_somewhere() -> None:
    folder = Path(policy.__file__).parent
    rooms = "".join(file.read_text(encoding="utf-8") for file in folder.glob("*/**/*.py"))
    assert [name for name in LEAST if f'"{name}"' not in rooms] == []


@pytest.mark.parametrize("role", Role)
def test_what_the_table_does_not_name_is_refused_to_all(role: Role) -> None:
    assert policy.lacking("projects.paint", role) == policy.NOBODY_MAY


@given(st.sampled_from(["members.remove", "members.scope", "invites.send"]), USERS, MATTERS)
def test_power_over_a_project_and_its_people_changes_by_two_owners_only(kind: str, who: str, facts: Matter) -> None:
    verdict = policy.decide(kind, actor(who), replace(facts, role=Role.OWNER))
    if kind == "members.remove" or facts.widens:
        assert isinstance(verdict, Hold)
        assert verdict.deciders == facts.owners - {who}
    else:
        assert isinstance(verdict, Run)
