"""How a key is called, in figures, lists and sentences alike: its short id, then what it is for."""

from __future__ import annotations

from bot.slack.words import NOTHING, code, cut, escape
from bot.store.keys import Key, short

SHOWN = 60
OUTSIDE = "made outside Keydesk"


def key_name(key_id: str, key: Key | None, *, between: str = " · ", longest: int = SHOWN, owner: str = "") -> str:
    """Call a key by the provider's id of it, in plain text: “0a1b2c3d · call summaries”.

    ``key`` is our row of it, if there is one. What it is for is shortened to ``longest``; ``owner`` stands behind it.
    """
    purpose = _purpose(key, longest) if key is not None else ""
    return f"{short(key_id)}{between if purpose else ''}{purpose}{owner}"


def key_with_owner(key_id: str, key: Key | None, owner: str | None) -> str:
    """Call a key with who has it: “0a1b2c3d call summaries (@ana)”; one made elsewhere by its comment."""
    if key is not None and key.made_here:
        return key_name(key_id, key, between=" ", owner=f" (@{owner})" if owner else "")
    return key_name(key_id, key, between=" ", owner=f"{', ' if key is not None and key.purpose else ' '}{OUTSIDE}")


def key_in_list(key: Key, longest: int = SHOWN, *, nothing: str = NOTHING, mark: str = "") -> str:
    """Call a key in a line of a list (mrkdwn): “`0a1b2c3d` call summaries”; ``mark`` is put around what it is for."""
    return f"{code(key.label)} {mark}{escape(_purpose(key, longest)) or nothing}{mark}"


def _purpose(key: Key, longest: int) -> str:
    return cut(" ".join(key.purpose.split()), longest)
