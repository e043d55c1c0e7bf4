"""A month by customer as a PDF file, in any script that the shipped fonts can draw."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import datetime
from decimal import Decimal
from importlib.resources import as_file, files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bot.billing.month_files import status, sum_words
from bot.billing.month_views import THEIRS, name_of, share
from bot.billing.printing import Printed, PrintedPart
from bot.billing.statement import StatementLine
from bot.foreign import visible
from bot.providers.line_items import line_item_named
from bot.slack.words import NOTHING, cut

if TYPE_CHECKING:
    from fpdf import FPDF

FONT, EAST_ASIAN = "FiraGO", "NotoSansCJK"
EAST_ASIAN_FILE = ("noto_cjk_sans_jp_regular", "NotoSansCJKjp-Regular.otf")
REPLACED = "(?)"
UNKNOWN_SHOWN = 40
WIDTH = 190.0  # of A4's 210 mm, between margins of 10
AMOUNT, MARKUP = 30.0, 18.0
NAME = WIDTH - MARKUP - 2 * AMOUNT
ROW = 5.5
WORDS_SHOWN = 90


def render(printed: Printed, now: datetime) -> bytes:
    """Return the file; call it in a thread, as it takes seconds for many customers."""
    from fpdf import FPDF  # noqa: PLC0415 it takes a third of a second and 20 MB, and few ask for a PDF

    printed = printed.drawn
    with ExitStack() as stack:
        pdf = FPDF(format="A4")
        pdf.set_creation_date(now)
        pdf.set_title(f"Statement {printed.statement.month}")
        regular, bold = stack.enter_context(_fonts())
        pdf.add_font(FONT, fname=regular)
        pdf.add_font(FONT, style="B", fname=bold)
        drawable = _drawable(pdf, FONT) & _drawable(pdf, FONT, "B")
        if _characters(printed) - drawable:
            pdf.add_font(EAST_ASIAN, fname=stack.enter_context(_east_asian_font()))
            pdf.set_fallback_fonts([EAST_ASIAN], exact_match=False)  # there is no bold one
            drawable |= _drawable(pdf, EAST_ASIAN)
        _Drawing(pdf, drawable).statement(printed)
        return bytes(pdf.output())


def _drawable(pdf: FPDF, family: str, style: str = "") -> set[int]:
    font = pdf.fonts[f"{family.lower()}{style}"]
    return set(getattr(font, "cmap", ()))  # only a font that comes with the file has one


def _characters(printed: Printed) -> set[int]:
    titles = [_title(part) for part in printed.everything]
    lines = [_words(line) for part in printed.everything for line, _, _ in part.lines]
    return {ord(each) for each in set().union(*map(_plain, (*titles, *lines)))}


class _Drawing:
    """Draws a statement, row by row; a row never breaks across two pages."""

    def __init__(self, pdf: FPDF, drawable: set[int]) -> None:
        self._pdf = pdf
        self._drawable = drawable
        self._unknown: set[str] = set()

    def statement(self, printed: Printed) -> None:
        """Draw all of it: the customers first, then the lines of each."""
        pdf = self._pdf
        pdf.set_text_shaping(use_shaping_engine=True)  # joins Arabic letters, and turns what is written from the right
        pdf.add_page()
        draft = "" if printed.statement.closed else " (draft)"
        self._say(f"{name_of(printed.statement.month)} by customer{draft}", 16)
        self._paragraph(status(printed))
        self._overview(printed)
        for part in printed.everything:
            self._part(part)
        self._note()

    def _overview(self, printed: Printed) -> None:
        self._row("", "Markup", "Cost USD", "To bill USD", bold=True)
        for part in printed.parts:
            self._part_row(part)
        cost, charge = printed.told(printed.cost), printed.told(printed.charge)
        self._row(sum_words(printed), "", _sum_text(cost), _sum_text(charge), bold=True)
        if printed.adjustments:
            for part in printed.adjustments:
                self._part_row(part)
            self._row("Corrections of closed months", "", *map(_amount, printed.corrected), bold=True)
            self._row("To bill with corrections", "", "", _sum_text(printed.told(printed.due)), bold=True)
        if printed.theirs:
            self._pdf.ln(ROW)
            self._paragraph(f"{THEIRS}:")
        for part in printed.theirs:
            self._part_row(part)

    def _part(self, part: PrintedPart) -> None:
        self._pdf.ln(ROW)
        self._part_row(part, bold=True)
        for line, cost, charge in part.lines:
            self._row(_words(line), "", _amount(cost), _amount(charge), size=8)

    def _part_row(self, part: PrintedPart, *, bold: bool = False) -> None:
        self._row(_title(part), share(part.part), _amount(part.cost), _amount(part.charge), bold=bold)

    def _row(self, words: str, markup: str, cost: str, charge: str, *, bold: bool = False, size: float = 10) -> None:
        pdf = self._pdf
        if pdf.will_page_break(ROW):
            pdf.add_page()
        pdf.set_font(FONT, "B" if bold else "", size)
        # Words come last: where they begin with the fallback font, fpdf2 2.8 forgets the font of what follows.
        pdf.set_x(pdf.l_margin + NAME)
        pdf.cell(MARKUP, ROW, markup, align="R")
        pdf.cell(AMOUNT, ROW, cost, align="R")
        pdf.cell(AMOUNT, ROW, charge, align="R")
        pdf.set_x(pdf.l_margin)
        pdf.cell(NAME, ROW, self._fitting(words, NAME), new_x="LMARGIN", new_y="NEXT")

    def _say(self, words: str, size: float) -> None:
        self._pdf.set_font(FONT, "B", size)
        self._pdf.cell(WIDTH, size, self._known(words), new_x="LMARGIN", new_y="NEXT")

    def _paragraph(self, words: str) -> None:
        self._pdf.set_font(FONT, size=8)
        self._pdf.multi_cell(WIDTH, 4, self._known(words), new_x="LMARGIN", new_y="NEXT")
        self._pdf.ln(ROW)

    def _fitting(self, words: str, width: float) -> str:
        """Shorten words that are wider than their cell, visibly."""
        shown = self._known(cut(words, WORDS_SHOWN))
        while self._pdf.get_string_width(shown) > width - 2:
            shown = cut(shown, len(shown) * 9 // 10)
        return shown

    def _known(self, words: str) -> str:
        plain = _plain(words)
        unknown = {each for each in plain if ord(each) not in self._drawable}
        self._unknown |= unknown
        return plain.translate(dict.fromkeys(map(ord, unknown), REPLACED)) if unknown else plain

    def _note(self) -> None:
        if not self._unknown:
            return
        named = ", ".join(f"U+{ord(each):04X}" for each in sorted(self._unknown)[:UNKNOWN_SHOWN])
        self._pdf.ln(ROW)
        self._paragraph(
            f"The fonts of this file lack {len(self._unknown)} characters, which stand as {REPLACED}: {named}. "
            "The CSV file has all of them."
        )


@contextmanager
def _fonts() -> Iterator[tuple[Path, Path]]:
    """Lay regular and bold out as files: Latin, Greek, Cyrillic, Hebrew, Arabic, Devanagari, Thai, Georgian."""
    # They unpack themselves when they are imported, so that nobody pays who asks for no PDF.
    from pymupdf_fonts import FiraGO_Bold, FiraGO_Regular  # type: ignore[import-untyped] # none # noqa: PLC0415 above

    with TemporaryDirectory() as folder:
        regular, bold = Path(folder, "regular.ttf"), Path(folder, "bold.ttf")
        regular.write_bytes(FiraGO_Regular.fontbuffer)
        bold.write_bytes(FiraGO_Bold.fontbuffer)
        yield regular, bold


def _east_asian_font() -> AbstractContextManager[Path]:
    """Lay out the font for Chinese, Japanese and Korean: 16 MB, opened only where it is needed."""
    package, name = EAST_ASIAN_FILE
    return as_file(files(package) / name)


def _plain(words: str) -> str:
    """Return words on one line, without what cannot be seen."""
    return " ".join(visible(words).split())


def _title(part: PrintedPart) -> str:
    month = part.part.of_month
    return f"{part.part.name}, correction of {month}" if month else part.part.name


def _words(line: StatementLine) -> str:
    what = (line.key, line_item_named(line.item), line.project, line.purpose, line.owner)
    return " · ".join(filter(None, what)) or "not split by key"


def _sum_text(amount: Decimal | None) -> str:
    return NOTHING if amount is None else _amount(amount)


def _amount(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:,.2f}"
