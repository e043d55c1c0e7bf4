"""The app as its manifest describes it (docs.slack.dev/reference/app-manifest)."""

from __future__ import annotations

from dataclasses import dataclass

from playground.slack.wire import Json


@dataclass(frozen=True)
class AppManifest:
    """The parts of a manifest that change how Slack behaves."""

    name: str
    commands: tuple[Json, ...]
    shortcuts: tuple[Json, ...]
    bot_scopes: frozenset[str]
    bot_events: frozenset[str]
    home_tab: bool
    messages_tab: bool
    messages_tab_read_only: bool
    interactive: bool

    def command(self, name: str) -> Json | None:
        """Return the slash command of this name, or None."""
        return next((command for command in self.commands if command["command"] == name), None)

    def shortcut(self, callback_id: str) -> Json | None:
        """Return the shortcut of this callback id, or None."""
        return next((one for one in self.shortcuts if one["callback_id"] == callback_id), None)


def read_manifest(manifest: Json) -> AppManifest:
    """Read a parsed manifest; what it leaves out is off, as in Slack."""
    features = manifest.get("features", {})
    settings = manifest.get("settings", {})
    home = features.get("app_home", {})
    return AppManifest(
        name=features.get("bot_user", {}).get("display_name") or manifest["display_information"]["name"],
        commands=tuple(features.get("slash_commands", ())),
        shortcuts=tuple(features.get("shortcuts", ())),
        bot_scopes=frozenset(manifest.get("oauth_config", {}).get("scopes", {}).get("bot", ())),
        bot_events=frozenset(settings.get("event_subscriptions", {}).get("bot_events", ())),
        home_tab=bool(home.get("home_tab_enabled")),
        messages_tab=bool(home.get("messages_tab_enabled")),
        messages_tab_read_only=bool(home.get("messages_tab_read_only_enabled")),
        interactive=bool(settings.get("interactivity", {}).get("is_enabled")),
    )
