"""What Keydesk shows of keys, with made-up values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.keys import request_form, service
from bot.keys import views as keys
from bot.keys.operations import PLACE_LONGEST, PURPOSE_LONGEST
from bot.keys.request_form import KeyRequestForm
from bot.projects.operations import NAME_LONGEST
from bot.providers.deepgram.vendor import DEEPGRAM
from bot.store.customers import TAG_LONGEST
from bot.store.keys import Key
from tests.factories import NOON, PROJECT, create_key, key

View = dict[str, Any]
Shown = View | list[View]


def with_text(text: str) -> Iterator[tuple[str, Shown]]:
    """Yield the views whose every foreign text is this one."""
    yield "keys form", form(text)
    yield "keys asked", keys.asked(text, text)
    yield "keys secret", secret(text)
    yield "keys list", page_of_keys(text, text[:100])
    yield "keys details", keys.key_details(some_keys(text)[2], text[:NAME_LONGEST], NOON, mine=True)
    yield "keys ending", keys.ask_to_end(some_keys(text)[0], text[:NAME_LONGEST], NOON)


def with_nothing() -> Iterator[tuple[str, Shown]]:
    """Yield the views that have nothing to show, and a few others."""
    yield "keys form · no project", form(project=None, deciders="")
    yield "keys form · nobody decides", form(deciders="")
    yield "keys form · longer than usual", form(recommended_days=45, most_days=365)
    yield "keys form · shorter than recommended", form(recommended_days=30, most_days=7)
    ended = key(1, id="ky1", state="ended", ended_at=NOON, end_reason="It leaked.")
    yield "keys details · ended", keys.key_details(ended, "production", NOON, mine=False)
    yield "keys list · nothing", page_of_keys("production", total=0)
    yield "keys list · nothing found", page_of_keys("production", "<!channel> *x*", total=0)


def some_keys(text: str) -> tuple[Key, ...]:
    """Return keys in every way a list meets them, each with this text."""
    given = {"purpose": text, "place": text, "customer": text or None}
    return (
        key(1, id="ky1", **given),
        key(2, id="ky2", **given, state="ending"),
        key(3, id="ky3", **given, owner=None, mint_id=None, ends_at=None, member_email=text or None),
        key(4, id="ky4", **given, ends_at=NOON - timedelta(minutes=1), preset="speech"),
    )


def page_of_keys(text: str, words: str = "", total: int = 400) -> list[View]:
    """Draw a page in the middle of many keys."""
    listed = some_keys(text) * 2 + some_keys(text)[:2] if total else ()
    drawn = tuple(Key(**{**each.model_dump(), "id": f"ky{number}"}) for number, each in enumerate(listed))
    return keys.key_list(
        service.KeyPage(f"Keys in {text[:NAME_LONGEST]}", drawn, total, 2 if total else 1, 10, words),
        now=NOON,
        fresh="read from Deepgram just now",
        endable=frozenset({"ky0", "ky4"}),
        vendor=DEEPGRAM,
        beyond=True,
        action="keys.list",
        value=f"{PROJECT}:{words}",
        refresh=True,
        names={PROJECT: text[:NAME_LONGEST]},
    )


def form(text: str = "production", **changes: Any) -> View:
    """Draw the form that asks for a key."""
    seen = KeyRequestForm((PROJECT, text or "–"), 30, 90, f"@{text} and @raj", 2, NOON)
    return request_form.request_form(replace(seen, **changes))


def secret(text: str) -> View:
    """Draw the window that shows a key."""
    wish = create_key(
        purpose=text[:PURPOSE_LONGEST] or "–", place=text[:PLACE_LONGEST] or "–", customer="c" * TAG_LONGEST
    )
    return keys.secret(key(1, id="ky1"), wish, text, "emulated-" + "0" * 40, DEEPGRAM)
