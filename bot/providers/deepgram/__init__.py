"""Deepgram's management API."""
