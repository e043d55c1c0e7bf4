"""What is done in one place is done nowhere else: told by the syntax tree of every module of ``bot/``."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from bot import money
from bot.people import People
from bot.policy import Policy
from bot.slack.router import Command, Routes
from bot.slack.routes import MEMBER, Route
from bot.spending import key_names
from bot.store.keys import short
from tests.declared import LEAST, ROOMS

ROOT = Path(__file__).parents[1]
Sources = Mapping[str, str]


@dataclass(frozen=True)
class Rule:
    """What is looked for, and the modules, or ``module:function`` places, where alone it may stand."""

    sought: Callable[[ast.AST], bool]
    places: frozenset[str]


def breaches(rule: Rule, sources: Sources) -> list[str]:
    """Return where something stands that has its place elsewhere, as “module:function”; pure."""
    return sorted(place for place in found(rule, sources) if not {place, place.partition(":")[0]} & rule.places)


def found(rule: Rule, sources: Sources) -> set[str]:
    """Return every place in which something stands; what is in no function, in “module:”."""
    return {
        f"{module}:{function}"
        for module, text in sources.items()
        for function, expressions in by_function(text)
        if any(map(rule.sought, expressions))
    }


@cache
def by_function(text: str) -> list[tuple[str, list[ast.expr]]]:
    """Return the outermost functions of a source, methods too, each with all expressions in it."""
    return [(name, [each for each in ast.walk(node) if isinstance(each, ast.expr)]) for name, node in bodies(text)]


def bodies(text: str) -> Iterator[tuple[str, ast.AST]]:
    """Return the statements of a module and its classes, a function's by its name and others' by none."""
    waiting: list[ast.AST] = list(ast.parse(text).body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.ClassDef):
            waiting += node.body
        else:
            yield (node.name if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else ""), node


def called(node: ast.AST, name: str) -> bool:
    """Tell whether this is a call of a function or method of this name."""
    return isinstance(node, ast.Call) and last(node.func) == name


def last(node: ast.AST) -> str:
    """Return the name at the end of a dotted one: of ``self._people.authenticate`` the word after the last dot."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def authenticates(node: ast.AST) -> bool:
    """Tell whether somebody is authenticated here: by the method's name and its two arguments."""
    taken = len(inspect.signature(People.authenticate).parameters) - 1
    method = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and len(node.args) == taken
    return method and called(node, People.authenticate.__name__)


def asks_permission(node: ast.AST) -> bool:
    """Tell whether a role is weighed here: the policy's table is asked, or two roles are compared by hand."""
    if isinstance(node, ast.Compare):
        ordered = any(isinstance(each, ast.Lt | ast.LtE | ast.Gt | ast.GtE) for each in node.ops)
        return ordered and any(isinstance(side, ast.Attribute) and last(side.value) == "Role" for side in sides(node))
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and called(node, Policy.role_refusal.__name__)
    )


def sides(node: ast.Compare) -> Sequence[ast.expr]:
    """Return what is compared."""
    return node.left, *node.comparators


def deals_cents(node: ast.AST) -> bool:
    """Tell whether an amount is rounded or dealt here: by the cent, by a way of rounding, or to two places."""
    if called(node, "round") and isinstance(node, ast.Call):
        return [each.value for each in node.args[1:] if isinstance(each, ast.Constant)] == [2]
    if called(node, "Decimal") and isinstance(node, ast.Call):
        return [ast.unparse(each) for each in node.args] == [repr(str(money.CENT))]
    return last(node) == "CENT" or last(node).startswith("ROUND_")


def names_key(node: ast.AST) -> bool:
    """Tell whether a key's short id and what it is for are put side by side here, or the id is cut by hand."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        upper = node.slice.upper
        return isinstance(upper, ast.Constant) and upper.value == len(short("0" * 36)) and "key" in ast.unparse(node)
    parts = node.values if isinstance(node, ast.JoinedStr) else added(node)
    return any(
        ids(before) & purposes(after) and not any(map(str.isalpha, "".join(between)))
        for at, before in enumerate(parts)
        for after, between in followed(parts[at + 1 :])
    )


def added(node: ast.AST) -> list[ast.expr]:
    """Return the parts of a sum."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Add):
        return []
    return [*(added(node.left) or [node.left]), *(added(node.right) or [node.right])]


def followed(parts: Sequence[ast.expr]) -> Iterator[tuple[ast.expr, list[str]]]:
    """Return each part with the plain text before it."""
    between: list[str] = []
    for part in parts:
        if isinstance(part, ast.Constant):
            between.append(str(part.value))
        else:
            yield part, between


def ids(node: ast.AST) -> set[str]:
    """Return of whom the short id stands here."""
    return {last(each.value) for each in ast.walk(node) if isinstance(each, ast.Attribute) and each.attr in SHORT}


def purposes(node: ast.AST) -> set[str]:
    """Return of whom it says here what they are for."""
    return {last(each.value) for each in ast.walk(node) if isinstance(each, ast.Attribute) and each.attr == "purpose"}


