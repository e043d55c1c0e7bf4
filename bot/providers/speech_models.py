"""Models as values: what can be spoken to (``stt``) and what speaks (``tts``)."""

from __future__ import annotations

from typing import Literal

from bot.providers.lenient import Lenient, MaybeBool, MaybeText, Text, Texts

Kind = Literal["stt", "tts"]


class Voice(Lenient):
    """How a speaking model sounds; ``sample`` and ``image`` are addresses."""

    accent: MaybeText = None
    age: MaybeText = None
    color: MaybeText = None
    image: MaybeText = None
    sample: MaybeText = None
    tags: Texts = ()
    use_cases: Texts = ()


class SpeechModel(Lenient):
    """One version of a model. The last three are told of ``stt`` only, ``voice`` of ``tts`` only."""

    model_id: Text
    kind: Kind
    name: Text = ""
    canonical_name: Text = ""
    architecture: Text = ""
    languages: Texts = ()
    version: Text = ""
    voice: Voice | None = None
    batch: MaybeBool = None
    streaming: MaybeBool = None
    formatted_output: MaybeBool = None
