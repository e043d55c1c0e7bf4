"""There is one fake of Slack's client, and what a test needs beside it extends that one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def fakes(text: str) -> Iterator[str]:
    """Yield the classes that take the place of Slack's client by themselves."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ClassDef):
            bases = {ast.unparse(base).rpartition(".")[2] for base in node.bases}
            methods = {each.name for each in node.body if isinstance(each, ast.AsyncFunctionDef)}
            if "SlackWeb" in bases or {"user_profile", "user_groups"} & methods or {"post", "update"} <= methods:
                yield node.name


def test_there_is_one_fake_of_slacks_client() -> None:
    found = {(path.name, name) for path in HERE.rglob("*.py") for name in fakes(path.read_text())}
    assert found == {("fake_slack.py", "FakeSlack")}


@pytest.mark.parametrize(
    "text",
    [
        "class Mail(SlackWeb): ...",
        "class Mail(web.SlackWeb): ...",
        "class Groups:\n    async def user_groups(self): ...",
    ],
)
def test_another_one_is_found(text: str) -> None:
    assert list(fakes(text))
