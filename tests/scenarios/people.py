"""People at their Slack pages: they type, press, fill and look, over the same routes and socket as the page."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import aiohttp

from tests.clocks import PATIENCE

Json = dict[str, Any]
T = TypeVar("T")

AMARA, LIWEI, PRIYA, SOREN = "U0AMARA0001", "U0LIWEI0002", "U0PRIYA0003", "U0SOREN0004"
MARIA, YUKI, OLENA, GUEST, PARTNER, GONE = (
    "U0MARIA0005",
    "U0YUKI00006",
    "U0OLENA0007",
    "U0GUEST0010",
    "U0PARTN0012",
    "U0GONE00011",
)
GENERAL, APPROVALS, SHARED, SPEECH = "C0GENERAL01", "C0APPROVE02", "C0PARTNER08", "C0SPEECH003"

FIELDS = {  # kind of element: where its value stands in the state, and where its first value in the element
    "plain_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "datepicker": ("selected_date", "initial_date"),
    "multi_users_select": ("selected_users", "initial_users"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
}


class Person:
    """One person with one open page. What the page would draw is kept: messages, private answers, windows, home."""

    def __init__(self, base: str, user: str, client: aiohttp.ClientSession) -> None:
        self.base = base
        self.user = user
        self.session = f"page-of-{user}"
        self.modals: list[Json] = []
        self.messages: dict[tuple[str, str], Json] = {}
        self.private: list[Json] = []
        self.errors: list[str] = []
        self.home: Json | None = None
        self._client = client
        self._changed = asyncio.Condition()

    # --- looking ---

    async def sees(self, what: Callable[[Person], T | None], patience: float = PATIENCE) -> T:
        """Wait until ``what`` finds something on the page, and return it."""
        try:
            async with asyncio.timeout(patience), self._changed:
                while True:
                    found = what(self)
                    if found:
                        return found
                    await self._changed.wait()
        except TimeoutError:
            raise AssertionError(f"{self.user} never saw it. Page:\n{self.page()}") from None

    async def reads(self, text: str, patience: float = PATIENCE) -> str:
        """Wait until the text stands anywhere on the page; return the whole of that part."""
        return await self.sees(lambda page: next((part for part in page.parts() if text in part), None), patience)

    async def reads_in_window(self, text: str, patience: float = PATIENCE) -> str:
        """Wait until the text stands in the topmost window."""
        return await self.sees(lambda page: page.window() if text in page.window() else None, patience)

    def window(self) -> str:
        """Return the words of the topmost window."""
        return words_of(self.modals[-1]) if self.modals else ""

    def parts(self) -> list[str]:
        """Return the words of everything on the page, the newest last."""
        everything = [*self.messages.values(), *self.private, *self.modals, *([self.home] if self.home else [])]
        return [words_of(part) for part in everything] + self.errors

    def page(self) -> str:
        """Return all words of the page."""
        return "\n---\n".join(self.parts())

    def card(self, channel: str | None = None, text: str = "") -> Json | None:
        """Return the newest message (of a channel) that holds the text."""
        found = [
            message
            for (where, _), message in self.messages.items()
            if (channel is None or where == channel) and text in words_of(message)
        ]
        return found[-1] if found else None

    # --- acting ---

    async def types(self, text: str, channel: str = GENERAL) -> Json:
        """Type a line; a slash command answers once it was acked."""
        return await self._do("/ui/message", channel=channel, text=text)

    async def presses(self, label: str, channel: str | None = None, patience: float = PATIENCE) -> Json:
        """Press the newest button with this label, in the topmost window if there is one, else in a message."""
        place, block, element = await self.sees(lambda page: page.find(label, channel), patience)
        return await self.press_element(place, block, element)

    async def press_element(self, place: Json, block: Json, element: Json, **more: Any) -> Json:
        """Press one element as it stands."""
        given = {"value": element.get("value", "")} | more
        return await self._do(
            "/ui/action",
            container=place,
            block_id=block["block_id"],
            action_id=element["action_id"],
            type=element["type"],
            **given,
        )

    async def chooses(self, label: str, option: str, channel: str | None = None) -> Json:
        """Choose an option of an overflow menu beside the text ``label``."""
        place, block, element = await self.sees(lambda page: page.find_menu(label, channel))
        chosen = next(each for each in element["options"] if each["text"]["text"] == option)
        return await self.press_element(place, block, element, selected_option=chosen)

    async def fills(self, **values: Any) -> Json:
        """Submit the topmost window with these values, by the beginning of the block's id."""
        view = self.modals[-1]
        state: Json = {}
        for block in view["blocks"]:
            if block["type"] == "input":
                state[block["block_id"]] = {block["element"]["action_id"]: await self._value(block, values)}
        return await self._do("/ui/submit", view_id=view["id"], state={"values": state})

    async def closes(self) -> Json:
        """Close the topmost window."""
        return await self._do("/ui/close", view_id=self.modals[-1]["id"])

    async def uses_shortcut(self, callback_id: str, **message: str) -> Json:
        """Use a shortcut, on the message of this ``channel`` and ``message_ts`` where they are given."""
        return await self._do("/ui/shortcut", callback_id=callback_id, **message)

    async def opens_home(self) -> None:
        """Open the app's home tab."""
        await self._do("/ui/home")

    async def options(self, typed: str, block_id: str = "project") -> list[Json]:
        """Type into a searching select of the topmost window."""
        view = self.modals[-1]
        block = next(each for each in view["blocks"] if each.get("block_id") == block_id)
        answer = await self._do(
            "/ui/options",
            container={"type": "view", "view_id": view["id"]},
            block_id=block_id,
            action_id=block["element"]["action_id"],
            query=typed,
        )
        groups: list[Json] = answer.get("option_groups") or [answer]
        return [option for group in groups for option in group["options"]]

    async def _value(self, block: Json, values: Mapping[str, Any]) -> Json:
        element = block["element"]
        name = next((name for name in values if block["block_id"].startswith(name)), None)
        given = values.get(name) if name else None
        kind = element["type"]
        if kind in FIELDS:
            key, initial = FIELDS[kind]
            return {"type": kind, key: given if name else element.get(initial, [] if "multi" in kind else None)}
        if kind == "external_select" and name:
            found = await self.options(str(given), block["block_id"])
            return {"type": kind, "selected_option": found[0]}
        if kind in ("checkboxes", "multi_external_select"):
            chosen = await self._several(block, given or ())
            return {"type": kind, "selected_options": chosen if name else element.get("initial_options", [])}
        if kind in ("external_select", "static_select", "radio_buttons"):
            offered = [each for each in element.get("options", []) if each["value"] == str(given)]
            return {"type": kind, "selected_option": offered[0] if offered else element.get("initial_option")}
        raise AssertionError(f"nobody taught this driver {kind}")

    async def _several(self, block: Json, wanted: Iterable[Any]) -> list[Json]:
        options = block["element"].get("options")
        if options is None:
            return [(await self.options(str(each), block["block_id"]))[0] for each in wanted]
        values = {str(each) for each in wanted}
        return [each for each in options if each["value"] in values]

    # --- finding ---

    def find(self, label: str, channel: str | None) -> tuple[Json, Json, Json] | None:
        """Return (container, block, element) of the newest button with this label."""
        for place, blocks in self._places(channel):
            for block, element in _elements(blocks):
                if element.get("text", {}).get("text") == label:
                    return place, block, element
        return None

    def find_menu(self, label: str, channel: str | None) -> tuple[Json, Json, Json] | None:
        """Return (container, block, element) of the newest overflow menu in a block that says ``label``."""
        for place, blocks in self._places(channel):
            for block, element in _elements(blocks):
                if element["type"] == "overflow" and label in words_of(block):
                    return place, block, element
        return None

    def _places(self, channel: str | None) -> Iterator[tuple[Json, list[Json]]]:
        if channel is None:
            for view in reversed(self.modals):
                yield {"type": "view", "view_id": view["id"]}, view["blocks"]
            for message in reversed(self.private):
                yield (
                    {"type": "message", "channel": message["channel"], "ts": message["ts"], "ephemeral": True},
                    message.get("blocks", []),
                )
        for (where, ts), message in reversed(self.messages.items()):
            if channel in (None, where):
                yield {"type": "message", "channel": where, "ts": ts}, message.get("blocks") or []
        if channel is None and self.home is not None:
            yield {"type": "view", "view_id": self.home["id"]}, self.home["blocks"]

    # --- the page's socket ---

    async def _do(self, path: str, **body: Any) -> Json:
        given = {"user": self.user, "session": self.session, **body}
        async with self._client.post(self.base + path, json=given) as answer:
            result: Json = await answer.json()
            return result

    async def listen(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Keep what the server pushes."""
        async for message in socket:
            if message.type == aiohttp.WSMsgType.TEXT:
                async with self._changed:
                    self._take(message.json())
                    self._changed.notify_all()

    def _take(self, frame: Json) -> None:  # noqa: C901 one case for each kind of frame
        match frame["type"]:
            case "message" | "message_changed":
                self.messages[frame["channel"], frame["message"]["ts"]] = frame["message"]
            case "message_deleted":
                self.messages.pop((frame["channel"], frame["ts"]), None)
            case "ephemeral":
                self.private.append(frame["message"])
            case "ephemeral_replaced":
                self.private = [each for each in self.private if each["ts"] != frame["ts"]]
                if frame.get("message"):
                    self.private.append(frame["message"])
            case "view_opened" | "view_pushed":
                self.modals.append(frame["view"])
            case "view_updated":
                self.modals = [frame["view"] if each["id"] == frame["view"]["id"] else each for each in self.modals]
            case "views_closed":
                self.modals = [each for each in self.modals if each["id"] not in frame["view_ids"]]
            case "home_published":
                self.home = frame["view"]
            case "error":
                self.errors.append(frame["text"])


@asynccontextmanager
async def person(base: str, user: str) -> AsyncIterator[Person]:
    """Open somebody's page."""
    async with aiohttp.ClientSession() as client:
        somebody = Person(base, user, client)
        url = f"{base}/ui/socket?user={user}&session={somebody.session}"
        async with client.ws_connect(url, max_msg_size=0) as socket:
            listening = asyncio.create_task(somebody.listen(socket))
            try:
                yield somebody
            finally:
                listening.cancel()


def words_of(part: Any) -> str:
    """Return every word that a message, view or block shows."""
    if isinstance(part, list):
        return "\n".join(filter(None, (words_of(each) for each in part)))
    if not isinstance(part, dict):
        return ""
    own = [str(part["text"])] if isinstance(part.get("text"), str) else []
    return "\n".join(
        [*own, *filter(None, (words_of(value) for value in part.values() if isinstance(value, dict | list)))]
    )


def _elements(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    for block in blocks:
        for element in [*block.get("elements", []), *([block["accessory"]] if "accessory" in block else [])]:
            if "action_id" in element:
                yield block, element
