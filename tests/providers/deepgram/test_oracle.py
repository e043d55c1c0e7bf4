"""Deepgram's own SDK as an oracle: same method, path, query and body as ours; and it works with the emulator.

The oracle proves what is sent, nothing about what the real service answers.
"""

from datetime import UTC, datetime
from typing import Any

import pytest
from deepgram.core.api_error import ApiError
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.errors import NotUnderstood, Unclear
from bot.providers.deepgram.client import Deepgram
from playground.deepgram.server import DeepgramEmulator
from playground.deepgram.state import Project
from tests.providers.deepgram.conftest import no_pause
from tests.providers.deepgram.oracle import Wire, agree, sdk_of

IDS = st.uuids().map(str)
NAMES = st.text(min_size=1)
SCOPES = st.lists(st.sampled_from(["member", "usage:write", "keys:read", "self-hosted:products"]), min_size=1)
TAGS = st.lists(st.text(min_size=1, max_size=128), max_size=3)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  hypothesis wants naive bounds


@settings(deadline=None)  # the SDK imports its parts when first used
@given(IDS, IDS, NAMES)
async def test_projects_and_single_keys_are_asked_for_alike(project: str, key: str, name: str) -> None:
    await agree(lambda ours: ours.projects(), lambda sdk: sdk.list())
    await agree(lambda ours: ours.project(project), lambda sdk: sdk.get(project))
    await agree(lambda ours: ours.rename_project(project, name), lambda sdk: sdk.update(project, name=name))
    await agree(lambda ours: ours.delete_project(project), lambda sdk: sdk.delete(project))
    await agree(lambda ours: ours.key(project, key), lambda sdk: sdk.keys.get(project, key))
    await agree(lambda ours: ours.delete_key(project, key), lambda sdk: sdk.keys.delete(project, key))
    await agree(lambda ours: ours.member_scopes(project, key), lambda sdk: sdk.members.scopes.list(project, key))


@settings(deadline=None)  # the SDK imports its parts when first used
@given(IDS, st.sampled_from(["active", "expired", None]))
async def test_keys_are_listed_alike(project: str, status: Any) -> None:
    await agree(lambda ours: ours.keys(project, status), lambda sdk: sdk.keys.list(project, status=status))


@settings(deadline=None)  # the SDK imports its parts when first used
@given(IDS, st.text(), SCOPES, TAGS, MOMENTS)
async def test_keys_are_created_alike(
    project: str, comment: str, scopes: list[str], tags: list[str], end: datetime
) -> None:
    wanted = {"comment": comment, "scopes": scopes, "expiration_date": end.strftime("%Y-%m-%dT%H:%M:%SZ")}
    wanted |= {"tags": tags} if tags else {}
    await agree(
        lambda ours: ours.create_key(project, comment=comment, scopes=scopes, tags=tags, expiration_date=end),
        lambda sdk: sdk.keys.create(project, request=wanted),
    )


async def test_difference_the_sdk_repeats_a_creation_and_we_do_not() -> None:
    project, wire, oracle = "8f1c2f3e-5b1e-4a53-9d64-2f4f1b1f7c11", Wire(503), Wire(503)
    async with wire.client() as client:
        with pytest.raises(Unclear):
            await Deepgram(SecretStr("k"), client=client).create_key(project, comment="c", scopes=["member"])
    async with oracle.client() as client:
        with pytest.raises(ApiError):
            await sdk_of(client).keys.create(project, request={"comment": "c", "scopes": ["member"]})
    assert (len(wire.sent), len(oracle.sent)) == (1, 3)


async def test_difference_the_sdk_lets_an_id_leave_its_segment_and_we_do_not() -> None:
    project, wire, oracle = "8f1c2f3e-5b1e-4a53-9d64-2f4f1b1f7c11", Wire(), Wire()
    async with oracle.client() as client:
        await sdk_of(client).keys.delete(project, "..")
    assert oracle.sent[0][:2] == ("DELETE", f"/v1/projects/{project}")  # the project itself!
    async with wire.client() as client:
        with pytest.raises(NotUnderstood):
            await Deepgram(SecretStr("k"), client=client).delete_key(project, "..")
    assert not wire.sent


async def test_difference_only_the_sdk_can_leave_a_project() -> None:
    oracle = Wire()
    async with oracle.client() as client:
        await sdk_of(client).leave("p")
    assert oracle.sent[0][:2] == ("DELETE", "/v1/projects/p/leave")
    assert not hasattr(Deepgram, "leave_project")


async def test_the_sdk_does_all_its_project_and_key_calls_with_the_emulator(
    sdk: Any, emulator: DeepgramEmulator, project: Project
) -> None:
    emulator.state.key_shape = "A"  # the SDK is made from the specification
    sdk = sdk.manage.v1.projects
    pid = project.project_id
    assert {item.project_id for item in (await sdk.list()).projects} == set(emulator.state.projects)
    assert (await sdk.get(pid)).name == "production"
    await sdk.update(pid, name="renamed")
    assert project.name == "renamed"
    request = {"comment": "oracle", "scopes": ["usage:write"], "tags": ["t"], "time_to_live_in_seconds": 60}
    created = await sdk.keys.create(pid, request=request)
    assert emulator.state.is_live(created.key)
    listed = (await sdk.keys.list(pid, status="active")).api_keys
    assert created.api_key_id in {item.api_key.api_key_id for item in listed}
    member = (await sdk.keys.get(pid, created.api_key_id)).item.member
    assert (member.api_key.comment, member.api_key.tags) == ("oracle", ["t"])
    assert (await sdk.members.scopes.list(pid, member.member_id)).scopes == ["owner"]
    assert member.member_id in {item.member_id for item in (await sdk.members.list(pid)).members}
    await sdk.keys.delete(pid, created.api_key_id)
    assert not emulator.state.is_live(created.key)


async def test_the_sdk_leaves_and_deletes_projects_of_the_emulator(sdk: Any, emulator: DeepgramEmulator) -> None:
    sdk = sdk.manage.v1.projects
    *_, left, deleted = emulator.state.projects.values()
    await sdk.leave(left.project_id)
    assert len(left.members) == 6
    await sdk.delete(deleted.project_id)
    assert deleted.project_id not in emulator.state.projects
    with pytest.raises(ApiError) as refusal:
        await sdk.get(deleted.project_id)
    assert refusal.value.body == {"err_code": "PROJECT_NOT_FOUND", "err_msg": "Project not found."}


async def test_ours_and_the_sdk_read_the_same_key(emulator: DeepgramEmulator, sdk: Any, project: Project) -> None:
    emulator.state.key_shape = "A"
    key_id = next(iter(project.keys))
    ours = Deepgram(SecretStr(emulator.credentials["owner"]), emulator.url, pause=no_pause)
    mine, member = (
        await ours.key(project.project_id, key_id),
        (await sdk.manage.v1.projects.keys.get(project.project_id, key_id)).item.member,
    )
    assert (mine.member_id, mine.email) == (member.member_id, member.email)
    assert (mine.comment, list(mine.scopes)) == (member.api_key.comment, member.api_key.scopes)
    assert mine.created == member.api_key.created
    await ours.aclose()
