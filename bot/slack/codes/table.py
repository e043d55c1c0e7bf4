"""Method × error code that Slack documents → what it means.

Sources: docs.slack.dev/reference/methods/<method> and docs.slack.dev/reference/common-errors, as of May 2026; codes
that only Slack's OpenAPI description of 2021 has are kept. Codes of a ``response_url`` are those of
docs.slack.dev/messaging/sending-messages-using-incoming-webhooks, and those that public reports show. ``http_404`` and
the like are ours: an answer without a code. So is ``address_refused``: an address that is none of Slack's.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.slack.codes import sentences as say
from bot.slack.codes.common import DEAD_TOKEN
from bot.slack.codes.sentences import INSTALL, Entry, closed, lost, theirs

_SAID_WRONG = (
    "as_user_not_supported",
    "attachment_payload_limit_exceeded",
    "block_mismatch",
    "cant_broadcast_message",
    "draft_already_deleted",
    "draft_already_sent",
    "draft_has_conflict",
    "draft_not_found",
    "duplicate_channel_not_found",
    "duplicate_message_not_found",
    "invalid_attachments",
    "invalid_blocks",
    "invalid_blocks_format",
    "invalid_metadata_format",
    "invalid_metadata_schema",
    "markdown_text_conflict",
    "metadata_must_be_sent_from_app",
    "metadata_too_large",
    "missing_file_data",
    "msg_blocks_too_long",
    "msg_too_long",
    "no_dual_broadcast_content_update",
    "no_text",
    "team_not_found",
    "too_many_attachments",
    "too_many_contact_cards",
)
_FILES_IN_MESSAGES = (
    "blocked_file_type",
    "file_deleted",
    "file_is_deleted",
    "file_not_found",
    "file_share_limit_reached",
    "max_file_sharing_exceeded",
    "unable_to_share_files",
)
_CONNECT = (
    "slack_connect_blocked_file_type",
    "slack_connect_canvas_sharing_blocked",
    "slack_connect_clip_sharing_blocked",
    "slack_connect_file_link_sharing_blocked",
    "slack_connect_file_upload_sharing_blocked",
    "slack_connect_lists_sharing_blocked",
)
_MESSAGES: Mapping[str, Entry] = {
    "channel_not_found": say.CHANNEL_GONE,
    "is_archived": say.ARCHIVED,
    "not_in_channel": say.NOT_IN,
    "no_permission": say.NOT_IN,
    "restricted_action": say.RESTRICTED,
    "message_limit_exceeded": say.PLAN_LIMIT,
    "messages_tab_disabled": say.TAB_OFF,
    "cannot_reply_to_message": say.THREAD_CLOSED,
    **dict.fromkeys(_SAID_WRONG, say.OURS),
}

UPDATED_ELSEWHERE = "hash_conflict"
"""The view was changed since; after an unclear update it means that the update was taken."""

_VIEWS: Mapping[str, Entry] = dict.fromkeys(
    ("duplicate_external_id", "view_too_large", "invalid_blocks", "invalid_blocks_format"), say.OURS
)
_TRIGGERS: Mapping[str, Entry] = {
    "expired_trigger_id": say.WINDOW_LATE,
    "trigger_expired": say.WINDOW_LATE,
    "invalid_trigger_id": say.WINDOW_LATE,
    "exchanged_trigger_id": say.WINDOW_USED,
    "trigger_exchanged": say.WINDOW_USED,
}

METHODS: Mapping[str, Mapping[str, Entry]] = {
    "apps.connections.open": {
        **dict.fromkeys(("missing_args", *DEAD_TOKEN), say.DEAD_APP_TOKEN),
        "forbidden_team": theirs("Slack does not offer Socket Mode to this workspace. Use KEYDESK_TRANSPORT=http."),
        "insecure_request": say.OURS,
        "missing_scope": theirs(
            f"The app-level token lacks the scope connections:write. {INSTALL}: make one with it under Basic "
            "Information."
        ),
        "no_permission": theirs(f"Socket Mode is switched off for Keydesk. {INSTALL}: Socket Mode, at the app."),
    },
    "auth.test": {},
    "chat.postEphemeral": {
        **_MESSAGES,
        "user_not_in_channel": closed("That person is not in that channel."),
    },
    "chat.postMessage": {
        **_MESSAGES,
        **dict.fromkeys(_CONNECT, say.CONNECT),
        "cannot_dm_bot": say.NO_SUCH_PERSON,
        "restricted_action_read_only_channel": say.RESTRICTED,
        "restricted_action_thread_only_channel": say.RESTRICTED,
        "restricted_action_non_threadable_channel": say.THREAD_CLOSED,
        "restricted_action_thread_locked": say.THREAD_CLOSED,
        "invalid_thread_ts": say.THREAD_CLOSED,
        "thread_not_found": say.THREAD_CLOSED,
    },
    "chat.update": {
        **_MESSAGES,
        **dict.fromkeys(_CONNECT, say.CONNECT),
        **dict.fromkeys(_FILES_IN_MESSAGES, say.OURS),
        **dict.fromkeys(("cant_update_message", "edit_window_closed", "message_not_found"), say.MESSAGE_GONE),
        "is_inactive": lost("That channel is archived, frozen or deleted, so its messages can no longer be changed."),
        "external_channel_migrating": say.PASSING,
        "posting_to_channel_denied": say.RESTRICTED,
        "streaming_state_conflict": say.PASSING,
        "update_failed": say.TROUBLE,
    },
    "conversations.info": {
        "channel_not_found": say.CHANNEL_GONE,
        "channel_is_limited_access": say.CHANNEL_GONE,
    },
    "conversations.members": {
        "channel_not_found": say.CHANNEL_GONE,
        "fetch_members_failed": say.PASSING,
        "invalid_cursor": say.PASSING,
        "invalid_limit": say.OURS,
        "method_not_supported_for_channel_type": say.NO_CONVERSATION,
    },
    "conversations.open": {
        "cannot_dm_bot": say.NO_SUCH_PERSON,
        "channel_not_found": say.NO_SUCH_PERSON,
        "invalid_user_combination": say.NO_SUCH_PERSON,
        "method_not_supported_for_channel_type": say.NO_CONVERSATION,
        "not_enough_users": say.OURS,
        "too_many_users": say.OURS,
        "user_disabled": say.DEACTIVATED,
        "user_not_found": say.NO_SUCH_PERSON,
        "user_not_visible": say.NO_SUCH_PERSON,
        "users_list_not_supplied": say.OURS,
    },
    "files.completeUploadExternal": {
        "channel_not_found": say.CHANNEL_TAKES_NO_FILE,
        "channels_limit_exceeded": say.OURS,
        "file_not_found": lost("Slack no longer has the file that was just sent. Please ask for it again."),
        "file_type_not_allowed": say.TYPE_OFF,
        "file_update_failed": say.TROUBLE,
        "file_uploads_except_images_disabled": say.TYPE_OFF,
        "invalid_blocks": say.OURS,
        "invalid_channel": say.CHANNEL_TAKES_NO_FILE,
        "not_in_channel": say.CHANNEL_TAKES_NO_FILE,
        "posting_to_channel_denied": say.CHANNEL_TAKES_NO_FILE,
    },
    "files.getUploadURLExternal": {
        "alt_txt_too_large": say.OURS,
        "file_type_not_allowed": say.TYPE_OFF,
        "file_upload_size_restricted": say.TOO_BIG,
        "file_uploads_disabled": say.UPLOADS_OFF,
        "file_uploads_except_images_disabled": say.TYPE_OFF,
        "missing_argument": say.OURS,
        "snippet_too_large": say.TOO_BIG,
        "storage_limit_reached": say.NO_SPACE,
        "unknown_snippet_type": say.OURS,
        "unknown_subtype": say.OURS,
    },
    "response_url": {
        **dict.fromkeys(("expired_url", "invalid_url", "used_url", "http_404", "http_410"), say.LINK_USED),
        **dict.fromkeys(
            ("invalid_token", "no_active_hooks", "no_service", "no_service_id", "no_team", "team_disabled"),
            say.LINK_USED,
        ),
        **dict.fromkeys(("channel_is_archived", "is_archived"), say.ARCHIVED),
        "address_refused": say.NOT_SLACKS,
        "action_prohibited": say.RESTRICTED,
        "channel_not_found": say.CHANNEL_GONE,
        "http_403": say.RESTRICTED,
        "posting_to_general_channel_denied": say.RESTRICTED,
        "user_not_found": say.NO_SUCH_PERSON,
        **dict.fromkeys(
            (
                "invalid_blocks",
                "invalid_blocks_format",
                "invalid_payload",
                "msg_blocks_too_long",
                "msg_too_long",
                "no_text",
                "too_many_attachments",
            ),
            say.OURS,
        ),
        "ratelimited": say.TOO_MANY,
        "rate_limited": say.TOO_MANY,
        "rollup_error": say.TROUBLE,
    },
    "upload_url": {
        "address_refused": say.NOT_SLACKS,
        "http_403": say.UPLOADS_OFF,
        "http_404": lost("The address that Slack gave for the file has expired. Please ask for it again."),
        "http_413": say.TOO_BIG,
    },
    "usergroups.list": {
        "invalid_cursor": say.PASSING,
        "invalid_team": say.OURS,
        "missing_argument": say.OURS,
        "plan_upgrade_required": theirs(
            "This workspace's plan has no user groups. Give roles to people, or change the plan."
        ),
        "user_is_bot": say.OURS,
        "user_is_restricted": say.OURS,
        "users_not_found": say.PASSING,
    },
    "users.info": {
        "too_many_users": say.OURS,
        "user_not_found": say.NO_SUCH_PERSON,
        "user_not_visible": say.NO_SUCH_PERSON,
    },
    "views.open": {**_VIEWS, **_TRIGGERS},
    "views.publish": {
        **_VIEWS,
        UPDATED_ELSEWHERE: say.WINDOW_CHANGED,
        "missing_profile_id": say.OURS,
        "not_enabled": theirs(f"The Home tab of Keydesk is switched off. {INSTALL}: App Home, Home Tab."),
        "not_implemented": say.OURS,
        "user_not_found": say.NO_SUCH_PERSON,
    },
    "views.push": {**_VIEWS, **_TRIGGERS, "not_found": say.WINDOW_GONE, "push_limit_reached": say.STACK_FULL},
    "views.update": {**_VIEWS, UPDATED_ELSEWHERE: say.WINDOW_CHANGED, "not_found": say.WINDOW_GONE},
}
"""Every method that Keydesk calls, with the codes of its own; what stands here goes before ``COMMON``."""
