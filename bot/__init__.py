"""Keydesk: the front desk for speech and LLM provider keys, inside Slack."""
