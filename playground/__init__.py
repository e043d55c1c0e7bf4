"""Everything needed to try and to test Keydesk without Slack or a provider: nothing in here is real."""
