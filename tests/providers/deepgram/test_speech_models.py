"""Models and short-lived tokens, against the emulated Deepgram."""

import traceback
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.errors import NotFound, NotUnderstood, ScopeMissing, Unavailable, Unclear
from bot.providers.deepgram.client import Deepgram
from bot.providers.deepgram.speech_models import model_of
from playground.deepgram.server import DeepgramEmulator
from playground.deepgram.state import Project
from tests.providers.deepgram.conftest import ClientOf
from tests.providers.deepgram.test_models import JSON

GOOD = "8f1c2f3e-5b1e-4a53-9d64-2f4f1b1f7c11"


async def test_replaced_versions_are_listed_on_request(deepgram: Deepgram, project: Project) -> None:
    latest = await deepgram.models()
    everything = await deepgram.models(include_outdated=True)
    assert {model.model_id for model in latest} < {model.model_id for model in everything}
    assert await deepgram.project_models(project.project_id) == latest
    assert {model.kind for model in latest} == {"stt", "tts"}


async def test_one_model_reads_as_in_the_list(deepgram: Deepgram, project: Project) -> None:
    for model in await deepgram.models(include_outdated=True):
        assert await deepgram.model(model.model_id) == model
        assert await deepgram.project_model(project.project_id, model.model_id) == model
        assert (model.voice is None) == (model.kind == "stt")
    with pytest.raises(NotFound):
        await deepgram.model(GOOD)


@given(JSON | st.dictionaries(st.sampled_from(["uuid", "name", "languages", "metadata", "batch", "kind"]), JSON))
def test_any_json_is_a_model_or_none(value: Any) -> None:
    model = model_of("tts", value)
    assert model is None or (model.model_id and model.kind == "tts")


async def test_a_token_is_shown_in_no_repr_and_opens_no_management(
    deepgram: Deepgram, emulator: DeepgramEmulator
) -> None:
    granted = await deepgram.grant_token(60)
    assert granted.expires_in == 60
    assert granted.token.get_secret_value() not in f"{granted!r} {granted.model_dump()}"
    assert not emulator.state.is_live(granted.token.get_secret_value())


@pytest.mark.parametrize("seconds", [-1, 0, 3601, 10**12])
async def test_a_lifetime_out_of_bounds_reaches_no_wire(
    deepgram: Deepgram, emulator: DeepgramEmulator, seconds: int
) -> None:
    with pytest.raises(NotUnderstood):
        await deepgram.grant_token(seconds)
    assert not emulator.calls.kept


async def test_a_weak_key_makes_no_token(client_of: ClientOf, emulator: DeepgramEmulator) -> None:
    key = emulator.state.key_of(emulator.credentials["member"])
    assert key is not None
    key.scopes = ["usage:read"]
    with pytest.raises(ScopeMissing):
        await client_of("member").grant_token()


async def test_a_token_is_asked_for_once(deepgram: Deepgram, emulator: DeepgramEmulator) -> None:
    emulator.faults.add("500", "POST", times=None)
    with pytest.raises(Unclear):
        await deepgram.grant_token()
    assert len(emulator.calls.kept) == 1


async def test_a_token_in_an_odd_answer_is_not_in_the_error() -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"access_token": ["canary"]})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        with pytest.raises(Unclear) as raised:
            await Deepgram(SecretStr("k"), client=client).grant_token()
    assert "canary" not in "".join(traceback.format_exception(raised.value))


async def test_while_frozen_nothing_is_changed_and_everything_is_read(
    emulator: DeepgramEmulator, project: Project
) -> None:
    frozen = Deepgram(SecretStr(emulator.credentials["owner"]), emulator.url, frozen=True)
    assert await frozen.members(project.project_id)
    for call in (
        frozen.send_invite(project.project_id, "ana@acme.example", "member"),
        frozen.remove_member(project.project_id, GOOD),
        frozen.grant_token(),
    ):
        with pytest.raises(Unavailable, match="restored from a backup"):
            await call
    await frozen.aclose()
