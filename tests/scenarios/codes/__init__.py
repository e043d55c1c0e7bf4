"""The codes walk: every method that we call × every code of the table, provoked in the emulated Slack."""
