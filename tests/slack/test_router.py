"""Names that two rooms may not share."""

from __future__ import annotations

import pytest

from bot.slack import usage
from bot.slack.blocks import Block
from bot.slack.call import Call
from bot.slack.router import Command, DuplicateName, Routes, join


async def nothing(_call: Call) -> None:
    pass


def command(noun: str, verb: str, *aliases: str) -> Routes:
    return Routes(commands=(Command(noun, verb, nothing, "", "how we are", aliases),))


def text_of(drawn: list[Block]) -> str:
    return str(next(block for block in drawn if block["type"] == "section")["text"]["text"])


@pytest.mark.parametrize(
    "routes",
    [
        [Routes(actions={"a": nothing}), Routes(actions={"a": nothing})],
        [Routes(views={"a": nothing}), Routes(views={"a": nothing})],
        [Routes(events={"a": nothing}), Routes(events={"a": nothing})],
        [command("keys", "list"), command("keys", "show", "list")],
        [command("keys", "help")],
        [command("keydesk", "list")],
    ],
)
def test_a_name_has_one_listener(routes: list[Routes]) -> None:
    with pytest.raises(DuplicateName):
        join(routes)


def test_a_name_may_mean_different_things_in_different_kinds() -> None:
    names = join([Routes(actions={"a": nothing}, views={"a": nothing})])

    assert names.find("action", "a") is names.find("view", "a")
    assert names.find("options", "a") is None


def test_a_noun_without_verbs_has_no_slash_command_of_its_own() -> None:
    names = join([command("keys", "list"), command("status", "")], "acme-")

    assert [names.slash(noun) for noun in names.nouns] == ["/acme-keys", "/acme-keydesk status"]
    assert "• `/acme-keydesk status`: how we are" in text_of(usage.of_everything(names))
    assert "• `/acme-keydesk status` – how we are" in text_of(usage.of_noun(names, "status"))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("lst", "Did you mean `list`?"), ("archived", ""), ("aplly", ""), ("shwo", "Did you mean `show`?"), ("a", "")],
)
def test_only_a_verb_that_shows_something_is_proposed(typed: str, meant: str) -> None:
    verbs = {"list": True, "show": True, "archive": False, "apply": False, "": False}
    commands = tuple(Command("customers", verb, nothing, "", "", shows=shows) for verb, shows in verbs.items())
    names = join([Routes(commands=commands)])

    said = text_of(usage.unknown_verb(names, "customers", typed))

    assert said == f"I do not know `{typed}`. {meant} Nothing was done.".replace("  ", " ")


def test_a_noun_whose_commands_want_none_has_no_slash_command_but_shows_its_verbs() -> None:
    quiet = Routes(commands=(Command("models", "list", nothing, "[words]", "models", slash=False),))
    names = join([command("keys", "list"), quiet])

    assert [names.slash(noun) for noun in names.nouns] == ["/keys", "/keydesk models"]
    assert "• `/keydesk models`: `list`" in text_of(usage.of_everything(names))
    assert "• `/keydesk models list [words]` – models" in text_of(usage.of_noun(names, "models"))


@pytest.mark.parametrize(
    ("slash", "text", "expected"),
    [
        ("/keydesk", "keys  create  a b", ("keys create", "a b")),
        ("/acme-keys", "Create\ta", ("keys create", "a")),
        ("/keys", "", ("keys", "")),
        ("/keydesk", "   ", ("", "")),
        ("/keys", "0123456789ABCDEF is this right?", ("keys", "0123456789ABCDEF is this right?")),
        ("/keydesk", "keys 0123456789ABCDEF", ("keys", "0123456789ABCDEF")),
        ("/keydesk", "0123456789ABCDEF", ("", "0123456789ABCDEF")),
        ("/0123", "x", ("", "0123 x")),
    ],
)
def test_of_a_command_only_what_is_known_is_its_name(slash: str, text: str, expected: tuple[str, str]) -> None:
    """Names stand in the log and in the record: what somebody typed, a key perhaps, does not."""
    assert join([command("keys", "create")], "acme-").read(slash, text) == expected
