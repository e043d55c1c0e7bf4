"""Deepgram's models: what can be spoken to (``stt``) and what speaks (``tts``)."""

from __future__ import annotations

from typing import Any

from bot.providers.deepgram.endpoints import Endpoints, listed, project_path
from bot.providers.deepgram.ids import path_id
from bot.providers.http import ProviderCall
from bot.providers.lenient import object_or_empty
from bot.providers.speech_models import Kind, SpeechModel


class SpeechModels(Endpoints):
    """The endpoints ``/v1/models`` and ``/v1/projects/{project_id}/models``."""

    async def models(self, *, include_outdated: bool = False) -> list[SpeechModel]:
        """Return the public models, listening ones first; ``include_outdated`` adds versions that were replaced."""
        return await self._models("/v1/models", include_outdated)

    async def project_models(self, project_id: str, *, include_outdated: bool = False) -> list[SpeechModel]:
        """Return the models that a project may use: the public ones and its own."""
        return await self._models(f"{project_path(project_id)}/models", include_outdated)

    async def model(self, model_id: str) -> SpeechModel:
        """Return one public model.

        Raises:
            NotUnderstood: the id is no UUID.
            NotFound: there is no such model.
        """
        return await self._model(f"/v1/models/{path_id(model_id, 'model')}")

    async def project_model(self, project_id: str, model_id: str) -> SpeechModel:
        """Return one model that a project may use.

        Raises:
            NotUnderstood: an id is no UUID.
            NotFound: there is no such model.
        """
        return await self._model(f"{project_path(project_id)}/models/{path_id(model_id, 'model')}")

    async def _models(self, path: str, include_outdated: bool) -> list[SpeechModel]:
        params = {"include_outdated": "true"} if include_outdated else None
        body = await self._transport.read(path, "to list the models", params=params)
        return [*await listed(body, "stt", _listening), *await listed(body, "tts", _speaking)]

    async def _model(self, path: str) -> SpeechModel:
        doing = "to read the model"
        body = await self._transport.read(path, doing)
        found = model_of(kind_of(body), body)
        if found is None:
            raise self._transport.no_answer(ProviderCall("GET", path, doing))
        return found


def kind_of(body: dict[str, Any]) -> Kind:
    """Return the kind of a single model, which its answer does not name: only a voice has ``metadata``."""
    return "tts" if isinstance(body.get("metadata"), dict) else "stt"


def model_of(kind: Kind, value: object) -> SpeechModel | None:
    """Read a model; None without an id."""
    body = object_or_empty(value)
    voice = object_or_empty(body.get("metadata")) if kind == "tts" else None
    model = SpeechModel.model_validate(body | {"model_id": body.get("uuid"), "kind": kind, "voice": voice})
    return model if model.model_id else None


def _listening(value: object) -> SpeechModel | None:
    return model_of("stt", value)


def _speaking(value: object) -> SpeechModel | None:
    return model_of("tts", value)
