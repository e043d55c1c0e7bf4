"""What the client makes of each fault: what was done, what it says, how often it asked."""

import httpx
import pytest
from pydantic import SecretStr

from bot.errors import (
    Conflict,
    CredentialsRejected,
    NotFound,
    ProviderError,
    RateLimited,
    ScopeMissing,
    Unavailable,
    Unclear,
)
from bot.providers.deepgram.client import Deepgram
from playground.deepgram.faults import Kind
from playground.deepgram.server import DeepgramEmulator
from playground.deepgram.state import Project

DEFINITE: list[tuple[Kind, type[ProviderError]]] = [
    ("401", CredentialsRejected), ("403", ScopeMissing), ("404", NotFound), ("409", Conflict), ("429", RateLimited),
]  # fmt: skip
NOT_DONE: list[Kind] = ["500", "503", "timeout_before", "drop_before", "html", "html_200"]
DONE: list[Kind] = ["timeout_after", "drop_after", "truncated", "null", "empty"]


def posts(emulator: DeepgramEmulator) -> int:
    return sum(call["method"] == "POST" for call in emulator.calls.kept)


async def create(deepgram: Deepgram, project: Project) -> None:
    await deepgram.create_key(project.project_id, comment="mint-7", scopes=["usage:write"])


def made(project: Project) -> bool:
    return any(key.comment == "mint-7" for key in project.keys.values())


@pytest.mark.parametrize(("kind", "error"), DEFINITE)
async def test_a_definite_refusal_of_a_creation_made_nothing(
    deepgram: Deepgram, emulator: DeepgramEmulator, project: Project, kind: Kind, error: type[ProviderError]
) -> None:
    emulator.faults.add(kind, "POST")
    with pytest.raises(error):
        await create(deepgram, project)
    assert (made(project), posts(emulator)) == (False, 1)


@pytest.mark.parametrize("kind", [*NOT_DONE, *DONE])
async def test_a_creation_without_a_usable_answer_is_unclear_and_sent_once(
    deepgram: Deepgram, emulator: DeepgramEmulator, project: Project, kind: Kind
) -> None:
    emulator.faults.add(kind, "POST", times=None)
    with pytest.raises(Unclear):
        await create(deepgram, project)
    assert (made(project), posts(emulator)) == (kind in DONE, 1)


async def test_a_creation_may_land_after_the_client_gave_up(
    deepgram: Deepgram, emulator: DeepgramEmulator, project: Project
) -> None:
    emulator.faults.add("late", "POST", seconds=0.6)
    with pytest.raises(Unclear):
        await create(deepgram, project)
    assert not made(project)
    await emulator.faults.landed()
    assert made(project)


async def test_a_slow_answer_is_still_an_answer(
    deepgram: Deepgram, emulator: DeepgramEmulator, project: Project
) -> None:
    emulator.faults.add("slow", "POST", seconds=0.05)
    await create(deepgram, project)
    assert made(project)


async def test_a_deletion_is_done_on_an_empty_answer(
    deepgram: Deepgram, emulator: DeepgramEmulator, project: Project
) -> None:
    created = await deepgram.create_key(project.project_id, comment="c", scopes=["usage:write"])
    emulator.faults.add("empty", "DELETE")
    await deepgram.delete_key(project.project_id, created.key_id)
    assert created.key_id not in project.keys


@pytest.mark.parametrize("kind", ["truncated", "null"])
async def test_a_deletion_whose_answer_cannot_be_read_is_unclear(
    deepgram: Deepgram, emulator: DeepgramEmulator, project: Project, kind: Kind
) -> None:
    created = await deepgram.create_key(project.project_id, comment="c", scopes=["usage:write"])
    emulator.faults.add(kind, "DELETE")
    with pytest.raises(Unclear):
        await deepgram.delete_key(project.project_id, created.key_id)
    assert created.key_id not in project.keys


@pytest.mark.parametrize("kind", ["500", "timeout_after", "drop_after", "html_200"])
async def test_deletions_and_renamings_are_never_repeated(
    deepgram: Deepgram, emulator: DeepgramEmulator, project: Project, kind: Kind
) -> None:
    emulator.faults.add(kind, times=None)
    with pytest.raises(Unclear):
        await deepgram.delete_key(project.project_id, next(iter(project.keys)))
    with pytest.raises(Unclear):
        await deepgram.rename_project(project.project_id, "x")
    assert [call["method"] for call in emulator.calls.kept] == ["DELETE", "PATCH"]


@pytest.mark.parametrize("kind", ["429", "500", "503", "html", "drop_before", "drop_after", "timeout_before"])
async def test_a_read_survives_two_failures(deepgram: Deepgram, emulator: DeepgramEmulator, kind: Kind) -> None:
    emulator.faults.add(kind, "GET", times=2)
    assert len(await deepgram.projects()) == 9
    assert len(emulator.calls.kept) == 3


@pytest.mark.parametrize("kind", ["500", "503", "html", "drop_before", "timeout_before"])
async def test_a_read_gives_up_after_the_third_failure(
    deepgram: Deepgram, emulator: DeepgramEmulator, kind: Kind
) -> None:
    emulator.faults.add(kind, "GET", times=None)
    with pytest.raises(Unavailable):
        await deepgram.projects()
    assert len(emulator.calls.kept) == 3


@pytest.mark.parametrize("kind", ["truncated", "null", "empty"])
async def test_a_garbled_list_is_not_an_empty_one(
    deepgram: Deepgram, emulator: DeepgramEmulator, project: Project, kind: Kind
) -> None:
    emulator.faults.add(kind, "GET")
    with pytest.raises(Unavailable):
        await deepgram.keys(project.project_id)


async def test_a_wait_too_long_for_a_person_is_handed_on(deepgram: Deepgram, emulator: DeepgramEmulator) -> None:
    emulator.faults.add("429", "GET", retry_after="60")
    with pytest.raises(RateLimited) as limited:
        await deepgram.projects()
    assert (limited.value.retry_after, len(emulator.calls.kept)) == (60.0, 1)


async def test_without_a_connection_nothing_happened(emulator: DeepgramEmulator, project: Project) -> None:
    await emulator.stop()
    deepgram = Deepgram(SecretStr("k"), emulator.url)
    with pytest.raises(Unavailable):
        await create(deepgram, project)
    await deepgram.aclose()


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (httpx.ConnectError, Unavailable), (httpx.ConnectTimeout, Unavailable), (httpx.PoolTimeout, Unavailable),
        (httpx.WriteError, Unclear), (httpx.WriteTimeout, Unclear), (httpx.ReadError, Unclear),
        (httpx.ReadTimeout, Unclear), (httpx.RemoteProtocolError, Unclear), (httpx.DecodingError, Unclear),
    ],
)  # fmt: skip
async def test_each_failure_of_the_network_is_told_apart(
    failure: type[httpx.RequestError], kind: type[ProviderError], project: Project
) -> None:
    def fail(_: httpx.Request) -> httpx.Response:
        raise failure("Token k")

    async with httpx.AsyncClient(transport=httpx.MockTransport(fail)) as client:
        with pytest.raises(kind) as raised:
            await create(Deepgram(SecretStr("k"), client=client), project)
    assert raised.value.__context__ is None
