"""The table of docs/roles.md, drawn from the one that the desk goes by: ``python -m tests.roles.table`` rewrites it."""

from __future__ import annotations

from pathlib import Path

from bot.policy import LEAST, Role

PAGE = Path(__file__).parents[2] / "docs" / "roles.md"
START, END = "<!-- the table: python -m tests.roles.table -->\n", "<!-- the end of the table -->\n"


def table() -> str:
    """Return who may do what, in Markdown."""
    heads = " | ".join(role.word for role in Role)
    lines = [f"| what | {heads} |", "|---|" + ":-:|" * len(Role)]
    for name, least in sorted(LEAST.items()):
        marks = " | ".join("✓" if role >= least else "–" for role in Role)
        lines.append(f"| `{name}` | {marks} |")
    return "\n".join(lines) + "\n"


def with_table(page: str) -> str:
    """Return the page with the table as it is now."""
    before, _, rest = page.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text()))
