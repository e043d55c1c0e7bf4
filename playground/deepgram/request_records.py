"""A recorded request as the vendor answers it: the shapes of live records published with its Rust SDK."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from playground.deepgram.catalogue import READER_ID
from playground.deepgram.ledger import Ledger, Slot
from playground.deepgram.request_ids import request_id
from playground.deepgram.state import Project, State, StoredKey
from playground.deepgram.workloads import COST_PER_DOLLAR, SECONDS_PER_TICK, Figures, Workload

REGION = "hosted:us"


def record(state: State, ledger: Ledger, project: Project, slot: Slot) -> dict[str, Any]:
    """Return a request's record as far as it is known now."""
    key = project.streams[slot.stream]
    workload = slot.workload(key)
    response = _response(ledger, key, workload, slot) if ledger.is_ready(slot) else None
    shown = {
        "request_id": request_id(project, slot),
        "project_uuid": project.project_id,
        "created": moment_text(slot.created),
        "path": _path(key, workload),
        "api_key_id": key.key_id,
        "response": response,
        "callback": {"attempts": 1 + slot.size % 3} if workload.calls_back and response else None,
    }
    if response and state.outcome_place == "top":
        shown |= {name: response.pop(name) for name in ("code", "deployment") if name in response}
    return shown


def moment_text(moment: datetime) -> str:
    """Return a moment with six digits after the second."""
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}Z"


def _path(key: StoredKey, workload: Workload) -> str:
    query = [workload.query] if workload.query else []
    query += [f"tag={quote(tag, safe='')}" for tag in key.tags]
    return f"{workload.path}?{'&'.join(query)}"


def _response(ledger: Ledger, key: StoredKey, workload: Workload, slot: Slot) -> dict[str, Any]:
    completed = moment_text(slot.created + timedelta(milliseconds=200 + slot.size % 5000))
    if slot.outcome == "failed":
        words = "No such model/version combination found."
        return {"method": workload.method, "message": words, "code": 400, "completed": completed}
    figures = workload.figures(slot.size, priced=ledger.is_priced(slot))
    details = {
        "usd": figures.cost / COST_PER_DOLLAR,
        **_audio(workload, figures),
        "models": [model.model_id] if (model := workload.model) else [READER_ID] if workload.meter == "text" else [],
        "method": workload.method,
        "tags": key.tags,
        "features": list(workload.features),
        "config": {},
    }
    return {
        "details": details,
        **_text(workload, figures),
        **_speech(workload, figures),
        **_agent(workload, figures),
        "code": 101 if workload.method == "streaming" else 200,
        "completed": completed,
        "deployment": REGION,
    }


def _audio(workload: Workload, figures: Figures) -> dict[str, Any]:
    """Return the group of audio figures, which other requests do not have."""
    if workload.meter != "audio":
        return {}
    return {
        "duration": seconds(figures.ticks),
        "total_audio": seconds(figures.total_ticks),
        "channels": workload.channels,
        "streams": 1,
        "tier": workload.line_item.partition("::")[2],
        "metadata": {},
    }


def _text(workload: Workload, figures: Figures) -> dict[str, Any]:
    if workload.meter != "text":
        return {"token_details": []}
    tokens = {"input": figures.tokens_in, "output": figures.tokens_out}
    return {"token_details": [{"feature": "summarize", **tokens, "model": READER_ID}]}


def _speech(workload: Workload, figures: Figures) -> dict[str, Any]:
    if workload.meter != "characters" or workload.model is None:
        return {}
    segment = {"characters": figures.characters, "model": workload.model.model_id, "tier": "aura-2"}
    audio = {"content_type": "audio/wav", "encoding": "linear16", "sample_rate": 16000, "bit_rate": None}
    return {"tts_details": {"audio_metadata": audio, "speech_segments": [segment]}}


def _agent(workload: Workload, figures: Figures) -> dict[str, Any]:
    if workload.meter != "agent":
        return {}
    tokens = {"llm_input_tokens": figures.tokens_in, "llm_output_tokens": figures.tokens_out, "tts_characters": 0}
    return {
        "sts_details": {
            "llms": [],
            "custom_llm": False,
            "tier": "standard",
            "input_audio": {"encoding": "linear16", "sample_rate": 16000},
            "output_audio": {"encoding": None, "sample_rate": None, "stream": True},
            "metadata": tokens,
            "duration": seconds(figures.agent_ticks),
        }
    }


def seconds(ticks: int) -> float:
    """Return seconds with two digits."""
    return round(ticks * SECONDS_PER_TICK, 2)
