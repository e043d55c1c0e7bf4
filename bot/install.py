"""The first step of an installation: a ``.env`` file with everything that Keydesk reads."""

from __future__ import annotations

from pathlib import Path

TEMPLATE = """\
# Slack: from the app's page at api.slack.com/apps (see README.md, "Install in a real workspace")
SLACK_BOT_TOKEN=
SLACK_APP_TOKEN=
# Only for KEYDESK_TRANSPORT=http
SLACK_SIGNING_SECRET=

# Deepgram: an admin-role key of a service account
DEEPGRAM_API_KEY=

# Only for further Deepgram accounts: seals their credentials in the database. Make it with: keydesk secret new
# To rotate it, put the new one first and a comma between; see docs/runbook.md
KEYDESK_SECRET_KEY=

# Slack user ids of at least two people who own Keydesk, separated by commas
KEYDESK_OWNERS=

# socket (no public address needed) or http
KEYDESK_TRANSPORT=socket

# Only to read over HTTP what is wrong: curl -H "Authorization: Bearer $KEYDESK_HEALTH_TOKEN" localhost:3000/readyz
KEYDESK_HEALTH_TOKEN=

# Empty: SQLite in KEYDESK_HOME (default ~/.keydesk); several processes: postgresql://user:password@host/keydesk
DATABASE_URL=
"""


def write_env(path: Path) -> bool:
    """Write the file for its owner's eyes only; False if it is already there."""
    if path.exists():
        return False
    path.touch(mode=0o600)
    path.write_text(TEMPLATE, encoding="utf-8")
    return True
