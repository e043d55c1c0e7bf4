"""Several accounts behind the same methods: each call goes out with the credential of its project's account."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from bot.errors import AccountRemoved, BotError, CredentialsRejected, NotFound, Unavailable
from bot.providers.credential_identity import CredentialIdentity
from bot.providers.deepgram.client import Deepgram
from bot.providers.deepgram.vendor import DEEPGRAM
from bot.providers.provider import Provider, ProviderKind
from bot.providers.registry import Account, Providers
from bot.providers.roles import may_end
from playground.deepgram.server import DeepgramEmulator
from playground.deepgram.state import Project
from tests.limits import PatientLimits
from tests.providers.deepgram.conftest import SHORT, no_pause
from tests.providers.deepgram.test_documentation import CALLS, GOOD


@dataclass
class Known:
    """Accounts beside the main one, and which projects are theirs."""

    accounts: list[Account] = field(default_factory=list)
    projects: dict[str, str] = field(default_factory=dict)

    async def of_project(self, project_id: str) -> Account | None:
        account_id = self.projects.get(project_id)
        return next((account for account in self.accounts if account.id == account_id), None)

    async def in_use(self) -> Sequence[Account]:
        return [account for account in self.accounts if not account.removed]


@dataclass
class Two:
    """Two accounts on one emulated Deepgram: the main one, and "studio" with two projects of its own."""

    emulator: DeepgramEmulator
    known: Known
    deepgram: Providers
    mine: Project
    theirs: Project


@pytest.fixture
async def two(emulator: DeepgramEmulator) -> AsyncIterator[Two]:
    project = next(iter(emulator.state.projects.values()))
    secret = emulator.open_account("studio", "dubbing", "trailers")
    theirs = next(each for each in emulator.state.projects.values() if each.name == "dubbing")
    known = Known([Account("ac1", "studio", "deepgram", SecretStr(secret))], {theirs.project_id: "ac1"})

    def open_client(credential: SecretStr) -> Deepgram:
        return Deepgram(credential, emulator.url, limits=PatientLimits(emulator.faults, SHORT), pause=no_pause)

    main = open_client(SecretStr(emulator.credentials["admin"]))
    async with contextlib.aclosing(Providers(main, known, (ProviderKind(DEEPGRAM, open_client),))) as deepgram:
        yield Two(emulator, known, deepgram, project, theirs)


@pytest.mark.parametrize("name", [name for name in CALLS if hasattr(Provider, name)])
async def test_every_method_goes_out_with_the_credential_of_its_project(name: str) -> None:
    sent: list[tuple[str, str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append((request.url.path, request.headers["Authorization"]))
        return httpx.Response(503)

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:

        def open_client(credential: SecretStr) -> Deepgram:
            return Deepgram(credential, client=http, pause=no_pause)

        known = Known([Account("ac1", "studio", "deepgram", SecretStr("hers"))], {GOOD: "ac1"})
        deepgram = Providers(open_client(SecretStr("main")), known, (ProviderKind(DEEPGRAM, open_client),))
        asked: Callable[[Any], Awaitable[Any]] = CALLS[name]
        with contextlib.suppress(BotError):
            await asked(deepgram)
    assert sent
    for path, authorization in sent:
        assert authorization == ("Token hers" if path.startswith(f"/v1/projects/{GOOD}") else "Token main")


def test_whatever_names_a_project_first_is_asked_of_its_account() -> None:
    offered = inspect.getmembers(Provider, inspect.isfunction)
    by_project = {name for name, method in offered if list(inspect.signature(method).parameters)[1:2] == ["project_id"]}
    assert by_project
    assert by_project - vars(Providers).keys() == set()


async def test_a_key_is_made_read_and_ended_by_the_member_of_its_account(two: Two) -> None:
    for project, email in ((two.mine, "keydesk@alder-finch.example"), (two.theirs, "keydesk@studio.example")):
        made = await two.deepgram.create_key(project.project_id, comment="c", scopes=["usage:write"])
        assert two.emulator.state.accounts[project.keys[made.key_id].account_id].email == email
        assert (await two.deepgram.key(project.project_id, made.key_id)).email == email
        await two.deepgram.delete_key(project.project_id, made.key_id)
        assert made.key_id not in project.keys


async def test_a_credential_sees_nothing_of_another_account(two: Two) -> None:
    two.known.projects.clear()
    with pytest.raises(NotFound):
        await two.deepgram.project(two.theirs.project_id)


async def test_all_accounts_are_listed_and_part_of_them_is_never_taken_for_all(two: Two) -> None:
    names = [project.name for project in await two.deepgram.projects()]
    assert names[0] == "production"
    assert names[-2:] == ["dubbing", "trailers"]
    two.emulator.faults.add("503", "GET", "/v1/projects$", times=9)
    with pytest.raises(Unavailable):
        await two.deepgram.projects()


async def test_each_account_has_its_own_standing(two: Two) -> None:
    identity = CredentialIdentity(two.deepgram)
    mine, theirs = await identity.read(two.mine.project_id), await identity.read(two.theirs.project_id)
    assert (mine.projects, theirs.projects) == (len(two.emulator.state.projects) - 2, 2)
    assert mine.key_id != theirs.key_id
    before = len(two.emulator.calls.kept)
    assert await identity.read(two.theirs.project_id) == theirs
    assert len(two.emulator.calls.kept) == before
    assert (await two.deepgram.who_am_i()).key_id == mine.key_id


async def test_a_slow_account_keeps_nobody_from_learning_of_another(two: Two) -> None:
    identity, learnt = CredentialIdentity(two.deepgram), list[str]()

    async def learn(project: Project) -> None:
        await identity.read(project.project_id)
        learnt.append(project.name)

    two.emulator.faults.add("slow", "GET", "auth/token", times=1, seconds=0.2)
    await asyncio.gather(learn(two.mine), learn(two.theirs))
    assert learnt == [two.theirs.name, two.mine.name]


async def test_a_removed_account_and_a_sealed_one_are_unreachable_at_once(two: Two) -> None:
    await two.deepgram.keys(two.theirs.project_id)
    before = len(two.emulator.calls.kept)
    account = two.known.accounts[0]
    for without, kind in (
        (replace(account, credential=None), CredentialsRejected),
        (replace(account, credential=None, removed=True), AccountRemoved),
    ):
        two.known.accounts[0] = without
        with pytest.raises(kind, match="studio"):
            await two.deepgram.delete_key(two.theirs.project_id, GOOD)
        assert list(await two.deepgram.accounts()) == ["main"]
    assert len(two.emulator.calls.kept) == before
    assert await two.deepgram.keys(two.mine.project_id)


@pytest.mark.parametrize(
    ("role", "own", "maker", "may"),
    [
        ("owner", "m1", "m2", True),
        ("admin", "m1", "m1", True),
        ("admin", "m1", "m2", False),
        ("member", "m1", "m2", False),
        ("admin", None, "m2", False),
        ("admin", "m1", None, True),
        (None, None, "m2", True),
    ],
)
def test_who_may_end_whose_key(role: str | None, own: str | None, maker: str | None, may: bool) -> None:
    assert may_end(role, own, maker) is may
