"""The path of a recorded request, fit to be shown: its query may hold callback addresses, names and secrets."""

from __future__ import annotations

import re

HIDDEN = "[hidden]"
# What these carry is chosen from the vendor's lists; everything else is somebody's own text or address.
_HARMLESS = frozenset(
    """alternatives callback_method channels container bit_rate custom_intent_mode custom_topic_mode detect_entities
    detect_language diarize dictation encoding endpointing filler_words intents interim_results language measurements
    mip_opt_out model multichannel no_delay numerals paragraphs profanity_filter punctuate sample_rate sentiment
    smart_format speed summarize tier topics utt_split utterance_end_ms utterances vad_events version
    eot_threshold eager_eot_threshold eot_timeout_ms""".split()  # noqa: SIM905  forty names read better so
)
_PATH = re.compile(r"(/[a-z0-9-]{1,20}){1,4}")
_NAME = re.compile(r"[a-z_]{1,30}")
_VALUE = re.compile(r"[A-Za-z0-9._:-]{0,40}")
_SECRET = re.compile(r"[A-Za-z0-9]{24,}")


def shown_path(path: str) -> str:
    """Return the path with the values of all but harmless parameters hidden, and anything unexpected hidden whole.

    ``/v1/listen?model=nova-3&callback=https%3A…`` becomes ``/v1/listen?model=nova-3&callback=[hidden]``.
    """
    route, has_query, query = path.partition("?")
    if _PATH.fullmatch(route) is None:
        return HIDDEN
    if not (has_query and query):
        return route
    return f"{route}?{'&'.join(_shown_part(part) for part in query.split('&'))}"


def endpoint_of(path: str) -> str:
    """Return what a request was for, such as "listen" of ``/v1/listen?…``; empty if that cannot be told."""
    route = shown_path(path).partition("?")[0].split("/")
    return route[2] if len(route) > 2 else ""


def _shown_part(part: str) -> str:
    name, equals, value = part.partition("=")
    if _NAME.fullmatch(name) is None:
        return HIDDEN
    harmless = name in _HARMLESS and _VALUE.fullmatch(value) and not _SECRET.search(value)
    return f"{name}{equals}{value if harmless or not value else HIDDEN}"
