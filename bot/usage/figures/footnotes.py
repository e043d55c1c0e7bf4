"""What stands below the figures: how surely they are known, and what they are without."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.money import dollars
from bot.prices import sentences
from bot.slack import blocks
from bot.slack.words import count, cut, escape, listed, when
from bot.usage.figures.drawing import NAME_LONGEST, UNSPLIT, Block
from bot.usage.figures.naming import day_named
from bot.usage.figures.question import EVERYWHERE
from bot.usage.figures.service import FiguresAnswer

PROBLEMS_SHOWN = 3
OTHER_REPORT = (
    "Of all keys of all projects one report is shown at a time: choose a measure, or a project, for the other."
)


def so_far(seen: FiguresAnswer) -> frozenset[date]:
    """Return the days that may still grow: today, and those that were last read before their end."""
    return seen.known.so_far | {seen.known.today}


def footnotes(seen: FiguresAnswer) -> list[Block]:
    """Draw how surely the figures are known, and what is not in them."""
    known = seen.known.coverage
    final = "final" if known.is_final else "not final, may still change"
    first = [f"Provider days, UTC; {final}."]
    if seen.place.days.end == seen.known.today:
        read = f", read {when(known.oldest_read_at)}" if known.oldest_read_at else ", not read yet"
        first.append(f"Today is so far{read}.")
    notes = [" ".join(first), *_warnings(seen), *_untold(seen), *_apart(seen)]
    return [blocks.context(*notes)]


def _early(seen: FiguresAnswer) -> list[str]:
    """Name the days that are over, and were not read since."""
    early = sorted(seen.known.so_far - {seen.known.today})
    if not early:
        return []
    named = listed([*map(day_named, early[:PROBLEMS_SHOWN]), *(["more"] if len(early) > PROBLEMS_SHOWN else [])])
    return [f"⚠️ So far only, as they were last read before their end: {named}."]


def _warnings(seen: FiguresAnswer) -> list[str]:
    known, notes = seen.known.coverage, _early(seen)
    if known.missing_count:
        lacking = list(dict.fromkeys(_project(seen, each) for each, _ in known.missing))
        projects = listed([*lacking[:PROBLEMS_SHOWN], *(["more"] if len(lacking) > PROBLEMS_SHOWN else [])])
        first, last = _ends([day for _, day in known.missing])
        notes.append(
            f"⚠️ Not read from the provider: {count(known.missing_count, 'day')} of {projects} ({first} to {last}). "
            "All figures are without them."
        )
    if seen.known.stale:
        notes.append(f"⚠️ Today could not be read just now: {escape(cut(seen.known.stale, 300))}")
    else:
        notes += [
            f"⚠️ {_project(seen, each)}: {escape(cut(text, 200))}" for each, text in known.problems[:PROBLEMS_SHOWN]
        ]
    return notes


def _untold(seen: FiguresAnswer) -> list[str]:
    """Say of which projects the provider tells no prices, and which it does not split as asked."""
    said = [f"⚠️ {escape(cut(each, 200))}" for each in sentences(seen.known.unpriced)]
    return said + [
        f"⚠️ {_project(seen, project_id)}: not told by {seen.question.by}, so it stands as “{UNSPLIT}”. "
        f"{escape(cut(why, 200))}"
        for project_id, why in seen.known.unsplit[:PROBLEMS_SHOWN]
    ]


def _ends(days: Sequence[date]) -> tuple[str, str]:
    return day_named(min(days)), day_named(max(days))


def _project(seen: FiguresAnswer, project_id: str) -> str:
    return escape(cut(seen.known.projects.get(project_id, project_id), NAME_LONGEST))


def definition(seen: FiguresAnswer) -> list[str]:
    """Say by what a customer's figures go: dollars and all else by two definitions, of which one is shown at a time."""
    if "customer" not in seen.question.dimensions or seen.question.grouping is None:
        return []
    how = "each key's customer, else by its tags" if seen.measure == "dollars" else "tags alone"
    return [f"{seen.measure.capitalize()} go by {how}."]


def _apart(seen: FiguresAnswer) -> list[str]:
    notes = []
    if seen.place.scope.left_out:
        number = count(len(seen.place.scope.left_out), "project")
        notes.append(f"Without {number} in customers' own accounts, which spent {dollars(seen.known.elsewhere)}.")
    if seen.question.only:
        notes.append("The provider tells no total of a part: the total is that of the rows.")
    notes += definition(seen)
    wide = seen.question.by == "key" and seen.question.project == EVERYWHERE and not seen.question.only
    return [*notes, *([OTHER_REPORT] if wide else [])]
