"""Files for one person: a table as CSV that no spreadsheet takes for formulas, sent in a direct message."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from bot.errors import BotError
from bot.slack.reading import text_of
from bot.slack.web import SlackError, SlackUnclear, SlackWeb

# What makes a spreadsheet calculate (owasp.org/www-community/attacks/CSV_Injection), also behind what it skips.
DANGEROUS = re.compile("[\\s\x00-\x1f\ufeff\u200b]*[=+\\-@\t\r\n＝＋－＠]")
# A spreadsheet of a country that separates cells by semicolons begins cells, and lines, inside our quotes as well.
_BETWEEN = '[;\\s\x00-\x1f\ufeff\u200b"]'
BEGINS_A_CELL = re.compile(f"(?<!{_BETWEEN}){_BETWEEN}++(?=[=+\\-@＝＋－＠])")
_SEPARATOR = re.compile("[;\t\r\n](?=[^;\t\r\n]*\\Z)")  # the last of a run: “$” would take the one before it


class CsvTable:
    """A CSV file in the making: UTF-8 with the mark that spreadsheets look for, cells defused row by row."""

    def __init__(self, header: Sequence[str]) -> None:
        self._bytes = io.BytesIO()
        self._text = io.TextIOWrapper(self._bytes, "utf-8-sig", errors="replace", newline="")
        self._writer = csv.writer(self._text)
        self.add(header)

    def add(self, row: Sequence[object]) -> None:
        """Append one row."""
        self._writer.writerow([cell(each) for each in row])

    def content(self) -> bytes:
        """Return the file as it stands."""
        self._text.flush()
        return self._bytes.getvalue()


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return a whole CSV file; see ``cell`` for what its values become."""
    table = CsvTable(header)
    for row in rows:
        table.add(row)
    return table.content()


def cell(value: object) -> str:
    """Return a value as a cell: numbers (int, Decimal) stay numbers, text that could calculate gets apostrophes."""
    if value is None:
        return ""
    if isinstance(value, int) or (isinstance(value, Decimal) and value.is_finite()):
        return format(value, "f") if isinstance(value, Decimal) else str(value)
    text = BEGINS_A_CELL.sub(lambda found: _SEPARATOR.sub(r"\g<0>'", found[0], count=1), str(value))
    return f"'{text}" if DANGEROUS.match(text) else text


class FileNotSent(BotError):
    """The file did not reach its reader, or Slack did not say whether it did."""


async def send_file(web: SlackWeb, user_id: str, name: str, content: bytes, comment: str) -> None:
    """Send a file with a comment (mrkdwn) to somebody's direct messages.

    Give the background client: a large file takes longer than an interactive call may.

    Raises:
        FileNotSent: Slack refused, or its answer was unclear.
    """
    try:
        file_id, channel = await _handed_over(web, user_id, name, content)
        await _show(web, channel, file_id, name, comment)
    except SlackError as problem:
        raise FileNotSent(f"{name} was not sent. {problem.verdict.words}") from None


async def _handed_over(web: SlackWeb, user_id: str, name: str, content: bytes) -> tuple[str, str]:
    """Give Slack the bytes, which nobody sees yet; return the file's id and the channel that it is for."""
    ticket = await web.read("files.getUploadURLExternal", {"filename": name, "length": len(content)})
    where, file_id = (text_of("files.getUploadURLExternal", ticket, name) for name in ("upload_url", "file_id"))
    await web.upload(where, content)
    return file_id, await web.open_dm(user_id)


async def _show(web: SlackWeb, channel: str, file_id: str, name: str, comment: str) -> None:
    """Let the file be seen; not repeated when unclear."""
    shared = {"files": [{"id": file_id, "title": name}], "channel_id": channel, "initial_comment": comment}
    try:
        await web.write("files.completeUploadExternal", shared)
    except SlackUnclear:
        raise FileNotSent(
            f"Slack did not say whether it took {name}. Look at your direct messages, and try again if it is not there."
        ) from None
