"""Clients of the providers whose keys Keydesk looks after; one folder each, over one way of speaking HTTP."""
