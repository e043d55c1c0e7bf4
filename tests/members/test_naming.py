"""Members are named the way people type them; a near miss gets a suggestion."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.members import naming
from bot.providers.roles import ROLES
from bot.store.members import Member
from tests.factories import NOON, PROJECT

ANA, BO, LI, BOT = "ana.souza@acme.com", "bo@acme.com", "li.wei@acme.com", "robot@acme.com"
TOLD = ((ANA, "Ana", "Souza"), (BO, "Bo", "Anand"), (LI, "伟", "李"), (BOT, "", ""))
EVERYBODY = [
    Member(
        project_id=PROJECT,
        member_id=f"{number}0000000-0000-4000-8000-00000000000{number}",
        email=email,
        first_name=first,
        last_name=last,
        read_at=NOON,
    )
    for number, (email, first, last) in enumerate(TOLD)
]


@pytest.mark.parametrize(
    ("typed", "emails"),
    [
        ("ana", [ANA]),
        ("@ana", [ANA]),
        ("<@U1|ana>", [ANA]),
        ("ANA.SOUZA@acme.com", [ANA]),
        ("<mailto:ana.souza@acme.com|ana.souza@acme.com>", [ANA]),
        ("“Ana  Souza”", [ANA]),
        ("souza", [ANA]),
        ("sou", [ANA]),
        ("an", [ANA, BO]),
        ("伟", [LI]),
        ("wei", [LI]),
        ("10000000-0000-4000-8000-000000000001", [BO]),
        ("20000000", [LI]),
        ("robot", [BOT]),
        ("acme.com", [ANA, BO, LI, BOT]),
        ("zoe", []),
        ("", []),
        ("@", []),
    ],
)
def test_whoever_is_meant_is_found(typed: str, emails: list[str]) -> None:
    assert [member.email for member in naming.meant(EVERYBODY, typed)] == emails


@pytest.mark.parametrize(("typed", "near"), [("anna.souza", ANA), ("suza", ANA), ("robt", BOT), ("xyzzy", None)])
def test_a_near_miss_is_suggested(typed: str, near: str | None) -> None:
    assert naming.nearest(EVERYBODY, typed) == near
    assert (f"Did you mean {near}?" in naming.unknown(EVERYBODY, typed, "p").text) == (near is not None)


@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        ("ana admin", ("ana", "admin")),
        ("Ana Souza as Administrator", ("Ana Souza", "admin")),
        ("ana to owner.", ("ana", "owner")),
        ("ana members", ("ana", "member")),
        ("ana", ("ana", None)),
        ("ana as", ("ana as", None)),
        ("admin", ("", "admin")),
        ("", ("", None)),
    ],
)
def test_the_scope_stands_at_the_end(typed: str, parts: tuple[str, str | None]) -> None:
    assert naming.split_scope(typed) == parts


@given(st.sampled_from(EVERYBODY), st.sampled_from(["email", "member_id"]), st.sampled_from(ROLES), st.booleans())
def test_an_address_or_id_always_names_its_member_however_it_is_written(
    member: Member, by: str, scope: str, shouted: bool
) -> None:
    typed = getattr(member, by).upper() if shouted else getattr(member, by)
    name, wanted = naming.split_scope(f"  <mailto:{typed}|x>  as {scope} " if by == "email" else f"{typed} {scope}")
    assert (naming.meant(EVERYBODY, name), wanted) == ([member], scope)


@given(st.text(max_size=400))
def test_any_text_is_borne(typed: str) -> None:
    found = naming.meant(EVERYBODY, typed)
    assert found or naming.unknown(EVERYBODY, typed, "p").text
    naming.split_scope(typed)
