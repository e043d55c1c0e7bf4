"""What every method may answer (docs.slack.dev/reference/common-errors)."""

from __future__ import annotations

from collections.abc import Mapping

from bot.slack.codes import sentences as say
from bot.slack.codes.sentences import INSTALL, Entry, theirs

DEAD_TOKEN = (
    "account_inactive",
    "invalid_auth",
    "not_allowed_token_type",
    "not_authed",
    "token_expired",
    "token_revoked",
)
_TROUBLE = ("fatal_error", "internal_error", "request_timeout", "service_unavailable")
_OURS = (
    "deprecated_endpoint",
    "invalid_arg_name",
    "invalid_arguments",
    "invalid_array_arg",
    "invalid_charset",
    "invalid_form_data",
    "invalid_json",
    "invalid_post_type",
    "json_not_object",
    "method_deprecated",
    "missing_charset",
    "missing_post_type",
    "superfluous_charset",
    "unknown_method",
    "upgrade_required",
)

COMMON: Mapping[str, Entry] = {
    **dict.fromkeys(DEAD_TOKEN, say.DEAD),
    **dict.fromkeys(("ratelimited", "rate_limited"), say.TOO_MANY),
    **dict.fromkeys(_TROUBLE, say.TROUBLE),
    **dict.fromkeys(("org_login_required", "team_added_to_org"), say.MIGRATING),
    **dict.fromkeys(_OURS, say.OURS),
    "access_denied": theirs(
        "Slack does not let Keydesk do that here (access_denied). A workspace administrator can allow it."
    ),
    "accesslimited": theirs(
        "Slack does not take calls from the network that Keydesk runs in. A workspace administrator can add its "
        "address to the allowed ones of the app."
    ),
    "ekm_access_denied": theirs(
        "Administrators have suspended messages of apps in this workspace (Enterprise Key Management). They can lift "
        "that."
    ),
    "enterprise_is_restricted": theirs(
        "Keydesk is installed for an organisation and not for this workspace. An organisation administrator can "
        "install it here."
    ),
    "missing_scope": theirs(
        f"Keydesk's installation lacks a scope for that. {INSTALL}: paste its manifest again at api.slack.com/apps and "
        "reinstall the app; keydesk doctor names what is missing."
    ),
    "no_permission": theirs(
        f"Slack says that Keydesk may not do that here. {INSTALL}, or a workspace administrator: see keydesk doctor."
    ),
    "team_access_not_granted": theirs(
        "The organisation has not given Keydesk this workspace. An organisation administrator can add it to the app."
    ),
    "two_factor_setup_required": theirs(
        "Slack asks for two-factor authentication before Keydesk may go on. Whoever installed Keydesk has to set it up."
    ),
}
"""What every method may answer."""
