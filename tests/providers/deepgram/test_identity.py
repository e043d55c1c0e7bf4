"""Who the credential is, as far as Deepgram tells."""

from contextlib import aclosing
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.errors import CredentialsRejected
from bot.providers.deepgram.client import Deepgram
from bot.providers.roles import role_of
from bot.providers.values import Credential, Role
from playground.deepgram.roles import PERMISSIONS
from playground.deepgram.server import DeepgramEmulator
from playground.deepgram.state import Project
from tests.clocks import SetClock
from tests.limits import PatientLimits
from tests.providers.deepgram.conftest import SHORT, ClientOf, no_pause

OTHERS = "keys:write:others"  # the emulator's own mark, never a scope of a key


@pytest.mark.parametrize("role", ["owner", "admin", "member"])
async def test_the_credential_knows_who_it_is(client_of: ClientOf, emulator: DeepgramEmulator, role: Role) -> None:
    credential = await client_of(role).who_am_i()
    key = emulator.state.key_of(emulator.credentials[role])
    assert key is not None
    assert (credential.key_id, credential.member_id) == (key.key_id, key.account_id)
    assert (credential.role, credential.scopes, credential.projects) == (role, (role,), 9)
    assert credential.email == emulator.state.accounts[key.account_id].email


async def test_a_demoted_creator_lowers_the_role(
    deepgram: Deepgram, emulator: DeepgramEmulator, project: Project
) -> None:
    key = emulator.state.key_of(emulator.credentials["admin"])
    assert key is not None
    project.members[key.account_id] = ["member", "members:read", "members:read:scopes"]
    key.scopes = ["owner"]
    assert (await deepgram.who_am_i()).role == "admin"


async def test_a_key_that_sees_no_project_still_knows_its_own_scopes(
    deepgram: Deepgram, emulator: DeepgramEmulator
) -> None:
    emulator.faults.add("403", "GET", "^/v1/projects", times=None)
    credential = await deepgram.who_am_i()
    assert (credential.scopes, credential.role, credential.projects) == (("admin",), "admin", 0)
    assert credential.member_id is None


@pytest.mark.parametrize(("is_mirrored", "asked"), [(True, 1), (False, 61)])
async def test_a_key_in_the_last_of_many_projects_is_found(
    emulator: DeepgramEmulator, is_mirrored: bool, asked: int
) -> None:
    state, secret = emulator.state, emulator.credentials["admin"]
    key = state.key_of(secret)
    assert key is not None
    first = [Project(str(uuid4()), f"p{number}", members={key.account_id: ["admin"]}) for number in range(60)]
    state.projects = {project.project_id: project for project in first} | {
        key.project_id: state.projects[key.project_id]
    }
    waits = []

    async def mirrored(key_id: str) -> str | None:
        return key.project_id if is_mirrored and key_id == key.key_id else None

    async def pause(seconds: float) -> None:
        waits.append(seconds)

    async with aclosing(Deepgram(SecretStr(secret), emulator.url, pause=pause, project_of_key=mirrored)) as client:
        assert (await client.who_am_i()).member_id == key.account_id
    found = [call for call in emulator.calls.kept if call["path"].endswith(f"/keys/{key.key_id}")]
    assert (len(found), sum(waits) >= 3) == (asked, not is_mirrored)


async def test_an_answer_that_tells_nothing_leaves_everything_unknown() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(
            200, json={"projects": [{"project_id": str(uuid4())}]} if "projects" in request.url.path else {}
        )

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        credential = await Deepgram(SecretStr("k"), client=client).who_am_i()
    assert credential == Credential(projects=1)


async def test_an_expired_credential_is_rejected(emulator: DeepgramEmulator, clock: SetClock, project: Project) -> None:
    member = next(iter(project.members))
    _, secret = emulator.state.add_key(project, member, "c", ["owner"], expiration_date=clock.now() + timedelta(1))
    client = Deepgram(SecretStr(secret), emulator.url, limits=PatientLimits(emulator.faults, SHORT), pause=no_pause)
    assert (await client.who_am_i()).role == "owner"
    clock.move(timedelta(days=1))
    with pytest.raises(CredentialsRejected):
        await client.who_am_i()
    await client.aclose()


@pytest.mark.parametrize("role", ["owner", "admin", "member"])
def test_a_role_is_recognised_by_its_name_and_by_its_permissions(role: Role) -> None:
    assert role_of([role]) == role
    assert role_of(PERMISSIONS[role] - {OTHERS}) == role


@given(st.lists(st.text()))
def test_any_scopes_amount_to_a_role_unless_there_are_none(scopes: list[str]) -> None:
    assert (role_of(scopes) is None) == (not scopes)
