"""The emulated Groq's audio, spoken to by the official SDKs."""

from __future__ import annotations

import io
import wave
from typing import Any

import groq
import httpx
import openai
import pytest

from playground.groq import server
from playground.groq.state import Served
from tests.playground.groq.conftest import Groq
from tests.sdks import TRUSTS_NOBODY

WHISPER = "whisper-large-v3"
TURBO = "whisper-large-v3-turbo"
ORPHEUS = "canopylabs/orpheus-v1-english"


def sound(seconds: float) -> tuple[str, bytes]:
    """Return silence as a file to upload."""
    written = io.BytesIO()
    with wave.open(written, "wb") as opened:
        opened.setnchannels(1)
        opened.setsampwidth(1)
        opened.setframerate(100)
        opened.writeframes(bytes(int(100 * seconds)))
    return "silence.wav", written.getvalue()


async def hears(here: Groq, seconds: float) -> Any:
    """Transcribe so many seconds by the Groq SDK; untyped, for its types know none of the verbose answer."""
    return await here.groq.audio.transcriptions.create(
        model=WHISPER, file=sound(seconds), response_format="verbose_json"
    )


async def test_both_sdks_have_audio_transcribed_and_the_verbose_answer_tells_how_long_it_was(here: Groq) -> None:
    assert (await hears(here, 2.5)).duration == 2.5
    verbose = await here.openai.audio.transcriptions.create(
        model=WHISPER, file=sound(2.5), response_format="verbose_json", timestamp_granularities=["word"]
    )
    assert verbose.duration == 2.5
    assert verbose.words is not None
    assert [each.word for each in verbose.words] == ["The", "quick", "brown", "fox", "jumps"]
    short = await here.openai.audio.transcriptions.create(model=WHISPER, file=sound(2.5))
    assert short.text == "The quick brown fox jumps"
    assert here.emulator.state.served == {(here.key, WHISPER): Served(calls=3, audio_seconds=7.5)}


async def test_audio_may_be_named_by_its_address(here: Groq) -> None:
    here.emulator.state.url_seconds = 90.0
    await here.groq.audio.transcriptions.create(model=WHISPER, url="https://example.com/talk.mp3")
    assert here.emulator.state.served[here.key, WHISPER].audio_seconds == 90.0


async def test_a_file_of_another_kind_is_as_long_as_a_test_says_or_as_its_bytes(here: Groq) -> None:
    await here.groq.audio.transcriptions.create(model=WHISPER, file=("talk.mp3", bytes(32_000)))
    here.emulator.state.audio_seconds = 30.0
    await here.groq.audio.transcriptions.create(model=WHISPER, file=("talk.mp3", bytes(32_000)))
    assert here.emulator.state.served[here.key, WHISPER].audio_seconds == 32.0


async def test_only_the_larger_whisper_translates(here: Groq) -> None:
    answer = await here.groq.audio.translations.create(model=WHISPER, file=sound(1))
    assert answer.text == "The quick"
    with pytest.raises(groq.BadRequestError, match="does not support audio translations"):
        await here.groq.audio.translations.create(model=TURBO, file=sound(1))


async def test_speech_is_a_wav_file(here: Groq) -> None:
    answer = await here.openai.audio.speech.create(model=ORPHEUS, voice="troy", input="x" * 30, response_format="wav")
    with wave.open(io.BytesIO(answer.content)) as opened:
        assert opened.getnframes() / opened.getframerate() == 2.0
    assert here.emulator.state.served[here.key, ORPHEUS] == Served(calls=1, input_tokens=7, characters=30)
    with pytest.raises(openai.BadRequestError, match="response_format"):
        await here.openai.audio.speech.create(model=ORPHEUS, voice="troy", input="x", response_format="mp3")


@pytest.mark.parametrize(("metric", "words"), [("ASH", "hour"), ("ASD", "day")])
async def test_limits_of_seconds_bite(here: Groq, metric: str, words: str) -> None:
    here.organization.limits[WHISPER] = {metric: 100}
    await hears(here, 60)
    told = rf"seconds of audio per {words} \({metric}\): Limit 100, Used 60, Requested 41\."
    with pytest.raises(groq.RateLimitError, match=told):
        await hears(here, 40.5)
    await hears(here, 40)
    with pytest.raises(groq.APIStatusError, match="Requested 101, please reduce") as refused:
        await hears(here, 101)
    assert refused.value.status_code == 413


async def test_what_is_no_audio_is_refused(here: Groq) -> None:
    with pytest.raises(groq.BadRequestError, match="file is empty"):
        await here.groq.audio.transcriptions.create(model=WHISPER, file=("empty.wav", b""))
    with pytest.raises(groq.BadRequestError, match="does not support audio transcriptions"):
        await here.groq.audio.transcriptions.create(model=ORPHEUS, file=sound(1))
    headers = {"authorization": f"Bearer {here.key}"}
    async with httpx.AsyncClient(verify=TRUSTS_NOBODY, base_url=here.emulator.url, headers=headers) as client:
        answer = await client.post("/openai/v1/audio/transcriptions", json={"model": WHISPER})
    assert answer.status_code == 400
    assert "isn't multipart/form-data" in answer.json()["error"]["message"]
    assert here.emulator.state.served == {}


async def test_a_body_beyond_all_bounds_is_refused_in_groqs_shape(here: Groq, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "LARGEST_BODY", 1_000)
    await here.emulator.stop()
    small = here.groq.with_options(base_url=await here.emulator.start())
    with pytest.raises(groq.APIStatusError, match="Request Entity Too Large") as refused:
        await small.audio.transcriptions.create(model=WHISPER, file=sound(60))
    assert refused.value.status_code == 413
