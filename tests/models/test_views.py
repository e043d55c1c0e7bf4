"""Lists of models, drawn."""

from __future__ import annotations

from datetime import timedelta

from bot.models import views
from bot.providers.deepgram.vendor import DEEPGRAM
from bot.slack.words import fallback_text
from tests import gallery
from tests.factories import NOON


def test_the_age_of_the_list_is_told() -> None:
    assert views.fresh(NOON, NOON, DEEPGRAM).endswith("just now")
    assert views.fresh(NOON, NOON + timedelta(minutes=4), DEEPGRAM).endswith("4 minutes ago")


def test_an_id_too_long_for_a_button_has_none() -> None:
    rows = [block for block in gallery.page_of_models("x" * 3000) if block["type"] == "section"]

    assert len(rows) == 10
    assert not any("accessory" in row for row in rows)


def test_paging_keeps_what_was_searched() -> None:
    drawn = gallery.page_of_models("nova", "en outdated")
    values = [element["value"] for block in drawn for element in block.get("elements", []) if "value" in element]

    assert all(value.endswith(":en outdated") for value in values)


def test_only_listening_models_say_what_they_offer() -> None:
    listening, speaking = (views.details(gallery.model("nova", n), "production", DEEPGRAM, NOON, NOON) for n in (0, 1))

    assert "batch: yes, streaming: no, formatted output: unknown" in fallback_text(listening)
    assert "streaming" not in fallback_text(speaking)
