"""Every fault of the provider against everything that Keydesk asks of it."""