SHORT = {"label", "provider_key_id"}
MONEY, KEY_NAMES = money.__name__, key_names.__name__
RULES: Mapping[str, Rule] = {
    "authentication": Rule(authenticates, frozenset({"bot.access.door"})),
    "permission": Rule(asks_permission, frozenset({"bot.access.access", Policy.__module__, "bot.role_assignments"})),
    "cents": Rule(
        deals_cents,
        frozenset({f"{MONEY}:{money.to_cent.__name__}", f"{MONEY}:{money.to_cents.__name__}", f"{MONEY}:"}),
    ),
    "a key's name": Rule(names_key, frozenset({KEY_NAMES, f"{short.__module__}:{short.__name__}"})),
}


@cache
def ours() -> Sources:
    """Return every module of ``bot/`` by its dotted name."""
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): path.read_text()
        for path in sorted((ROOT / "bot").rglob("*.py"))
        if "migrations" not in path.parts
    }


@pytest.mark.parametrize("rule", RULES)
def test_it_has_one_place(rule: str) -> None:
    assert breaches(RULES[rule], ours()) == []


@pytest.mark.parametrize("rule", RULES)
def test_it_is_done_in_that_place(rule: str) -> None:
    assert found(RULES[rule], ours())


PLANTED = {
    "authentication": (
        f"async def listen(self, call): await self._people.{People.authenticate.__name__}(call.team_id, call.user_id)",
        f"def listen(team, user): return who.{People.authenticate.__name__}(team, user)",
    ),
    "permission": (
        f"def listen(role): return self._policy.{Policy.role_refusal.__name__}('keys.end', role) is None",
        "def listen(access): return access.roles.of('U1') >= Role.OWNER",
        "def listen(role): return Role.READER < role",
    ),
    "cents": (
        "def listen(amount): return amount.quantize(money.CENT)",
        "def listen(amount): return amount.quantize(Decimal('0.01'))",
        "def listen(amount): return round(amount, 2)",
        "def listen(amount): return amount.to_integral_value(decimal.ROUND_HALF_UP)",
    ),
    "a key's name": (
        "def listen(key): return f'{key.label} · {key.purpose}'",
        "def listen(key): return f'`{key.label}` *{escape(cut(key.purpose, 60))}*'",
        "def listen(key): return code(key.label) + ' ' + key.purpose",
        "def listen(key_id): return key_id[:8]",
    ),
}


@pytest.mark.parametrize(("rule", "text"), [(rule, text) for rule, texts in PLANTED.items() for text in texts])
def test_it_is_found_elsewhere(rule: str, text: str) -> None:
    assert breaches(RULES[rule], {"bot.room.listeners": text}) == ["bot.room.listeners:listen"]


INNOCENT = (
    "def listen(key): return f'Your key {key.label} for {key.purpose} has ended'",
    "def listen(desk): return desk.judge(session, operation, actor)",
    "def listen(ratio): return round(ratio)",
    "def listen(page): return [page.rows[:8], page.role is Role.OWNER]",
)


@pytest.mark.parametrize("text", INNOCENT)
@pytest.mark.parametrize("rule", RULES)
def test_what_only_looks_alike_is_let_be(rule: str, text: str) -> None:
    assert breaches(RULES[rule], {"bot.room.listeners": text}) == []


# --- needs: no listener runs for somebody before they were let pass ---

ABOUT_SOMEBODY = {"user_change"}  # Slack tells it of itself: nobody asks for anything


def needless(routes: Iterable[Routes]) -> set[str]:
    """Return the names whose listener declares no need that the policy knows; pure."""
    return {name for door in routes for name, answering in answers(door) if not declares(answering)}


def answers(door: Routes) -> Iterator[tuple[str, object]]:
    """Return all that a door answers to."""
    for command in door.commands:
        alone = (command.alone,) if command.alone is not None else ()
        yield from ((f"{command.noun} {command.verb}".rstrip(), each) for each in (command.listener, *alone))
    for named in (door.actions, door.views, door.closed, door.shortcuts, door.options, door.events):
        yield from named.items()


def declares(answering: object) -> bool:
    """Tell whether something is a route with a need: of the policy's table, to be a member, or read from the call."""
    if not isinstance(answering, Route):
        return False
    return callable(answering.needs) or answering.needs in {MEMBER, *LEAST}


def test_no_listener_runs_without_a_declared_need() -> None:
    assert needless(ROOMS.routes) == ABOUT_SOMEBODY


def test_a_listener_without_a_need_is_found() -> None:
    async def nothing(*_: object) -> None:
        return None

    bare = Routes(
        commands=(Command("keys", "peek", nothing, "", ""), Command("keys", "poke", known(nothing), "", "")),
        actions={"keys.peek": nothing, "keys.poke": known(nothing)},
        options={"keys.none": Route(nothing, "keys.none of the table", nothing)},
    )
    assert needless([bare]) == {"keys peek", "keys.peek", "keys.none"}


def known(listener: Callable[..., object]) -> Route:
    """Return a route that needs what the policy lists."""
    return Route(listener, "keys.list", listener)  # type: ignore[arg-type] # no call is made
