"""The mirrors of members and invitations equal the provider's lists, on both databases."""

from __future__ import annotations

from datetime import timedelta

from bot.store import invites, members
from bot.store.database import Database
from bot.store.invites import Invite
from bot.store.members import Member
from tests.factories import ANA, NOON, PROJECT

LATER = NOON + timedelta(minutes=10)


def member(number: int, **told: object) -> Member:
    given = {"email": f"m{number}@acme.example", "first_name": f"Name {number}", "scopes": ["member"]}
    return Member.model_validate({"project_id": PROJECT, "member_id": f"id{number}", "read_at": NOON, **given, **told})


def test_members_come_change_and_go_with_the_list(store: Database) -> None:
    with store.transaction() as session:
        members.mirror(session, PROJECT, [member(1), member(2), member(3)], NOON)
        members.mirror(session, "other", [member(1, project_id="other")], NOON)
    with store.transaction() as session:
        members.mirror(session, PROJECT, [member(2, scopes=["admin"]), member(4, last_name="Соколов")], NOON)
        assert [each.member_id for each in members.of_project(session, PROJECT)] == ["id2", "id4"]
        assert [each.member_id for each in members.of_project(session, "other")] == ["id1"]
    with store.transaction() as session:
        for words, found in (
            ("admin", ["id2"]),
            ("сок name", ["id4"]),
            ("100%", []),
            ("_", []),
            ("acme name", ["id2", "id4"]),
        ):
            assert ([each.member_id for each in members.search(session, PROJECT, words, limit=9)[0]], words) == (
                found,
                words,
            )
        members.rescope(session, PROJECT, "id2", "owner")
        members.remove(session, PROJECT, "id4")
    with store.reading() as session:
        assert [(each.member_id, each.scopes) for each in members.of_project(session, PROJECT)] == [("id2", ["owner"])]


def test_who_sent_an_invitation_is_not_forgotten_when_the_list_is_read(store: Database) -> None:
    sent = Invite(project_id=PROJECT, email="a@acme.example", scope="member", sent_by=ANA, sent_at=NOON, read_at=NOON)
    with store.transaction() as session:
        invites.sent(session, sent)
        invites.sent(session, sent)
        invites.mirror(session, PROJECT, {"a@acme.example": "admin", "b@acme.example": "member"}, LATER)
    with store.transaction() as session:
        rows, total = invites.search(session, PROJECT, "ACME", limit=1)
        assert (total, rows[0].scope, rows[0].sent_by, rows[0].sent_at) == (2, "admin", ANA, NOON)
        invites.remove(session, PROJECT, "B@ACME.example")
        invites.mirror(session, PROJECT, {}, LATER)
        assert invites.of_project(session, PROJECT) == []


def test_a_list_read_before_an_invitation_was_sent_does_not_forget_it(store: Database) -> None:
    sent = Invite(project_id=PROJECT, email="a@acme.example", scope="member", sent_by=ANA, sent_at=LATER, read_at=LATER)
    with store.transaction() as session:
        invites.sent(session, sent)
        invites.mirror(session, PROJECT, {}, NOON)
        assert [row.sent_by for row in invites.of_project(session, PROJECT)] == [ANA]
        invites.mirror(session, PROJECT, {}, LATER)
        assert invites.of_project(session, PROJECT) == []


def test_domains_are_a_workspaces_own(store: Database) -> None:
    with store.transaction() as session:
        for domains in (["acme.example"], ["acme.example", "beta.example"]):
            invites.change_domains(session, "T1", domains, ANA, NOON)
    with store.reading() as session:
        assert invites.domains(session, "T1") == ("acme.example", "beta.example")
        assert invites.domains(session, "T2") == ()
