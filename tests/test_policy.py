"""Who may do what, as a table; and that nobody ever decides for themselves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.keys.rules import MOST_ENDED
from bot.operation import Stakes
from bot.policy import NOBODY_MAY, Hold, PolicyContext, Refuse, Role, Run
from tests.declared import LEAST, POLICY, RULES
from tests.factories import ANA, EVE, LI, OWNER, RAJ, SECOND_OWNER, actor

BOT = Path(__file__).parents[1] / "bot"
OWNERS = frozenset({OWNER, SECOND_OWNER})
NOBODY: frozenset[str] = frozenset()
USERS = st.sampled_from([ANA, RAJ, LI, EVE, OWNER, SECOND_OWNER])
ROLES = st.sampled_from(Role)
STAKES = st.builds(Stakes, st.booleans(), st.booleans(), st.frozensets(USERS), st.integers(0, 9))
SOME = st.frozensets(USERS)
MATTERS = st.builds(PolicyContext, SOME, SOME, st.none() | USERS, ROLES, STAKES, SOME, SOME)


def context(
    approvers: frozenset[str] = NOBODY,
    owners: frozenset[str] = OWNERS,
    subject: str | None = None,
    role: Role = Role.DEVELOPER,
) -> PolicyContext:
    return PolicyContext(owners, approvers, subject, role)


HELD_FOR = [
    ("approvers decide", ANA, context(frozenset({RAJ, LI})), {RAJ, LI}),
    ("an approver's own request goes to the others", RAJ, context(frozenset({RAJ, LI})), {LI}),
    ("the only approver's own request goes to the owners", RAJ, context(frozenset({RAJ})), OWNERS),
    ("without approvers the owners decide", ANA, context(), OWNERS),
    ("an owner's own request goes to the other owner", OWNER, context(), {SECOND_OWNER}),
    ("an owner alone has nobody", OWNER, context(owners=frozenset({OWNER})), NOBODY),
    ("an owner who approves alone goes to the other owner", OWNER, context(frozenset({OWNER})), {SECOND_OWNER}),
]


@pytest.mark.parametrize(("who", "facts", "expected"), [row[1:] for row in HELD_FOR], ids=[row[0] for row in HELD_FOR])
def test_a_new_key_waits_for_the_right_people(who: str, facts: PolicyContext, expected: frozenset[str]) -> None:
    verdict = POLICY.decide("keys.create", actor(who), facts)
    assert isinstance(verdict, Hold)
    assert verdict.deciders == expected


APPROVED_BY_RAJ = frozenset({RAJ})
AT_ONCE = [
    ("keys.end", "one's own key", ANA, context(subject=ANA), Run),
    ("keys.end", "one's own key, as reader", ANA, context(subject=ANA, role=Role.READER), Run),
    ("keys.end", "another's key", EVE, context(subject=ANA), Refuse),
    ("keys.end", "another's key, as approver", RAJ, context(APPROVED_BY_RAJ, subject=ANA), Run),
    ("keys.end", "another's key, as owner", OWNER, context(subject=ANA), Run),
    ("keys.end", "a key that nobody owns", EVE, context(subject=None), Refuse),
    ("keys.end", "a key that nobody owns, as owner", OWNER, context(subject=None), Run),
    ("projects.settings", "as owner", OWNER, context(role=Role.OWNER), Run),
    ("projects.settings", "as approver", RAJ, context(APPROVED_BY_RAJ), Refuse),
    ("projects.settings", "as anybody", ANA, context(), Refuse),
    ("projects.delete", "as developer", OWNER, context(), Refuse),
    ("projects.delete", "as owner", OWNER, context(role=Role.OWNER), Hold),
    ("budgets.raise", "as owner", OWNER, context(role=Role.OWNER), Hold),
    ("digests.change", "one's own", ANA, context(subject=ANA), Run),
    ("digests.change", "another's", EVE, context(subject=ANA), Refuse),
    ("digests.change", "another's, as owner", OWNER, context(subject=ANA, role=Role.OWNER), Run),
    ("projects.paint", "what has no rule, as owner", OWNER, context(role=Role.OWNER), Refuse),
]


@pytest.mark.parametrize(
    ("kind", "who", "facts", "expected"),
    [(kind, *rest) for kind, _, *rest in AT_ONCE],
    ids=[f"{row[0]}, {row[1]}" for row in AT_ONCE],
)
def test_other_operations_run_or_are_refused(kind: str, who: str, facts: PolicyContext, expected: type) -> None:
    verdict = POLICY.decide(kind, actor(who), facts)
    assert isinstance(verdict, expected)
    if isinstance(verdict, Refuse):
        assert verdict.text.endswith(".")


@given(USERS, MATTERS)
def test_nobody_is_among_the_deciders_of_their_own_request(who: str, facts: PolicyContext) -> None:
    deciders = POLICY.deciders("keys.create", who, facts)
    assert who not in deciders
    assert deciders <= facts.approvers | facts.owners


@given(USERS, USERS, MATTERS)
def test_a_decision_is_refused_to_all_but_the_deciders(who: str, requester: str, facts: PolicyContext) -> None:
    refused = POLICY.refusal_to_decide(actor(who), "keys.create", requester, facts) is not None
    too_low = facts.role < LEAST["desk.decide"]
    assert refused == (too_low or who not in POLICY.deciders("keys.create", requester, facts))
    assert refused or who != requester


@given(st.sampled_from(RULES), USERS, MATTERS)
def test_every_verdict_says_why(kind: str, who: str, facts: PolicyContext) -> None:
    verdict = POLICY.decide(kind, actor(who), facts)
    assert verdict.text if isinstance(verdict, Refuse) else verdict.reason


@given(USERS, MATTERS)
def test_a_key_is_never_made_at_once(who: str, facts: PolicyContext) -> None:
    assert not isinstance(POLICY.decide("keys.create", actor(who), facts), Run)


@given(st.sampled_from(RULES), USERS, MATTERS)
def test_whose_role_is_too_low_is_refused_whatever_the_rule_says(kind: str, who: str, facts: PolicyContext) -> None:
    verdict = POLICY.decide(kind, actor(who), facts)
    if facts.role < LEAST[kind]:
        assert isinstance(verdict, Refuse)
        assert facts.role.word in verdict.text
        assert LEAST[kind].word in verdict.text


BY_TWO = (
    "accounts.remove",
    "billing.close",
    "invites.domains",
    "members.scope",
    "projects.settings",
    "roles.deciders",
    "roles.default",
    "roles.make_owner",
    "roles.take_owner",
)
THIRD = "UTHIRD"
TWO, THREE = frozenset({OWNER, SECOND_OWNER}), frozenset({OWNER, SECOND_OWNER, THIRD})
WIDENS, LOWERS = Stakes(widens=True), Stakes(lowers=True)


def at_stake(kind: str) -> Stakes:
    """Return what makes an operation of this kind one for two Owners."""
    return LOWERS if kind == "members.scope" else WIDENS


def of_owner(kind: str, owners: frozenset[str], *, others: frozenset[str], unknown: frozenset[str]) -> PolicyContext:
    """Return the facts where the first Owner asks for what takes two."""
    return PolicyContext(owners, role=Role.OWNER, stakes=at_stake(kind), others=others, unknown=unknown)


WHO_ELSE = [
    ("another owner can act", TWO, {SECOND_OWNER}, set(), Hold, False),
    ("another owner can act, a third is unknown", TWO, {SECOND_OWNER}, {THIRD}, Hold, False),
    ("nobody else holds it", {OWNER}, set(), set(), Run, False),
    ("nobody knows whether the other is still there", {OWNER}, set(), {SECOND_OWNER}, Refuse, True),
    ("the other is there, and no owner of this project", {OWNER}, {SECOND_OWNER}, set(), Refuse, False),
    ("one is there and cannot, of another nobody knows", {OWNER}, {SECOND_OWNER}, {THIRD}, Refuse, True),
]


@pytest.mark.parametrize("kind", BY_TWO)
@pytest.mark.parametrize(
    ("owners", "others", "unknown", "expected", "unread"),
    [row[1:] for row in WHO_ELSE],
    ids=[row[0] for row in WHO_ELSE],
)
def test_what_takes_two_owners_is_done_alone_only_by_who_is_known_to_be_alone(
    kind: str, owners: set[str], others: set[str], unknown: set[str], expected: type, unread: bool
) -> None:
    facts = of_owner(kind, frozenset(owners), others=frozenset(others), unknown=frozenset(unknown))
    verdict = POLICY.decide(kind, actor(OWNER), facts)
    assert isinstance(verdict, expected)
    match verdict:
        case Hold(deciders):
            assert deciders == {SECOND_OWNER}
        case Run():
            assert verdict.alone
        case Refuse(text, who):
            assert verdict.unread == unread
            assert "{who}" in text
            assert who == (unknown if unread else others)


@pytest.mark.parametrize("kind", ["invites.domains", "members.scope", "projects.settings", "roles.default"])
def test_what_only_narrows_waits_for_nobody_and_asks_about_nobody(kind: str) -> None:
    facts = PolicyContext(frozenset({OWNER}), role=Role.OWNER, unknown=frozenset({SECOND_OWNER}))
    verdict = POLICY.decide(kind, actor(OWNER), facts)
    assert isinstance(verdict, Run)
    assert not verdict.alone


def test_whoever_would_lose_by_it_decides_only_where_nobody_else_can() -> None:
    lost = Stakes(widens=True, concerned=frozenset({SECOND_OWNER}))
    for owners, expected in ((TWO, {SECOND_OWNER}), (THREE, {THIRD})):
        facts = PolicyContext(owners, role=Role.OWNER, stakes=lost, others=owners - {OWNER})
        verdict = POLICY.decide("projects.settings", actor(OWNER), facts)
        assert isinstance(verdict, Hold)
        assert verdict.deciders == expected


def test_of_two_owners_neither_takes_owner_from_the_other_though_the_other_agreed() -> None:
    lost = Stakes(concerned=frozenset({SECOND_OWNER}))
    facts = PolicyContext(TWO, role=Role.OWNER, stakes=lost, others=frozenset({SECOND_OWNER}))
    verdict = POLICY.decide("roles.take_owner", actor(OWNER), facts)
    assert isinstance(verdict, Refuse)
    assert "KEYDESK_OWNERS" in verdict.text
    assert POLICY.refusal_to_decide(actor(SECOND_OWNER), "roles.take_owner", OWNER, replace(facts)) is not None


@given(st.sampled_from(BY_TWO), MATTERS)
def test_nothing_for_two_owners_runs_while_another_is_there_or_may_be(kind: str, facts: PolicyContext) -> None:
    given_ = replace(facts, role=Role.OWNER, stakes=replace(facts.stakes, widens=True, lowers=True))
    verdict = POLICY.decide(kind, actor(OWNER), given_)
    if isinstance(verdict, Run):
        assert verdict.alone
        assert not given_.others | given_.unknown
        assert given_.owners <= {OWNER} | (given_.stakes.concerned if kind == "roles.take_owner" else frozenset())


ENDS = [
    ("a key of a project one approves for", RAJ, {RAJ, LI}, Stakes(ended=MOST_ENDED), Run, None),
    ("one more within a day", RAJ, {RAJ, LI}, Stakes(ended=MOST_ENDED + 1), Hold, {LI, OWNER, SECOND_OWNER}),
    ("a key of a project with other approvers", OWNER, {RAJ}, Stakes(ended=1), Hold, {RAJ, SECOND_OWNER}),
    ("a key of a project without approvers", OWNER, set(), Stakes(ended=1), Run, None),
    ("one that leaked", OWNER, {RAJ}, Stakes(ended=99, urgent=True), Run, None),
    ("one that leaked, by whom it is no business of", EVE, {RAJ}, Stakes(ended=1, urgent=True), Refuse, None),
]


@pytest.mark.parametrize(
    ("who", "approvers", "stakes", "expected", "deciders"), [row[1:] for row in ENDS], ids=[row[0] for row in ENDS]
)
def test_keys_of_others_end_by_two_where_they_are_many_or_of_others(
    who: str, approvers: set[str], stakes: Stakes, expected: type, deciders: set[str] | None
) -> None:
    role = Role.OWNER if who == OWNER else Role.DEVELOPER
    facts = PolicyContext(TWO, frozenset(approvers), ANA, role, stakes, TWO - {who})
    verdict = POLICY.decide("keys.end", actor(who), facts)
    assert isinstance(verdict, expected)
    assert not isinstance(verdict, Hold) or set(verdict.deciders) == deciders
    own = POLICY.decide("keys.end", actor(who), replace(facts, subject_owner=who, stakes=replace(stakes, urgent=False)))
    assert isinstance(own, Run)


def test_many_keys_end_at_once_where_they_are_ones_own_few_or_leaked() -> None:
    facts = PolicyContext(TWO, frozenset({RAJ}), role=Role.DEVELOPER, others=TWO)
    for stakes, expected in (
        (Stakes(), Run),
        (Stakes(ended=MOST_ENDED), Run),
        (Stakes(ended=MOST_ENDED + 1), Hold),
        (Stakes(ended=1, widens=True), Hold),
        (Stakes(ended=99, widens=True, urgent=True), Run),
        (Stakes(ended=1, refused=True, urgent=True), Refuse),
    ):
        assert isinstance(POLICY.decide("keys.end_many", actor(RAJ), replace(facts, stakes=stakes)), expected)


def test_every_right_is_asked_about_somewhere() -> None:
    asked = "".join(file.read_text(encoding="utf-8") for file in BOT.rglob("*.py") if file.name != "room.py")
    assert [name for name in LEAST if f'"{name}"' not in asked] == []


@pytest.mark.parametrize("role", Role)
def test_what_the_table_does_not_name_is_refused_to_all(role: Role) -> None:
    assert POLICY.role_refusal("projects.paint", role) == NOBODY_MAY


@given(st.sampled_from(["members.remove", "members.scope", "invites.send"]), USERS, MATTERS)
def test_power_over_a_project_and_its_people_changes_by_two_owners_only(
    kind: str, who: str, facts: PolicyContext
) -> None:
    verdict = POLICY.decide(
        kind, actor(who), replace(facts, role=Role.OWNER, stakes=replace(facts.stakes, lowers=False))
    )
    if kind == "members.remove" or facts.stakes.widens:
        assert isinstance(verdict, Hold)
        others = facts.owners - {who}
        assert verdict.deciders == (others - facts.stakes.concerned or others)
    else:
        assert isinstance(verdict, Run)
