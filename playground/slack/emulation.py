"""All parts of one emulated Slack, for the functions that need several of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from playground.clock import PlaygroundClock
from playground.slack.background import Background
from playground.slack.delivery import Delivery
from playground.slack.events import Events
from playground.slack.faults import Faults
from playground.slack.files import Files
from playground.slack.manifest import AppManifest
from playground.slack.rate_limits import RateLimits
from playground.slack.record import Record
from playground.slack.refused_blocks import RefusedBlocks
from playground.slack.response_urls import ResponseUrls
from playground.slack.state import Channel, Workspace
from playground.slack.tabs import Tabs
from playground.slack.timings import Timings
from playground.slack.triggers import Triggers
from playground.slack.view_stacks import ViewStacks
from playground.slack.wire import Json


@dataclass(frozen=True)
class Tokens:
    """What the app may show to prove itself."""

    bot: str
    app: str
    verification: str


@dataclass
class Emulation:
    """One workspace with one app."""

    clock: PlaygroundClock
    workspace: Workspace
    manifest: AppManifest
    tokens: Tokens
    timings: Timings
    transport: str
    delivery: Delivery
    rate_limits: RateLimits
    providers: list[Json] = field(default_factory=list)
    background: Background = field(default_factory=Background)
    faults: Faults = field(default_factory=Faults)
    refused_blocks: RefusedBlocks = field(default_factory=RefusedBlocks)
    files: Files = field(default_factory=Files)
    record: Record = field(default_factory=Record)
    tabs: Tabs = field(default_factory=Tabs)
    views: ViewStacks = field(default_factory=ViewStacks)
    address: str = ""
    double_clicks: bool = False
    events: Events = field(init=False)
    response_urls: ResponseUrls = field(init=False)
    triggers: Triggers = field(init=False)

    def __post_init__(self) -> None:
        self.response_urls = ResponseUrls(self.timings.response_url)
        self.triggers = Triggers(self.timings.trigger)
        self.events = Events(
            workspace=self.workspace,
            manifest=self.manifest,
            timings=self.timings,
            delivery=self.delivery,
            verification_token=self.tokens.verification,
            record=self.record,
            background=self.background,
        )

    def tell_channel(self, channel: Channel, frame: Json) -> None:
        """Push a frame to everyone who may read this channel."""
        readers = [one for one in self.tabs.users() if self.workspace.may_read(one, channel)]
        self.tabs.push(readers, frame)

    def tell_bot_connection(self) -> None:
        """Push whether the bot is connected."""
        connected = self.delivery.connected
        self.tabs.push_all({"type": "bot", "connected": connected, "transport": self.transport})
