"""The table of docs/roles.md, drawn from what the rooms declare: ``python -m tests.roles.table`` rewrites it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.policy import Right, Role
from tests.declared import POLICY

PAGE = Path(__file__).parents[2] / "docs" / "roles.md"
START, END = "<!-- the table: python -m tests.roles.table -->\n", "<!-- the end of the table -->\n"


def table(rights: Mapping[str, Right]) -> str:
    """Return who may do what, in Markdown."""
    heads = " | ".join(role.word for role in Role)
    lines = [f"| what | {heads} |", "|---|" + ":-:|" * len(Role)]
    for name, right in sorted(rights.items()):
        marks = " | ".join("✓" if role >= right.least else "–" for role in Role)
        lines.append(f"| `{name}` | {marks} |")
    return "\n".join(lines) + "\n"


def with_table(page: str) -> str:
    """Return the page with the table as it is now."""
    before, _, rest = page.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}\n{table(POLICY.rights)}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text()))
