"""Accounts beside the main one: added with care, sealed at rest, mirrored apart, removed for good."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

import pytest
from pydantic import SecretStr

from bot.accounts.adding import NotAdded
from bot.accounts.jobs import AccountJobs
from bot.accounts.operations import RemoveAccount
from bot.accounts.removing import AccountRemoval
from bot.accounts.sealed import SHUT, reseal, shut
from bot.errors import AccountRemoved, CredentialsRejected, NotAllowed, NotUnderstood, Unavailable
from bot.keys import form_data
from bot.keys.rights import KeyRights
from bot.projects import service as projects_seen
from bot.projects.mirroring import ProjectMirror
from bot.sealing import CannotSeal, CannotUnseal, Keyring, new_key
from bot.store import accounts, keys, mirrors, projects
from tests.accounts.conftest import Workspace
from tests.factories import NOON, OWNER, actor, add, entries, key

LATER = NOON + timedelta(minutes=10)


async def mirrored(workspace: Workspace) -> None:
    await workspace.rooms.projects.refresh(NOON)
    await workspace.rooms.engine.drain()


# --- adding ---


async def test_an_account_is_asked_who_it_is_sealed_and_written_down(workspace: Workspace) -> None:
    added = await workspace.add(customer="birch")
    assert (added.name, added.role, added.projects, added.customer) == ("studio", "admin", 2, "birch")
    (entry,) = entries(workspace.database, added.id)
    assert (entry.name, entry.detail["fingerprint"]) == ("accounts.added", added.fingerprint)
    await mirrored(workspace)
    with workspace.database.reading() as session:
        dubbing = workspace.project("dubbing").project_id
        assert accounts.theirs(session) == dict.fromkeys((dubbing, workspace.project("trailers").project_id), "birch")
        assert (dubbing, "dubbing", "studio · theirs (birch)") in form_data.projects_like(session, "dub")
        assert [row.account for row in projects_seen.page(session, actor(), "trail", 1, 10).rows] == [added.label]
        assert mirrors.get(session, mirrors.of_keys(dubbing)).read_at is not None


async def test_the_credential_stands_nowhere_in_the_clear(
    workspace: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    canary = workspace.emulator.credentials["studio"]
    added = await workspace.add()
    with pytest.raises(NotAdded) as twice:
        await workspace.add("again")
    file = workspace.database.file
    assert file is not None
    dump = "\n".join(sqlite3.connect(file).iterdump())
    assert added.fingerprint in dump
    assert not [text for text in (dump, caplog.text, repr(added), str(twice.value)) if canary in text]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": "main"}, "is not “main”"),
        ({"name": "Two words"}, "lower case letters"),
        ({"customer": "birch, alder"}, "cannot be a customer's tag"),
        ({"credential": "owner"}, "Keydesk works in production, staging, research and [0-9]+ more already"),
    ],
    ids=["main", "a bad name", "a bad tag", "the same projects"],
)
async def test_what_cannot_be_added_is_refused(workspace: Workspace, given: dict[str, str], words: str) -> None:
    with pytest.raises(NotAdded, match=words):
        await workspace.add(**given)
    with workspace.database.reading() as session:
        assert accounts.live(session) == []


async def test_a_name_a_project_and_a_credential_count_once(workspace: Workspace) -> None:
    workspace.emulator.open_account("museum", "audio guide")
    await workspace.add()
    with pytest.raises(NotAdded, match="There is an account studio already"):
        await workspace.add(credential="museum")
    with pytest.raises(NotAdded, match="Keydesk works in dubbing, trailers already"):
        await workspace.add("again")
    with pytest.raises(NotAdded, match="does not accept the credential you typed"):
        await workspace.add("wrong", credential="nobody's")
    workspace.keyring = Keyring(SecretStr(""))
    with pytest.raises(CannotSeal, match="keydesk secret new"):
        await workspace.add("museum", credential="museum")


# --- mirroring and learning ---


async def test_an_account_in_trouble_takes_nothing_from_the_others(workspace: Workspace) -> None:
    added = await workspace.add()
    await mirrored(workspace)
    member = workspace.emulator.state.key_of(workspace.emulator.credentials["studio"])
    assert member is not None
    workspace.emulator.state.end_key(member)
    workspace.project("staging").name = "stage"
    await workspace.rooms.projects.refresh(LATER)
    with workspace.database.reading() as session:
        assert projects.search(session, "", limit=20)[1] == len(workspace.emulator.state.projects)
        assert projects.named(session, "stage") is not None
        assert "the account studio could not be read" in projects_seen.freshness(session)
        row = accounts.get(session, added.id)
        assert row is not None
        assert (row.used_at, "does not accept" in (row.problem or "")) == (NOON, True)


async def test_the_main_account_in_trouble_is_told_and_the_others_are_read(workspace: Workspace) -> None:
    await workspace.add()
    own = workspace.emulator.state.key_of(workspace.emulator.credentials["admin"])
    assert own is not None
    workspace.emulator.state.end_key(own)
    with pytest.raises(CredentialsRejected):
        await workspace.rooms.projects.refresh(NOON)
    with workspace.database.reading() as session:
        assert projects.named(session, "dubbing") is not None
        assert "the last try failed" in projects_seen.freshness(session)


async def test_a_project_in_two_accounts_stays_with_the_first(workspace: Workspace) -> None:
    added = await workspace.add()
    await mirrored(workspace)
    both, studio = (
        workspace.project("staging"),
        workspace.emulator.state.key_of(workspace.emulator.credentials["studio"]),
    )
    assert studio is not None
    both.members[studio.account_id] = ["admin"]
    await workspace.rooms.projects.refresh(LATER)
    with workspace.database.reading() as session:
        assert accounts.of_project(session, both.project_id) is None
    own = workspace.emulator.state.key_of(workspace.emulator.credentials["admin"])
    assert own is not None
    del both.members[own.account_id]
    for _ in range(2):  # gone from the first, then taken over by the second
        await workspace.rooms.projects.refresh(LATER)
    with workspace.database.reading() as session:
        assert accounts.opening(session, both.project_id) == accounts.get(session, added.id)


async def test_what_deepgram_forbids_is_judged_by_the_projects_own_account(workspace: Workspace) -> None:
    added = await workspace.add()
    await mirrored(workspace)
    await AccountJobs(workspace.database, workspace.rooms.engine, workspace.deepgram, workspace.keyring).load(
        "all", NOON
    )
    with workspace.database.reading() as session:
        main = accounts.get(session, accounts.MAIN)
        assert main is not None
        everything = len(workspace.emulator.state.projects)
        assert (main.role, main.projects, main.problem) == ("admin", everything - added.projects, None)
        rights = KeyRights(session, workspace.rooms.desk, actor(OWNER))
        mine, theirs = workspace.project("production").project_id, workspace.project("dubbing").project_id
        assert rights.credential_suffices(key(1, mint_id=None, project_id=mine, member_id=main.member_id))
        assert rights.credential_suffices(key(2, mint_id=None, project_id=theirs, member_id=added.member_id))
        for project_id, other in ((mine, added.member_id), (theirs, main.member_id)):
            foreign = key(3, mint_id=None, project_id=project_id, member_id=other)
            assert not rights.credential_suffices(foreign)


# --- the keyring ---


async def test_a_bad_secret_key_shuts_the_others_and_leaves_the_main_account_at_work(workspace: Workspace) -> None:
    added = await workspace.add()
    await mirrored(workspace)
    bad = Keyring(SecretStr("nonsense"))
    over_bad = workspace.over(bad)
    await AccountJobs(workspace.database, workspace.rooms.engine, over_bad, bad).load("all", NOON)
    await ProjectMirror(workspace.database, workspace.rooms.engine, over_bad).refresh(LATER)
    assert await over_bad.keys(workspace.project("production").project_id)
    with pytest.raises(CredentialsRejected, match="studio cannot be unsealed"):
        await over_bad.keys(workspace.project("dubbing").project_id)
    await over_bad.aclose()
    with workspace.database.reading() as session:
        row = accounts.get(session, added.id)
        assert row is not None
        assert row.problem == SHUT
        assert projects.named(session, "dubbing") is not None


async def test_the_ring_is_rotated_all_or_nothing(workspace: Workspace) -> None:
    await workspace.add()
    new = new_key()
    with pytest.raises(CannotUnseal), workspace.database.transaction() as session:
        reseal(session, Keyring(SecretStr(new)))
    old = workspace.keyring
    with workspace.database.transaction() as session:
        row = accounts.beside_main(session)[0]
        secret = old.unseal(row.sealed or "")
        row.sealed = Keyring(SecretStr(new)).seal(secret)  # as a rotation half done
        session.add(row)
    with workspace.database.transaction() as session:
        assert [account.name for account in shut(session, old)] == ["studio"]
        assert reseal(session, Keyring(SecretStr(new))) == 1
        assert shut(session, Keyring(SecretStr(new))) == []


# --- removing ---


async def test_a_removed_account_is_forgotten_and_unreachable(workspace: Workspace) -> None:
    added = await workspace.add()
    await mirrored(workspace)
    dubbing = workspace.project("dubbing").project_id
    add(workspace.database, key(1, project_id=dubbing), key(2, project_id=dubbing, ends_at=NOON))
    removal = AccountRemoval(workspace.database, workspace.rooms.clock)
    wrong = RemoveAccount(account_id=added.id, name="studios")
    with pytest.raises(NotUnderstood, match="another name"):
        await removal.execute(wrong, actor(OWNER))
    with pytest.raises(NotAllowed, match="stands in the environment"):
        await removal.execute(RemoveAccount(account_id="main", name="main"), actor(OWNER))
    told = await removal.execute(RemoveAccount(account_id=added.id, name="studio"), actor(OWNER))
    assert "2 live keys made there can no longer be revoked here" in told
    calls = len(workspace.emulator.calls.kept)
    with pytest.raises(AccountRemoved, match="studio was removed"):
        await workspace.deepgram.keys(dubbing)
    assert len(workspace.emulator.calls.kept) == calls
    with workspace.database.reading() as session:
        row = accounts.get(session, added.id)
        assert row is not None
        assert (row.state, row.sealed) == ("removed", None)
        assert projects.get(session, dubbing) is None
    assert entries(workspace.database, added.id)[-1].detail["keys_out_of_reach"]
    with pytest.raises(NotUnderstood):
        await removal.execute(RemoveAccount(account_id=added.id, name="studio"), actor(OWNER))
    assert (await workspace.add()).id != added.id
    await mirrored(workspace)
    assert await workspace.deepgram.keys(dubbing)


async def test_a_key_out_of_reach_ends_by_its_own_time(workspace: Workspace) -> None:
    added = await workspace.add()
    await mirrored(workspace)
    dubbing = workspace.project("dubbing").project_id
    over, lasting = key(1, project_id=dubbing, ends_at=NOON), key(2, project_id=dubbing)
    add(workspace.database, over, lasting)
    removal = AccountRemoval(workspace.database, workspace.rooms.clock)
    await removal.execute(RemoveAccount(account_id=added.id, name="studio"), actor(OWNER))
    await workspace.rooms.ending.when_due(over.id, NOON)
    with pytest.raises(AccountRemoved):
        await workspace.rooms.ending.end(lasting.id, actor(OWNER), "revoked")
    with workspace.database.reading() as session:
        found = [keys.get(session, each.id) for each in (over, lasting)]
    assert [each.state for each in found if each is not None] == ["ended", "live"]


async def test_an_account_that_does_not_answer_is_not_added(workspace: Workspace) -> None:
    workspace.emulator.faults.add("503", "GET", "/v1/auth/token", times=9)
    with pytest.raises(Unavailable):
        await workspace.add()
