"""Odd answers become unknown parts, never a crash and never a wrong "never"."""

import logging
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Unavailable
from bot.providers.deepgram.endpoints import listed
from bot.providers.deepgram.models import created_key_of, key_of, project_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
FIELDS = st.dictionaries(
    st.sampled_from(["api_key_id", "comment", "scopes", "tags", "created", "expiration_date", "key", "member"]), JSON
)


@given(st.one_of(JSON, FIELDS, st.fixed_dictionaries({"member": JSON, "api_key": FIELDS})))
def test_any_json_is_a_key_or_none(value: Any) -> None:
    key = key_of("p", value)
    assert key is None or key.key_id


@given(FIELDS | st.fixed_dictionaries({"api_key_id": st.text(), "key": st.text(), "created": JSON, "tags": JSON}))
def test_any_json_is_a_created_key_or_none(value: dict[str, Any]) -> None:
    created = created_key_of("p", value)
    assert created is None or created.secret.get_secret_value() == value["key"]


@given(JSON | st.fixed_dictionaries({"project_id": JSON, "name": JSON, "mip_opt_out": JSON}))
def test_any_json_is_a_project_or_none(value: Any) -> None:
    project = project_of(value)
    assert project is None or project.project_id


@pytest.mark.parametrize(
    ("told", "understood"),
    [
        ("2026-01-31T00:00:00Z", datetime(2026, 1, 31, tzinfo=UTC)),
        ("2024-05-21T17:19:49.373761Z", datetime(2024, 5, 21, 17, 19, 49, 373761, UTC)),
        ("2026-01-31T02:00:00+02:00", datetime(2026, 1, 31, tzinfo=UTC)),
        ("2026-01-31T00:00:00", datetime(2026, 1, 31, tzinfo=UTC)),
        ("9999-12-31T23:59:59-05:00", None),
        ("never", None),
        (1700000000, None),
        (None, None),
    ],
)
def test_moments_are_aware_utc_or_unknown(told: object, understood: datetime | None) -> None:
    key = key_of("p", {"api_key_id": "a", "expiration_date": told})
    assert key is not None
    assert key.expiration_date == understood


def test_texts_lose_what_a_database_cannot_hold() -> None:
    key = key_of("p", {"api_key_id": "a", "comment": "a\x00b\ud800", "scopes": ["x", None, 1]})
    assert key is not None
    assert (key.comment, key.scopes) == ("ab?", ("x",))


async def test_entries_without_an_id_are_left_out_and_counted(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    body = {"projects": [{"project_id": "a"}, {"name": "no id"}, None, 7]}
    found = await listed(body, "projects", project_of)
    assert [project.project_id for project in found] == ["a"]
    assert found.left_out == 3
    assert "left out 3 entries" in caplog.text
    with pytest.raises(Unavailable, match="cannot be told"):
        found.certain("projects")


async def test_a_null_list_is_empty_but_a_missing_one_is_trouble() -> None:
    assert await listed({"projects": None}, "projects", project_of) == []
    odd_bodies: list[dict[str, Any]] = [{}, {"projects": {}}, {"projects": "x"}]
    for odd in odd_bodies:
        with pytest.raises(Unavailable):
            await listed(odd, "projects", project_of)
