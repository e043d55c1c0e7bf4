"""Invitations are sent once each, taken back and sent again, whatever the provider answers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session

from bot.desk.running import FINDING_OUT
from bot.desk.service import Held, Ran
from bot.errors import FormError, NotAllowed, NotUnderstood, ProviderError, Refused, ScopeMissing
from bot.invites import service
from bot.invites.operations import CancelInvite, ChangeInviteDomains, ResendInvite, SendInvites
from bot.providers.values import Role
from bot.store import invites, projects, requests
from bot.store.changes import OPEN
from bot.store.invites import Invite
from playground.deepgram.invites import accept_invite
from tests.factories import ANA, OWNER, SECOND_OWNER, TEAM, actor, entries, rows
from tests.membership import LOPEZ, SOMTO_EMAIL, Membership

NEW, NEXT, LAST, FURTHER = "ana@acme.example", "bo@acme.example", "li@beta.example", "raj@beta.example"


def wish(room: Membership, *emails: str, scope: Role = "member") -> SendInvites:
    return SendInvites(project_id=room.project.project_id, emails=emails, scope=scope)


def again(room: Membership) -> ResendInvite:
    return ResendInvite(project_id=room.project.project_id, email=LOPEZ)


def known(room: Membership) -> dict[str, Invite]:
    def read(session: Session) -> dict[str, Invite]:
        return {row.email: row for row in invites.of_project(session, room.project.project_id)}

    with room.database.reading() as session:
        return read(session)


async def test_each_address_is_mailed_once_and_each_outcome_is_told(room: Membership) -> None:
    await room.read()
    text = await room.ask(wish(room, NEW, SOMTO_EMAIL.upper(), LOPEZ, NEXT))
    assert text == (f"Invited: {NEW} and {NEXT}. Already a member: {SOMTO_EMAIL.upper()}. Already invited: {LOPEZ}.")
    assert room.project.mailed == [NEW, NEXT]
    await room.engine.drain()
    assert {email: row.sent_by for email, row in known(room).items()} == {NEW: OWNER, NEXT: OWNER, LOPEZ: None}


async def test_where_nobody_was_invited_nothing_is_called_done(room: Membership) -> None:
    with pytest.raises(NotUnderstood, match=f"Nobody was invited. Already invited: {LOPEZ}"):
        await room.ask(wish(room, LOPEZ))
    assert room.project.mailed == []


async def test_one_refused_address_stops_no_other_and_trouble_stops_the_rest(room: Membership) -> None:
    room.fault("409", "POST", "/invites")
    assert f"Invited: {NEXT}. {NEW} was not invited:" in await room.ask(wish(room, NEW, NEXT))
    room.fault("409", "POST", "/invites")
    room.fault("429", "POST", "/invites", times=9)
    with pytest.raises(Refused, match=f"Not tried: {FURTHER}"):
        await room.ask(wish(room, NEW, LAST, FURTHER))
    assert room.project.mailed == [NEXT]


@pytest.mark.parametrize(
    ("kind", "state", "words"),
    [("timeout_after", "succeeded", f"Invited: {NEW}. Not invited: {LAST}"), ("timeout_before", "failed", "not done")],
)
async def test_an_unclear_answer_is_settled_by_looking_and_nothing_is_mailed_twice(
    room: Membership, kind: str, state: str, words: str
) -> None:
    room.fault(kind, "POST", "/invites")
    assert await room.ask(wish(room, NEW, LAST)) == FINDING_OUT
    change = await room.settle()
    assert (change.state, words in (change.text or "")) == (state, True)
    assert await room.ask(wish(room, NEW, LAST))
    assert sorted(room.project.mailed) == [NEW, LAST]


AN_HOUR = timedelta(hours=1)  # longer than the pause between two looks
UNSAID: list[tuple[str, str, object]] = [
    ("/invites", "email", None), ("/invites", "scope", None), ("/invites", "scope", " "), ("/invites", "invites", None),
    ("/members$", "email", None), ("/members$", "member_id", "m-1"), ("/members$", "members", []),
]  # fmt: skip


@pytest.mark.parametrize(("where", "field", "value"), UNSAID)
async def test_what_a_list_leaves_unsaid_is_never_not_invited(
    room: Membership, where: str, field: str, value: object
) -> None:
    room.fault("timeout_after", "POST", "/invites")
    assert await room.ask(wish(room, NEW)) == FINDING_OUT
    room.fault("field", "GET", where, times=None, field=field, value=value)
    assert (await room.settle()).state in OPEN
    room.emulator.faults.clear()
    room.clock.move(AN_HOUR)
    assert (await room.settle()).state == "succeeded"
    assert room.project.mailed == [NEW]


@pytest.mark.parametrize(("where", "field"), [("/invites", "email"), ("/members$", "member_id")])
async def test_nobody_is_invited_while_who_is_there_cannot_be_told(room: Membership, where: str, field: str) -> None:
    room.fault("field", "GET", where, times=None, field=field, value=None)
    with pytest.raises(ProviderError, match="cannot be told"):
        await room.ask(wish(room, NEW))
    assert room.project.mailed == []


async def test_whoever_accepted_meanwhile_counts_as_invited(room: Membership) -> None:
    room.fault("timeout_after", "POST", "/invites")
    assert await room.ask(wish(room, NEW)) == FINDING_OUT
    accept_invite(room.emulator.state, room.project, NEW)
    assert (await room.settle()).state == "succeeded"


async def allow(room: Membership, *domains: str, by: str = OWNER, seen: str | None = None) -> Held | Ran:
    """Ask as the form does that addresses at these domains may be invited."""
    wish_ = ChangeInviteDomains(domains=domains, seen=seen)
    return await room.desk.submit(await room.domains.as_asked(wish_, actor(by)), actor(by))


async def test_only_allowed_domains_are_invited_by_any_path(room: Membership) -> None:
    narrowed = await allow(room, "acme.example", "beta.example")
    assert narrowed == Ran("Only addresses at acme.example or beta.example may be invited now.")
    with pytest.raises(NotAllowed, match=r"eve.*: only addresses at acme.example or"):
        await room.ask(wish(room, NEW, "eve@evil.example"))
    with pytest.raises(NotAllowed, match="only addresses at"):
        await room.ask(again(room))
    assert (room.project.mailed, LOPEZ in room.project.invites) == ([], True)
    assert [entry.name for entry in entries(room.database, TEAM)] == ["invites.domains_changed"]
    with pytest.raises(NotAllowed, match="takes the role Owner"):
        await allow(room, by=ANA)


@pytest.mark.parametrize("domains", [("acme.example", "evil.example"), ("evil.example",), ()])
async def test_one_owner_alone_widens_the_domains_to_invite_nobody(room: Membership, domains: tuple[str, ...]) -> None:
    await allow(room, "acme.example")
    held = await allow(room, *domains)
    assert isinstance(held, Held)
    assert held.deciders == {SECOND_OWNER}
    for email in ("eve@evil.example", "eve@mail.evil.example"):
        with pytest.raises(NotAllowed, match="only addresses at acme"):
            await room.ask(wish(room, email))
    assert isinstance(await allow(room, "acme.example", by=SECOND_OWNER), Ran)
    assert rows(room.database, lambda session: requests.get(session, held.request.id)).state == "waiting"
    request = await room.decided(held)
    assert request.state == "done"
    assert "Invited: eve@evil.example." in await room.ask(wish(room, "eve@evil.example"))


async def test_domains_that_moved_while_more_were_held_void_that(room: Membership) -> None:
    await allow(room, "acme.example", "beta.example")
    held = await allow(room, "acme.example", "beta.example", "evil.example")
    assert isinstance(held, Held)
    assert held.request.description["evidence"][0] == ["New", "evil.example"]
    await allow(room, "acme.example", by=SECOND_OWNER)
    void = rows(room.database, lambda session: requests.get(session, held.request.id))
    assert void.state == "failed"
    assert "Allowed is acme.example now" in void.note
    assert rows(room.database, lambda session: invites.domains(session, TEAM)) == ("acme.example",)


async def test_domains_that_somebody_else_set_since_the_form_was_opened_are_told_first(room: Membership) -> None:
    await allow(room, "acme.example", "beta.example", seen="")
    with pytest.raises(FormError, match=r"allowed now is acme\.example and beta\.example"):
        await allow(room, "beta.example", seen="")
    mark = rows(room.database, lambda session: invites.domains_mark(session, TEAM))
    assert isinstance(await allow(room, "beta.example", seen=mark), Ran)


async def test_power_waits_for_another_owner(room: Membership) -> None:
    outcome = await room.desk.submit(wish(room, NEW, scope="admin"), actor(OWNER))
    assert isinstance(outcome, Held)
    assert room.project.mailed == []
    request = await room.approved(wish(room, NEXT, scope="admin"))
    assert (request.state, request.note) == ("done", f"Invited: {NEXT}.")
    assert room.project.invites[NEXT] == "admin"
    beyond = await room.approved(wish(room, LAST, scope="owner"))
    assert (beyond.state, LAST in room.project.invites) == ("failed", False)


async def test_a_passing_refusal_of_several_is_tried_again_as_that_of_one(room: Membership) -> None:
    room.fault("429", "POST", "/invites", times=9)
    request = await room.approved(wish(room, NEW, NEXT, scope="admin"))
    assert (request.state, room.project.mailed) == ("approved", [])
    room.emulator.faults.clear()
    room.clock.move(timedelta(minutes=2))
    await room.engine.drain()
    assert (room.request(request.id).state, room.project.mailed) == ("done", [NEW, NEXT])


async def test_an_invitation_is_taken_back_once(room: Membership) -> None:
    await room.read()
    cancel = CancelInvite(project_id=room.project.project_id, email=LOPEZ)
    assert await room.ask(cancel) == f"The invitation for {LOPEZ} is taken back."
    assert (room.project.invites, known(room)) == ({}, {})
    assert "no open invitation" in await room.ask(cancel)


async def test_a_whole_address_never_means_another_that_holds_it(room: Membership) -> None:
    await room.read()

    def found(session: Session, typed: str) -> str:
        project = projects.get(session, room.project.project_id)
        assert project is not None
        return service.find(session, project, typed).email

    with room.database.reading() as session:
        assert found(session, "lopez") == found(session, f"<mailto:{LOPEZ}|{LOPEZ}>") == LOPEZ
        with pytest.raises(NotUnderstood, match=f"Did you mean {LOPEZ}"):
            found(session, LOPEZ.removeprefix("contractor."))


@pytest.mark.parametrize(("kind", "state"), [("timeout_after", "succeeded"), ("timeout_before", "failed")])
async def test_an_unclear_taking_back_is_settled(room: Membership, kind: str, state: str) -> None:
    room.fault(kind, "DELETE", "/invites/")
    assert await room.ask(CancelInvite(project_id=room.project.project_id, email=LOPEZ)) == FINDING_OUT
    assert (await room.settle()).state == state
    assert (LOPEZ in room.project.invites) == (state == "failed")


async def test_sending_again_keeps_the_scope(room: Membership) -> None:
    room.project.invites[LOPEZ] = "admin"
    assert await room.ask(again(room)) == f"The invitation for {LOPEZ} was sent again."
    assert (room.project.invites[LOPEZ], room.project.mailed) == ("admin", [LOPEZ])
    del room.project.invites[LOPEZ]
    with pytest.raises(NotUnderstood, match="Nothing was sent"):
        await room.ask(again(room))


async def test_an_invitation_without_a_known_scope_is_not_taken_back_to_be_sent_again(room: Membership) -> None:
    room.project.invites[LOPEZ] = ""
    with pytest.raises(NotUnderstood, match="Nothing changed"):
        await room.ask(again(room))
    assert (list(room.project.invites), room.project.mailed) == ([LOPEZ], [])


@pytest.mark.parametrize(
    ("half", "kind", "state", "words", "mails"),
    [
        ("DELETE", "timeout_before", "failed", "Nothing changed", 0),
        ("DELETE", "timeout_after", "succeeded", "was taken back, and no new one was sent", 0),
        ("POST", "timeout_before", "succeeded", "was taken back, and no new one was sent", 0),
        ("POST", "timeout_after", "succeeded", "It was done", 1),
    ],
)
async def test_each_half_of_sending_again_is_settled(
    room: Membership, half: str, kind: str, state: str, words: str, mails: int
) -> None:
    room.fault(kind, half, "/invites")
    assert await room.ask(again(room)) == FINDING_OUT
    change = await room.settle()
    assert (change.state, words in (change.text or "")) == (state, True)
    assert len(room.project.mailed) == mails


async def test_a_new_mail_that_is_refused_is_told_with_what_is_left(room: Membership) -> None:
    room.fault("403", "POST", "/invites")
    with pytest.raises(Refused, match="was taken back, and no new one was sent"):
        await room.ask(again(room))
    assert LOPEZ not in room.project.invites


async def test_what_the_credential_may_not_do_is_told(room: Membership) -> None:
    room.project.invites[LOPEZ] = "owner"
    with pytest.raises(ScopeMissing):
        await room.ask(CancelInvite(project_id=room.project.project_id, email=LOPEZ))
    assert LOPEZ in room.project.invites
