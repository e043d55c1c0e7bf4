"""A second opinion on every figure: the emulator's own reports, read and added up without a line of ``bot/``."""
