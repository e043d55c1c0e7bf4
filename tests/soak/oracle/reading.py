"""Figures as a person reads them: answers to commands, tables, files and their amounts."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import aiohttp

from tests.scenarios.people import Person

Json = dict[str, Any]
DOLLARS = re.compile(r"[+-]?\$[\d,]+\.\d\d")
PATIENCE = 60.0


async def asks(person: Person, command: str) -> Json:
    """Type a command and return the message that answers it: one of plain words only says that it takes a moment."""
    before = len(person.private)
    await person.types(command)
    answers = await person.sees(
        lambda page: [each for each in page.private[before:] if each.get("blocks")], patience=PATIENCE
    )
    return answers[-1]


async def gets(person: Person, label: str) -> bytes:
    """Press a button that sends a file, and return what arrives, once it was said that it did."""

    def files(page: Person) -> list[Json]:
        return [file for message in page.messages.values() for file in message.get("files") or []]

    before, said = {file["id"] for file in files(person)}, len(person.private)
    await person.presses(label)
    new = await person.sees(
        lambda page: [each for each in files(page) if each["id"] not in before] or None, patience=PATIENCE
    )
    await person.sees(lambda page: page.private[said:], patience=PATIENCE)
    async with (
        aiohttp.ClientSession() as client,
        client.get(new[-1]["url_private"], params={"user": person.user}) as answer,
    ):
        return await answer.read()


def rows_of(content: bytes) -> list[dict[str, str]]:
    """Return the rows of a CSV file by the names of their columns."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def table_of(message: Mapping[str, Any]) -> tuple[list[str], list[list[str]], list[str]]:
    """Return the head of a message's table, its rows, and the last of them: the total."""
    (table,) = [block for block in message["blocks"] if block["type"] == "table"]
    head, *rows, total = [[cell["text"] for cell in row] for row in table["rows"]]
    return head, rows, total


def sections_of(message: Mapping[str, Any]) -> list[str]:
    """Return the texts of a message's sections, their fields too."""
    sections = [block for block in message["blocks"] if block["type"] == "section"]
    fields = [each["text"] for block in sections for each in block.get("fields", [])]
    return [*(block["text"]["text"] for block in sections if "text" in block), *fields]


def chart_of(message: Mapping[str, Any]) -> dict[str, list[Decimal]]:
    """Return the series of a message's chart by name, each point to the digit."""
    charts = [block["chart"] for block in message["blocks"] if block["type"] == "data_visualization"]
    return {
        series["name"]: [Decimal(str(point["value"])) for point in series["data"]]
        for chart in charts
        for series in chart["series"]
    }


def amount(text: str) -> Decimal | None:
    """Read a printed amount or change, whatever its unit; None for what is not known or not said."""
    plain = text.strip().removesuffix(" h").replace("$", "").replace(",", "").replace("±", "").replace("+", "")
    return None if plain in {"–", ""} else Decimal(plain)


def amounts(text: str) -> list[Decimal]:
    """Read every amount of dollars in a text."""
    return [found for each in DOLLARS.findall(text) if (found := amount(each)) is not None]


def known(found: Sequence[Decimal | None]) -> list[Decimal]:
    """Return those that are known."""
    return [each for each in found if each is not None]


def day_read(text: str, year: int) -> date:
    """Read a day such as “Fri 24 Mar”, whose weekday must be true."""
    _, number, month = text.split()
    months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()  # noqa: SIM905 twelve names read better so
    day = date(year, months.index(month) + 1, int(number))
    assert text == f"{day:%a} {day.day} {day:%b}"
    return day
