"""Searching models, and remembering them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from pydantic import SecretStr

from bot.errors import ProviderError
from bot.models import service
from bot.models.catalogue import MOST_REMEMBERED, REMEMBERED, ModelCatalogue
from bot.models.service import ModelsWanted, named, search
from bot.providers.deepgram.client import Deepgram
from bot.providers.deepgram.speech_models import SpeechModels, model_of
from bot.providers.speech_models import SpeechModel
from playground.deepgram.catalogue import MODELS
from playground.deepgram.server import DeepgramEmulator
from tests.clocks import SetClock
from tests.factories import NOON

EVERY = [model for each in MODELS if (model := model_of(each.kind, each.described())) is not None]


def names(found: list[SpeechModel]) -> list[str]:
    return [service.shown_name(model) for model in found]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("medical", ["nova-3-medical"]),
        ("NOVA-2 phone", ["nova-2-phonecall"]),
        ("tts en", ["aura-2-thalia", "aura-asteria"]),
        ("es-co", ["aura-2-celeste"]),
        ("ja tts", ["aura-2-izanami"]),
        ("flux batch", []),
        ("flux streaming", ["flux-general"]),
        ("no such thing", []),
    ],
)
def test_every_word_must_match(typed: str, found: list[str]) -> None:
    assert names(search(EVERY, ModelsWanted(typed).words)) == found


def test_the_word_outdated_is_a_wish_and_not_a_name() -> None:
    assert (ModelsWanted("nova Outdated").outdated, ModelsWanted("nova Outdated").words) == (True, ("nova",))
    assert not ModelsWanted("nova").outdated


def test_a_model_is_named_by_id_or_name_or_architecture() -> None:
    medical = next(model for model in EVERY if model.name == "medical")

    assert named(EVERY, medical.model_id.upper()) == [medical]
    assert named(EVERY, " Nova-3-Medical ") == [medical]
    assert named(EVERY, "medical") == [medical]
    assert len(named(EVERY, "general")) > 1
    assert medical in named(EVERY, "nova-3")
    assert named(EVERY, "nova") == []


def test_a_near_miss_gets_a_suggestion() -> None:
    assert "Did you mean nova-3-medical?" in service.unknown(EVERY, "nova-3-medcal").text
    assert "Did you mean" not in service.unknown(EVERY, "zzzz").text


@pytest.fixture
async def deepgram(emulator: DeepgramEmulator) -> AsyncIterator[Deepgram]:
    client = Deepgram(SecretStr(emulator.credentials["admin"]), emulator.url)
    yield client
    await client.aclose()


async def test_a_list_is_read_once_in_ten_minutes(emulator: DeepgramEmulator, deepgram: Deepgram) -> None:
    clock, project_id = SetClock(NOON), next(iter(emulator.state.projects))
    catalogue = ModelCatalogue(deepgram, clock)
    first = await catalogue.read(project_id)
    emulator.faults.add("503", "GET", "models", times=99)
    clock.move(REMEMBERED - timedelta(seconds=1))
    assert await catalogue.read(project_id) is first
    clock.move(timedelta(seconds=1))
    with pytest.raises(ProviderError):
        await catalogue.read(project_id)


async def test_what_is_forgotten_is_read_again(emulator: DeepgramEmulator, deepgram: Deepgram) -> None:
    clock, project_id = SetClock(NOON), next(iter(emulator.state.projects))
    catalogue = ModelCatalogue(deepgram, clock)
    first = await catalogue.read(project_id)
    every = await catalogue.read(project_id, outdated=True)
    assert len(every.models) > len(first.models)
    clock.move(timedelta(minutes=1))
    catalogue.forget(project_id)
    assert (await catalogue.read(project_id)).read_at == clock.now()


class Reader(SpeechModels):
    """Something that has a model for every project, and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def project_models(self, project_id: str, *, include_outdated: bool = False) -> list[SpeechModel]:
        self.asked.append(f"{project_id} {include_outdated}")
        return []


async def test_memory_is_bounded() -> None:
    reader = Reader()
    catalogue = ModelCatalogue(reader, SetClock(NOON))
    for number in range(MOST_REMEMBERED + 1):
        await catalogue.read(f"p{number}")
    await catalogue.read(f"p{MOST_REMEMBERED}")
    assert len(reader.asked) == MOST_REMEMBERED + 1
    await catalogue.read("p0")
    assert reader.asked[-1] == "p0 False"
