"""Keys, against the emulated Deepgram: what is asserted is what it remembers."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Literal

import pytest

from bot.errors import NotFound, NotUnderstood, Refused, ScopeMissing
from bot.providers.deepgram.client import Deepgram
from playground.deepgram.server import DeepgramEmulator
from playground.deepgram.state import Project
from tests.clocks import SetClock
from tests.providers.deepgram.conftest import ClientOf

USAGE = ["usage:write"]


async def test_a_created_key_is_live_and_says_what_was_asked(
    deepgram: Deepgram, emulator: DeepgramEmulator, project: Project
) -> None:
    end = datetime(2026, 12, 1, 18, 5, tzinfo=timezone(timedelta(hours=2)))
    created = await deepgram.create_key(
        project.project_id, comment="字幕 worker", scopes=USAGE, tags=["customer:birch"], expiration_date=end
    )
    stored = project.keys[created.key_id]
    assert emulator.state.is_live(created.secret.get_secret_value())
    assert (stored.comment, stored.scopes, stored.tags) == ("字幕 worker", USAGE, ["customer:birch"])
    assert stored.expiration_date == end.astimezone(UTC)
    assert emulator.calls.kept[-1]["body"]["expiration_date"] == "2026-12-01T16:05:00Z"


async def test_no_tags_and_no_end_leave_the_fields_out(
    deepgram: Deepgram, emulator: DeepgramEmulator, project: Project
) -> None:
    await deepgram.create_key(project.project_id, comment="c", scopes=USAGE)
    assert emulator.calls.kept[-1]["body"] == {"comment": "c", "scopes": USAGE}


async def test_an_end_without_a_time_zone_is_refused_before_any_call(
    deepgram: Deepgram, emulator: DeepgramEmulator, project: Project
) -> None:
    with pytest.raises(NotUnderstood):
        await deepgram.create_key(
            project.project_id, comment="c", scopes=USAGE, expiration_date=datetime(2027, 1, 1)  # noqa: DTZ001  the point
        )  # fmt: skip
    assert not emulator.calls.kept


async def test_a_deleted_key_is_dead_and_deleting_it_again_says_so(
    deepgram: Deepgram, emulator: DeepgramEmulator, project: Project
) -> None:
    created = await deepgram.create_key(project.project_id, comment="c", scopes=USAGE)
    await deepgram.delete_key(project.project_id, created.key_id)
    assert not emulator.state.is_live(created.secret.get_secret_value())
    with pytest.raises(NotFound):
        await deepgram.delete_key(project.project_id, created.key_id)


@pytest.mark.parametrize("shape", ["A", "B"])
async def test_one_key_is_read_in_both_shapes(
    deepgram: Deepgram, emulator: DeepgramEmulator, project: Project, shape: Literal["A", "B"]
) -> None:
    emulator.state.key_shape = shape
    listed = {key.comment: key for key in await deepgram.keys(project.project_id)}["transcriber blue"]
    key = await deepgram.key(project.project_id, listed.key_id)
    stored = project.keys[listed.key_id]
    assert (key.key_id, key.project_id) == (stored.key_id, project.project_id)
    assert (key.tags, key.expiration_date) == (("prod", "ivr"), stored.expiration_date)
    assert (key.created, key.scopes) == (stored.created, ("usage:write",))
    assert (key.member_id, key.email) == (stored.account_id, "priya.raman@alder-finch.example")


@pytest.mark.parametrize("full", [False, True])
async def test_a_list_tells_tags_and_end_only_where_deepgram_does(
    deepgram: Deepgram, emulator: DeepgramEmulator, project: Project, *, full: bool
) -> None:
    emulator.state.list_tells_expiry = full
    keys = {key.comment: key for key in await deepgram.keys(project.project_id)}
    assert (keys["transcriber blue"].tags is not None) == full
    assert (keys["transcriber blue"].expiration_date is not None) == full
    assert keys["prod ivr - DO NOT DELETE"].expiration_date is None


async def test_an_expired_key_moves_to_the_expired_ones(
    deepgram: Deepgram, emulator: DeepgramEmulator, project: Project, clock: SetClock
) -> None:
    end = clock.now() + timedelta(hours=1)
    created = await deepgram.create_key(project.project_id, comment="c", scopes=USAGE, expiration_date=end)
    clock.move(timedelta(hours=1))
    active = {key.key_id for key in await deepgram.keys(project.project_id, "active")}
    expired = {key.key_id for key in await deepgram.keys(project.project_id, "expired")}
    assert created.key_id in expired - active
    assert not emulator.state.is_live(created.secret.get_secret_value())


async def test_a_member_sees_and_deletes_only_its_own_keys(client_of: ClientOf, project: Project) -> None:
    member = client_of("member")
    own = await member.create_key(project.project_id, comment="mine", scopes=USAGE)
    listed = {key.comment for key in await member.keys(project.project_id)}
    assert listed == {"mine", "Keydesk (member role)"}
    foreign = next(key for key in project.keys.values() if key.comment == "staging" or key.tags)
    with pytest.raises(NotFound):
        await member.delete_key(project.project_id, foreign.key_id)
    await member.delete_key(project.project_id, own.key_id)


async def test_an_admin_cannot_delete_what_others_created_but_an_owner_can(
    client_of: ClientOf, project: Project
) -> None:
    foreign = next(key for key in project.keys.values() if key.tags)
    with pytest.raises(ScopeMissing) as refusal:
        await client_of("admin").delete_key(project.project_id, foreign.key_id)
    assert refusal.value.scope == "keys:write"
    await client_of("owner").delete_key(project.project_id, foreign.key_id)
    assert foreign.key_id not in project.keys


async def test_a_key_gets_no_more_than_its_creator_has(client_of: ClientOf, project: Project) -> None:
    with pytest.raises(ScopeMissing):
        await client_of("member").create_key(project.project_id, comment="c", scopes=["admin"])


async def test_a_refusal_shows_deepgrams_own_words(deepgram: Deepgram, project: Project) -> None:
    with pytest.raises(Refused, match="longer than 128 characters"):
        await deepgram.create_key(project.project_id, comment="c", scopes=USAGE, tags=["x" * 129])


async def test_half_of_a_surrogate_pair_in_a_comment_crashes_nothing(deepgram: Deepgram, project: Project) -> None:
    created = await deepgram.create_key(project.project_id, comment="cut \ud83d", scopes=USAGE)
    assert (await deepgram.key(project.project_id, created.key_id)).comment == "cut ?"
