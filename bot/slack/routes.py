"""What a listener needs before it runs, declared where it is registered; the guard sees to it (``entering.py``)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bot.errors import BotError, CouldNotCheck, FormError, NotAllowed, NotOffered
from bot.operation import Actor
from bot.slack.blocks import Block
from bot.slack.call import Call

MEMBER = "member"
"""Needs nothing but to be a full member of this workspace."""

ONE_MOMENT = "One moment…"
BROUGHT_BACK = (FormError, NotAllowed, NotOffered, CouldNotCheck)
"""What somebody can mend, or try again: what they typed must not be lost by it."""

Answer = Mapping[str, Any] | Sequence[Block] | str | None
"""What a listener answers: a view for its window, blocks or a plain text for whoever asked, or nothing more."""

Place = Callable[..., Any]
"""Finds the project in which something is needed; ``bot.access.places`` has all of them."""

Needs = str | Callable[[Actor, Call], str]
"""A name that some room declares a right for, or `MEMBER`; or how it is read from the call, where one button
serves several."""

RoutedListener = Callable[[Call, Any], Awaitable[Answer]]
"""A listener behind a door: the call, and the ``Access`` of whoever makes it; of a late route, an `Admit`."""

Admit = Callable[[], Awaitable[Any]]
"""Returns the ``Access`` of whoever calls, or raises, as `Doorkeeper.admit` does."""


@dataclass(frozen=True)
class Route:
    """A listener with what it needs.

    ``needs`` is what its role must allow; ``project`` says where it is needed. ``window`` is the title of a window that
    opens before anything else (on top of one whose button was pressed), because a trigger lives for three seconds; it
    says ``waits`` until the listener's view takes its place. ``reads`` takes a form apart, touching nothing else: what
    it raises stands under its field, what it returns is ``call.form``. ``back`` draws the form again with what was
    typed and what is wrong, after one of the errors of ``brought_back``. ``in_place`` shows blocks instead of the
    message whose button was pressed, and a view instead of the window whose button it was. ``late`` is for what has to
    do something before it is known who calls, or to tell a refusal in its own place: the listener gets an `Admit`, and
    opens a window itself.
    """

    listener: RoutedListener
    needs: Needs
    project: Place
    window: str = ""
    waits: str = ONE_MOMENT
    reads: Callable[[Call], Any] | None = None
    back: Callable[[Call, Actor, BotError], Awaitable[Block]] | None = None
    brought_back: tuple[type[BotError], ...] = BROUGHT_BACK
    in_place: bool = False
    late: bool = False


class Doorkeeper(Protocol):
    """Lets people pass: everything that calls, in one place."""

    async def admit(self, call: Call, route: Route) -> Any:
        """Return the ``Access`` of whoever calls.

        Raises:
            NotAllowed: they are no full member, or their role there is too low; it is on the record.
            CouldNotCheck: Slack did not say who they are.
            NotUnderstood: there is no such project, or none is chosen.
            NotOffered: the project's provider has nothing of the kind.
        """
        ...

    async def note_refusal(self, call: Call, route: Route, access: Any, refusal: NotAllowed) -> None:
        """Write down that a listener refused whoever was let pass, unless that was written down where it was judged."""
        ...

    async def remembered(self, call: Call, route: Route) -> Any | None:
        """Return the same from what is remembered, without a call to Slack; None for whoever may not."""
        ...
