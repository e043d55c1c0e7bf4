"""An emulated Deepgram: the management API with a memory, roles, expiry and faults on demand."""
