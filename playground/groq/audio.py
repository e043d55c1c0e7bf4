"""Sound: how long uploaded audio is, what the emulated models hear in it, and the sound of a text."""

from __future__ import annotations

import io
import wave
from typing import Any

from playground.groq.answers import request_id, words

BYTES_A_SECOND = 16_000
WORDS_A_SECOND = 2
LETTERS_A_SECOND = 15
RATE = 8_000  # samples a second of what is spoken


def seconds_of(sound: bytes) -> float:
    """Return how long audio is: what the header of a WAV file says, else a second for 16,000 bytes."""
    try:
        with wave.open(io.BytesIO(sound)) as opened:
            return float(opened.getnframes() / opened.getframerate())
    except (wave.Error, EOFError, ZeroDivisionError):
        return len(sound) / BYTES_A_SECOND


def heard(seconds: float, task: str, *, is_verbose: bool, with_words: bool) -> dict[str, Any]:
    """Return what was heard in so many seconds; only the verbose answer tells how long they were."""
    spoken = words(max(1, int(seconds * WORDS_A_SECOND)))
    text = "".join(spoken)
    answer: dict[str, Any] = {"text": text, "x_groq": {"id": request_id()}}
    if not is_verbose:
        return answer
    segment = {"id": 0, "seek": 0, "start": 0.0, "end": seconds, "text": text, "tokens": [], "temperature": 0.0}
    rated = {"avg_logprob": -0.1, "compression_ratio": 1.0, "no_speech_prob": 0.0}
    answer |= {"task": task, "language": "English", "duration": seconds, "segments": [segment | rated]}
    if with_words:
        pace = seconds / len(spoken)
        timed = enumerate(spoken)
        answer["words"] = [{"word": each.strip(), "start": at * pace, "end": (at + 1) * pace} for at, each in timed]
    return answer


def spoken(text: str) -> bytes:
    """Return silence as long as it would take to say this, as a WAV file."""
    written = io.BytesIO()
    with wave.open(written, "wb") as opened:
        opened.setnchannels(1)
        opened.setsampwidth(2)
        opened.setframerate(RATE)
        opened.writeframes(bytes(2 * (RATE * len(text) // LETTERS_A_SECOND)))
    return written.getvalue()
