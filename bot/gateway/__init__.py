"""The data path in front of a provider that has no limits of its own to set: admission, relay, metering."""
