"""Modals and App Homes: each tab of a person has a stack of at most three modals."""

from __future__ import annotations

import copy
import secrets
import time
from dataclasses import dataclass, field

from playground.slack.elements import initial_state, merged_state, with_ids
from playground.slack.state import AppIdentity
from playground.slack.wire import Json, SlackError, new_id

STACK_LIMIT = 3


@dataclass(eq=False)
class View:
    """One view as Slack keeps it: what the app gave, what the person typed, and a hash of the app's last word."""

    user: str
    session: str
    given: Json
    id: str = field(default_factory=lambda: new_id("V"))
    hash: str = ""
    values: Json = field(default_factory=dict)
    root_id: str = ""
    previous_id: str | None = None

    def __post_init__(self) -> None:
        self.root_id = self.root_id or self.id
        self.write(self.given)

    def write(self, given: Json) -> None:
        """Replace what the app gave; inputs with the same ids keep what was typed; the hash changes."""
        self.given = copy.deepcopy(given) | {"blocks": with_ids(given["blocks"])}
        self.values = merged_state(self.blocks, self.values) if self.values else initial_state(self.blocks)
        self.hash = f"{int(time.time())}.{secrets.token_hex(4)}"

    def type_in(self, values: Json) -> None:
        """Take over what the person typed; the hash stays."""
        self.values = merged_state(self.blocks, self.values, values)

    @property
    def blocks(self) -> list[Json]:
        """Return the blocks, every one with its ids."""
        blocks: list[Json] = self.given["blocks"]
        return blocks

    @property
    def external_id(self) -> str:
        """Return the app's own name for this view, or an empty string."""
        return str(self.given.get("external_id") or "")

    def wire(self, team_id: str, app: AppIdentity, installed_in: str) -> Json:
        """Return the whole view object as every payload and answer echoes it."""
        given = self.given
        return {
            "id": self.id,
            "team_id": team_id,
            "type": given["type"],
            "blocks": copy.deepcopy(self.blocks),
            "private_metadata": given.get("private_metadata") or "",
            "callback_id": given.get("callback_id") or "",
            "state": {"values": copy.deepcopy(self.values)},
            "hash": self.hash,
            "title": given.get("title"),
            "clear_on_close": bool(given.get("clear_on_close")),
            "notify_on_close": bool(given.get("notify_on_close")),
            "close": given.get("close"),
            "submit": given.get("submit"),
            "previous_view_id": self.previous_id,
            "root_view_id": self.root_id,
            "app_id": app.id,
            "external_id": self.external_id,
            "app_installed_team_id": installed_in,
            "bot_id": app.bot_id,
        }


class ViewStacks:
    """All views that stand open, and everyone's App Home."""

    def __init__(self) -> None:
        self._stacks: dict[tuple[str, str], list[View]] = {}
        self._homes: dict[str, View] = {}
        self._open: dict[str, View] = {}

    @property
    def opened(self) -> list[View]:
        """Every modal and home that stands, the newest last."""
        return list(self._open.values())

    def stack(self, user: str, session: str) -> list[View]:
        """Return the modals of one tab, the lowest first."""
        return self._stacks.setdefault((user, session), [])

    def home(self, user: str) -> View | None:
        """Return this person's App Home, or None while none was published."""
        return self._homes.get(user)

    def find(self, view_id: str | None, external_id: str | None = None) -> View:
        """Return an open modal or a home; `not_found` once it is closed."""
        view = self._open.get(view_id or "") or self._named(external_id)
        if view is None:
            raise SlackError("not_found")
        return view

    def open(self, user: str, session: str, given: Json, *, on: View | None = None) -> View:
        """Put a view on top of a tab's stack; ``on`` is the view it is pushed onto.

        Raises `push_limit_reached` above three, `duplicate_external_id`.
        """
        stack = self.stack(user, session)
        if len(stack) >= STACK_LIMIT:
            raise SlackError("push_limit_reached")
        self._check_external_id(given)
        view = View(user, session, given)
        if on:
            view.root_id, view.previous_id = on.root_id, on.id
        stack.append(view)
        self._open[view.id] = view
        return view

    def update(self, view: View, given: Json, expected_hash: str | None = None) -> View:
        """Replace a view; `hash_conflict` when the app did not see its last word."""
        if expected_hash and expected_hash != view.hash:
            raise SlackError("hash_conflict")
        self._check_external_id(given, besides=view)
        view.write(given)
        return view

    def publish(self, user: str, given: Json, expected_hash: str | None = None) -> View:
        """Set a person's App Home; `hash_conflict` when a newer one stands."""
        view = self._homes.get(user)
        if view:
            return self.update(view, given, expected_hash)
        self._check_external_id(given)
        view = self._homes[user] = View(user, "", given)
        self._open[view.id] = view
        return view

    def close(self, view: View, *, whole_stack: bool = False) -> list[View]:
        """Take a view (or its whole stack) away; return what closed, topmost first."""
        stack = self.stack(view.user, view.session)
        if view not in stack:
            return []
        closed = list(reversed(stack if whole_stack else stack[stack.index(view) :]))
        for one in closed:
            stack.remove(one)
            del self._open[one.id]
        return closed

    def _check_external_id(self, given: Json, besides: View | None = None) -> None:
        if self._named(given.get("external_id")) not in (None, besides):
            raise SlackError("duplicate_external_id")

    def _named(self, external_id: str | None) -> View | None:
        if not external_id:
            return None
        return next((view for view in self._open.values() if view.external_id == external_id), None)
