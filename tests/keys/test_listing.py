"""Lists of keys: whole, paged, searchable, and offering an end only to those who may."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import NotAllowed, NotUnderstood
from bot.keys import listing, service
from bot.keys.listing import PAGE, KeyReader, KeysWanted, read_wanted
from bot.providers.deepgram.client import Deepgram
from bot.slack.pages import WORDS_LONGEST
from bot.slack.words import fallback_text
from bot.store import mirrors
from bot.store.database import Database
from tests.factories import ANA, EVE, NOON, OWNER, PROJECT, RAJ, actor, add, bench, key, set_up

Block = dict[str, Any]


@pytest.fixture
def store(small_store: Database) -> Database:
    """A store with one project."""
    set_up(small_store)
    return small_store


async def drawn(store: Database, deepgram: Deepgram, wanted: KeysWanted, who: str = ANA) -> list[Block]:
    made = await bench(store, deepgram)
    with store.reading() as session:
        return listing.draw(session, KeyReader(made.desk, actor(who)), wanted, NOON)


def rows(blocks: list[Block]) -> list[Block]:
    return [block for block in blocks if block.get("accessory", {}).get("type") == "overflow"]


def values(blocks: list[Block]) -> dict[str, str]:
    return {
        element["text"]["text"]: element["value"]
        for block in blocks
        if block["type"] == "actions"
        for element in block["elements"]
    }


async def test_hundreds_of_keys_are_read_page_by_page(store: Database, deepgram: Deepgram) -> None:
    add(store, *(key(number, ends_at=NOON + timedelta(days=number + 1)) for number in range(95)))
    wanted, seen = KeysWanted(project_id=PROJECT), []
    while True:
        blocks = await drawn(store, deepgram, wanted)
        seen += [block["text"]["text"] for block in rows(blocks)]
        following = values(blocks).get("Next page")
        if following is None:
            break
        wanted = read_wanted(following, owner=None)
    assert len(seen) == len(set(seen)) == 95
    assert wanted.number == 10
    assert "95 keys" in fallback_text(blocks)


async def test_turning_past_the_end_shows_the_last_page(store: Database, deepgram: Deepgram) -> None:
    add(store, *(key(number) for number in range(PAGE + 1)))
    blocks = await drawn(store, deepgram, KeysWanted(project_id=PROJECT, number=99))
    assert len(rows(blocks)) == 1
    assert "Page 2 of 2" in fallback_text(blocks)


async def test_searching_stays_while_paging(store: Database, deepgram: Deepgram) -> None:
    add(store, *(key(number, purpose=f"call: summary {number}") for number in range(25)), key(99, purpose="other"))
    blocks = await drawn(store, deepgram, KeysWanted(project_id=PROJECT, words="call: sum"))
    following = read_wanted(values(blocks)["Next page"], owner=None)
    assert following == KeysWanted(PROJECT, None, "call: sum", 2)
    assert "25 keys" in fallback_text(await drawn(store, deepgram, following))


@pytest.mark.parametrize(("who", "endable"), [(ANA, [1]), (EVE, [2]), (RAJ, [1, 2, 3]), (OWNER, [1, 2, 3])])
async def test_an_end_is_offered_to_those_who_may(
    store: Database, deepgram: Deepgram, who: str, endable: list[int]
) -> None:
    foreign = {"owner": None, "mint_id": None}
    add(store, key(1), key(2, owner=EVE), key(3, **foreign), key(4, state="ending", owner=who))
    blocks = await drawn(store, deepgram, KeysWanted(project_id=PROJECT), who)
    offered = [int(block["text"]["text"][1:9]) for block in rows(blocks) if len(block["accessory"]["options"]) == 2]
    assert sorted(offered) == endable


async def test_ones_own_keys_are_shown_in_every_project(store: Database, deepgram: Deepgram) -> None:
    set_up(store, project_id="p2", name="staging")
    add(store, key(1), key(2, project_id="p2"), key(3, owner=EVE))
    words = fallback_text(await drawn(store, deepgram, KeysWanted(owner=ANA)))
    assert "2 keys" in words
    assert "staging" in words
    assert "purpose 3" not in words


async def test_the_list_says_how_old_it_is_and_what_went_wrong(store: Database, deepgram: Deepgram) -> None:
    name = mirrors.of_keys(PROJECT)
    wanted = KeysWanted(project_id=PROJECT)
    assert "not read from Deepgram yet" in fallback_text(await drawn(store, deepgram, wanted))
    with store.transaction() as session:
        mirrors.succeeded(session, name, NOON)
    assert "02 Mar 2026 12:00 UTC" in fallback_text(await drawn(store, deepgram, wanted))
    with store.transaction() as session:
        mirrors.failed(session, name, "Deepgram is <busy>.")
    words = fallback_text(await drawn(store, deepgram, wanted))
    assert "02 Mar 2026 12:00 UTC" in words
    assert "the last try failed: Deepgram is &lt;busy&gt;." in words


@given(st.text())
def test_any_paging_value_is_a_page(value: str) -> None:
    wanted = read_wanted(value, owner=ANA)
    assert wanted.owner == ANA
    assert 1 <= wanted.number < 10**6
    assert len(wanted.words) <= WORDS_LONGEST


@given(st.text(alphabet=st.characters(exclude_characters=":")), st.text(max_size=150), st.integers(1, 999_999))
def test_what_a_paging_button_carries_is_read_back(project_id: str, words: str, number: int) -> None:
    wanted = KeysWanted(project_id or None, None, words[:WORDS_LONGEST], number)
    assert read_wanted(f"{number}:{wanted.value}", owner=None) == wanted


# --- one key ---


async def one(store: Database, deepgram: Deepgram, key_id: str, who: str, *, ask: bool) -> list[Block]:
    made = await bench(store, deepgram)
    with store.reading() as session:
        reader = KeyReader(made.desk, actor(who))
        return listing.draw_one(session, reader, key_id, NOON, ask=ask)


async def test_one_key_is_shown_to_all_and_ended_by_some(store: Database, deepgram: Deepgram) -> None:
    add(store, key(1, id="ky1", customer="<!channel>"))
    shown = await one(store, deepgram, "ky1", EVE, ask=False)
    assert "&lt;!channel&gt;" in fallback_text(shown)
    assert values(shown) == {}
    assert values(await one(store, deepgram, "ky1", ANA, ask=False)) == {"Revoke this key": "ky1"}
    with pytest.raises(NotAllowed, match="not yours to revoke"):
        await one(store, deepgram, "ky1", EVE, ask=True)
    assert values(await one(store, deepgram, "ky1", ANA, ask=True)) == {
        "Revoke this key": "ky1",
        "It leaked: revoke it now": "ky1",
    }


async def test_a_key_that_is_not_there_or_over_says_so(store: Database, deepgram: Deepgram) -> None:
    add(store, key(1, id="ky1", state="ended", ended_at=NOON, end_reason="revoked"))
    with pytest.raises(NotUnderstood, match="no such key"):
        await one(store, deepgram, "ky2", ANA, ask=False)
    with pytest.raises(NotUnderstood, match="not live any more"):
        await one(store, deepgram, "ky1", ANA, ask=True)
    assert "revoked" in fallback_text(await one(store, deepgram, "ky1", ANA, ask=False))


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "first eight characters"),
        ("abc", "first eight characters"),
        ("ffffffff", "There is no key ffffffff"),
        ("%%%%", "There is no key"),
        ("0000", "2 keys begin with 0000"),
    ],
)
def test_a_key_must_be_named_clearly(store: Database, typed: str, words: str) -> None:
    add(store, key(1), key(2))
    with store.reading() as session, pytest.raises(NotUnderstood, match=words):
        service.find(session, typed)


@pytest.mark.parametrize("typed", ["00000001", "`00000001`", " 00000001-0000 ", "KY1234"])
def test_a_key_is_found_as_people_copy_it(store: Database, typed: str) -> None:
    add(store, key(1, id="ky1234"), key(2))
    with store.reading() as session:
        assert service.find(session, typed).id == "ky1234"
