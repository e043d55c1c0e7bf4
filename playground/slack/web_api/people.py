"""users.info, users.list, users.lookupByEmail, usergroups.list, usergroups.users.list."""

from __future__ import annotations

from datetime import datetime

from playground.slack.state import Organisation, Person, UserGroup, Workspace
from playground.slack.web_api.call import Call, Method
from playground.slack.wire import Json, SlackError


def user_object(person: Person, now: datetime, *, with_email: bool) -> Json:
    """Return a user object (docs.slack.dev/reference/objects/user-object)."""
    profile: Json = {
        "title": person.title,
        "real_name": person.real_name,
        "real_name_normalized": person.real_name,
        "display_name": person.name,
        "display_name_normalized": person.name,
        "status_text": "",
        "status_emoji": "",
        "avatar_hash": person.id[-8:].lower(),
        "team": person.team_id,
    }
    if with_email and person.email:
        profile["email"] = person.email
    user: Json = {
        "id": person.id,
        "team_id": person.team_id,
        "name": person.name,
        "deleted": person.deleted,
        "real_name": person.real_name,
        "profile": profile,
        "is_bot": person.is_bot,
        "is_app_user": False,
        "updated": 1_700_000_000,
    }
    if person.is_stranger:
        user["is_stranger"] = True
    if person.organisation is not None:
        user["enterprise_user"] = _enterprise_user(person, person.organisation)
    whole = user if person.deleted else user | _standing(person, now)
    return {name: value for name, value in whole.items() if name not in person.left_out}


def _enterprise_user(person: Person, organisation: Organisation) -> Json:
    return {
        "id": person.id,
        "enterprise_id": organisation.id,
        "enterprise_name": organisation.name,
        "is_admin": False,
        "is_owner": False,
        "is_primary_owner": False,
        "teams": [*person.teams],
    }


def _standing(person: Person, now: datetime) -> Json:
    return {
        "color": person.color,
        "tz": person.tz,
        "tz_label": person.tz_label,
        "tz_offset": person.tz_offset(now),
        "is_admin": person.is_admin,
        "is_owner": person.is_owner,
        "is_primary_owner": False,
        "is_restricted": person.is_restricted,
        "is_ultra_restricted": person.is_ultra_restricted,
        "is_email_confirmed": True,
    }


def _wire(call: Call, person: Person) -> Json:
    return user_object(person, call.now, with_email=call.has_scope("users:read.email"))


def _info(call: Call) -> Json:
    return {"user": _wire(call, call.person())}


def _list(call: Call) -> Json:
    own = [one for one in call.workspace.people.values() if one.team_id == call.workspace.team.id]
    people, metadata = call.page(own, call.number("limit", default=1000))
    return {"members": [_wire(call, one) for one in people], "cache_ts": int(call.now.timestamp()), **metadata}


def _lookup(call: Call) -> Json:
    email = call.required("email").lower()
    for person in call.workspace.people.values():
        if (person.email or "").lower() == email and not person.deleted:
            return {"user": _wire(call, person)}
    raise SlackError("users_not_found")


def group_object(workspace: Workspace, group: UserGroup, *, with_users: bool) -> Json:
    """Return a user group object (docs.slack.dev/reference/objects/usergroup-object)."""
    wire = {"id": group.id, "team_id": workspace.team.id, "is_usergroup": True, "name": group.name}
    wire |= {"handle": group.handle, "user_count": len(group.users), "date_delete": 0}
    return wire | ({"users": group.users} if with_users else {})


def _check_plan(call: Call) -> None:
    workspace = call.workspace
    if workspace.plan == "free":
        raise SlackError("plan_upgrade_required")
    org_wide = workspace.organisation is not None and workspace.organisation.org_wide
    if org_wide and call.required("team_id") != workspace.team.id:
        raise SlackError("invalid_team")


def _groups(call: Call) -> Json:
    _check_plan(call)
    groups, with_users = call.workspace.user_groups.values(), call.flag("include_users")
    return {"usergroups": [group_object(call.workspace, one, with_users=with_users) for one in groups]}


def _group_users(call: Call) -> Json:
    _check_plan(call)
    group = call.workspace.user_groups.get(call.required("usergroup"))
    if group is None:
        raise SlackError("no_such_subteam")
    return {"users": group.users}


METHODS: dict[str, Method] = {
    "users.info": _info,
    "users.list": _list,
    "users.lookupByEmail": _lookup,
    "usergroups.list": _groups,
    "usergroups.users.list": _group_users,
}
