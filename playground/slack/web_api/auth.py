"""api.test, auth.test, apps.connections.open, team.info, bots.info."""

from __future__ import annotations

from playground.slack.socket_mode import SocketMode
from playground.slack.web_api.call import Call, Method
from playground.slack.wire import Json, SlackError


def _api_test(call: Call) -> Json:
    if call.text("error"):
        raise SlackError(call.text("error"))
    return {"args": {name: value for name, value in call.arguments.items() if name != "token"}}


def _auth_test(call: Call) -> Json:
    team, app, organisation = call.workspace.team, call.workspace.app, call.workspace.organisation
    who = {
        "url": f"https://{team.domain}.slack.com/",
        "team": team.name,
        "user": call.workspace.people[app.bot_user_id].name,
        "team_id": team.id,
        "user_id": app.bot_user_id,
        "bot_id": app.bot_id,
        "is_enterprise_install": False,
    }
    if organisation is None:
        return who
    who |= {"enterprise_id": organisation.id, "is_enterprise_install": organisation.org_wide}
    return who | ({"team_id": organisation.id, "team": organisation.name} if organisation.team_is_null else {})


def _open_connection(call: Call) -> Json:
    if not isinstance(call.emulation.delivery, SocketMode):
        raise SlackError("no_permission", "Socket Mode is off for this app")
    return {"url": call.emulation.delivery.open_url()}


def _team_info(call: Call) -> Json:
    team = call.workspace.team
    icon = {"image_default": True}
    return {"team": {"id": team.id, "name": team.name, "domain": team.domain, "email_domain": "", "icon": icon}}


def _bots_info(call: Call) -> Json:
    app = call.workspace.app
    if call.text("bot", app.bot_id) != app.bot_id:
        raise SlackError("bot_not_found")
    bot = {"id": app.bot_id, "app_id": app.id, "user_id": app.bot_user_id, "deleted": False}
    return {"bot": bot | {"name": call.emulation.manifest.name}}


METHODS: dict[str, Method] = {
    "api.test": _api_test,
    "auth.test": _auth_test,
    "apps.connections.open": _open_connection,
    "team.info": _team_info,
    "bots.info": _bots_info,
}
