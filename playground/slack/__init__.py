"""An emulated Slack: Web API, Socket Mode, signed HTTP, and the routes that a page or a test drives people with."""

from playground.slack.seed import empty_workspace, seeded_workspace
from playground.slack.server import SlackEmulator
from playground.slack.timings import Timings

__all__ = ["SlackEmulator", "Timings", "empty_workspace", "seeded_workspace"]
