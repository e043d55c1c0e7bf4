"""Tables as CSV that calculates nothing, sent to one person; and user groups."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.slack.connection import Slack
from bot.slack.files import FileNotSent, csv_bytes, send_file
from bot.slack.groups import UserGroup
from tests.slack.fake_api import FakeApi

TEXTS = st.text() | st.builds(
    "".join, st.lists(st.sampled_from(["=", "+", "-", "@", "\t", "\r", "\n", " ", '"', ",", ";", "a"]))
)
NUMBERS = st.integers() | st.decimals(allow_nan=False, allow_infinity=False, places=4)


BEGINNINGS = ";\t\r\n"  # behind these a spreadsheet may begin a cell or a line


def without_ours(cell: str, text: str) -> str:
    """Return a cell without the apostrophes at beginnings that the text itself does not have: those are ours."""
    kept, before = "", ""
    for char in cell:
        ours = char == "'" and (not before or before in BEGINNINGS) and not text.startswith(kept + char)
        kept, before = kept if ours else kept + char, char
    return kept


def read_back(content: bytes, separator: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=separator))


@given(st.lists(st.lists(TEXTS, min_size=2, max_size=4), max_size=4))
@example([["", "'"], ["'=1", ";'"]])  # apostrophes of the text's own stay
def test_texts_come_back_as_they_were_but_for_the_apostrophe(rows: list[list[str]]) -> None:
    written = read_back(csv_bytes(["name", "why"], rows))[1:]

    for row, found in zip(rows, written, strict=True):
        for text, cell in zip(row, found, strict=True):
            kept = text.encode("utf-8", "replace").decode()
            assert without_ours(cell, kept) == kept
            assert not cell.strip().startswith(("=", "+", "-", "@"))
            assert not cell.startswith(("\t", "\r"))


@given(st.lists(st.lists(TEXTS, min_size=2, max_size=4), max_size=4))
def test_nothing_calculates_where_lists_are_written_with_semicolons(rows: list[list[str]]) -> None:
    for row in read_back(csv_bytes(["name", "why"], rows), ";"):
        for cell in row:
            assert not cell.strip().startswith(("=", "+", "-", "@"))


@pytest.mark.parametrize("text", ["\n\n=1", "a;\n=1", "\r\n\t=1", 'a\n"=1'])
def test_the_last_break_before_a_formula_is_the_one_that_is_defused(text: str) -> None:
    written = read_back(csv_bytes(["why"], [[text]]))[1][0]
    assert all(not line.lstrip(' "').startswith("=") for line in re.split("[;\t\r\n]", written))


def test_what_follows_a_semicolon_gets_an_apostrophe_if_it_could_calculate() -> None:
    assert read_back(csv_bytes(["why"], [["Ana;=HYPERLINK(1); tea"]]))[1] == ["Ana;'=HYPERLINK(1); tea"]


@given(st.lists(NUMBERS, min_size=2, max_size=5))
def test_numbers_stay_numbers(numbers: list[int | Decimal]) -> None:
    [_, found] = read_back(csv_bytes(["n"], [numbers]))

    assert [Decimal(cell) for cell in found] == numbers
    assert not any("E" in cell or "'" in cell for cell in found)


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@sum", "\t1", "\r1", "  =1", "\ufeff=1", "\x00-1", "＝1"],
)
def test_what_could_calculate_gets_an_apostrophe(text: str) -> None:
    assert read_back(csv_bytes([text], [])) == [[f"'{text}"]]


def test_nothing_is_an_empty_cell_and_spreadsheets_see_the_encoding() -> None:
    assert csv_bytes(["名前"], [[None]]) == b"\xef\xbb\xbf" + "名前\r\n".encode() + b'""\r\n'


async def test_a_file_goes_into_the_persons_own_messages(api: FakeApi, slack: Slack) -> None:
    await send_file(slack.background, "U1", "keys.csv", b"a,b", "Your keys")

    assert api.called("files.getUploadURLExternal") == [{"filename": "keys.csv", "length": "3"}]
    assert api.uploads == [b"a,b"]
    assert api.called("conversations.open") == [{"users": "U1"}]
    files = [{"id": "F1", "title": "keys.csv"}]
    shared = {"files": files, "channel_id": "D1", "initial_comment": "Your keys"}
    assert api.called("files.completeUploadExternal") == [shared]


async def test_a_large_file_leaves_in_pieces(api: FakeApi, slack: Slack) -> None:
    """Given whole, aiohttp warns that it stops the loop, and a warning is an error here."""
    rows = [[number, "made by a key of customer:apple"] for number in range(50_000)]
    content = csv_bytes(["row", "what"], rows)
    assert len(content) > 2**20

    await send_file(slack.background, "U1", "requests.csv", content, "")

    assert api.uploads == [content]


async def test_a_file_that_could_not_be_sent_is_told(api: FakeApi, slack: Slack) -> None:
    api.response_status = 400
    with pytest.raises(FileNotSent, match="http_400"):
        await send_file(slack.background, "U1", "keys.csv", b"a,b", "")
    assert api.called("files.completeUploadExternal") == []


async def test_only_the_call_that_shows_a_file_leaves_it_open_whether_it_is_there(api: FakeApi, slack: Slack) -> None:
    api.response_status = 503
    with pytest.raises(FileNotSent, match="was not sent"):
        await send_file(slack.background, "U1", "keys.csv", b"a,b", "")

    api.response_status = 200
    for before in ("files.getUploadURLExternal", "conversations.open"):
        api.break_down(before, times=2)
        with pytest.raises(FileNotSent, match="was not sent"):
            await send_file(slack.background, "U1", "keys.csv", b"a,b", "")
    assert api.called("files.completeUploadExternal") == []

    api.break_down("files.completeUploadExternal")
    with pytest.raises(FileNotSent, match="did not say whether"):
        await send_file(slack.background, "U1", "keys.csv", b"a,b", "")
    assert len(api.called("files.completeUploadExternal")) == 1


async def test_user_groups_come_with_their_members(api: FakeApi, slack: Slack) -> None:
    speech = {"id": "S1", "handle": "speech-team", "name": "Speech", "users": ["U1", "U2"]}
    api.answers["usergroups.list"] = [
        (200, {"ok": True, "usergroups": [speech, {"id": "S2", "handle": "empty", "users": []}]})
    ]

    assert await slack.interactive.user_groups() == [
        UserGroup("S1", "speech-team", "Speech", frozenset({"U1", "U2"})),
        UserGroup("S2", "empty", "empty", frozenset()),
    ]
