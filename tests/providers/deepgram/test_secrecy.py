"""Neither Keydesk's credential nor a new key's secret is in any repr, error or log line."""

import logging
import traceback

import httpx
import pytest
from pydantic import SecretStr

from bot.errors import BotError, CredentialsRejected
from bot.providers.answers import Answer
from bot.providers.deepgram.client import Deepgram
from bot.providers.values import CreatedKey
from playground.deepgram.faults import Kind
from playground.deepgram.server import DeepgramEmulator
from playground.deepgram.state import Project
from tests.limits import PatientLimits
from tests.providers.deepgram.conftest import SHORT, no_pause

CANARY = "5ec2e7" * 7


async def test_a_new_secret_shows_in_no_repr_and_no_log(
    deepgram: Deepgram, emulator: DeepgramEmulator, project: Project, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore"):
        caplog.set_level(logging.DEBUG, logger=name)
    created = await deepgram.create_key(project.project_id, comment="c", scopes=["usage:write"])
    seen = f"{created!r} {created} {created.model_dump()} {created.model_dump_json()} {deepgram!r} {caplog.text}"
    assert "httpcore" in caplog.text
    assert created.secret.get_secret_value() not in seen
    assert emulator.credentials["admin"] not in seen


@pytest.mark.parametrize("kind", ["401", "403", "500", "html", "truncated", "drop_after"])
async def test_an_error_carries_no_credential_in_its_traceback(
    deepgram: Deepgram, emulator: DeepgramEmulator, project: Project, kind: Kind
) -> None:
    emulator.faults.add(kind, "POST")
    with pytest.raises(BotError) as raised:
        await deepgram.create_key(project.project_id, comment="c", scopes=["usage:write"])
    shown = "".join(traceback.format_exception(raised.value)) + repr(vars(raised.value))
    assert "emulated-" not in shown
    assert raised.value.__cause__ is raised.value.__context__ is None


async def test_a_key_in_an_odd_answer_is_not_in_the_error(project: Project) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"key": CANARY, "api_key_id": None})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        with pytest.raises(BotError) as raised:
            await Deepgram(SecretStr("k"), client=client).create_key(project.project_id, comment="c", scopes=["x"])
    assert CANARY not in "".join(traceback.format_exception(raised.value)) + repr(vars(raised.value))


@pytest.mark.parametrize("value", ["", "  ", f"{CANARY}\n{CANARY}", f"{CANARY} x", f"{CANARY}é"])
def test_a_key_that_cannot_stand_in_a_header_is_refused_without_being_quoted(value: str) -> None:
    with pytest.raises(CredentialsRejected) as raised:
        Deepgram(SecretStr(value))
    assert CANARY not in "".join(traceback.format_exception(raised.value))


def test_a_created_key_is_compared_without_showing_its_secret() -> None:
    key = CreatedKey(key_id="a", project_id="b", secret=SecretStr(CANARY))
    assert CANARY not in f"{key!r}{key.model_dump()}"


def test_an_answer_shows_no_body() -> None:
    assert CANARY not in repr(Answer(200, CANARY))


async def test_a_proxy_of_the_environment_never_sees_the_credential(
    emulator: DeepgramEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    deepgram = Deepgram(
        SecretStr(emulator.credentials["admin"]),
        emulator.url,
        limits=PatientLimits(emulator.faults, SHORT),
        pause=no_pause,
    )
    assert len(await deepgram.projects()) == 9
    await deepgram.aclose()
