"""The entrance of ``keydesk``, also ``python -m bot``: loads what a command needs once one was named."""

from __future__ import annotations

import click

INTERRUPTED = 130  # 128 and SIGINT's number, as shells say it


class Keydesk(click.Group):
    """The commands of `bot.commandline`: loading them takes seconds on a small machine; ``--version`` needs none."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name all commands."""
        return _commands().list_commands(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return one command."""
        return _commands().get_command(ctx, cmd_name)

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; Ctrl-C ends it without a word, while it is still loading too."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)


def _commands() -> click.Group:
    from bot.commandline import commands  # noqa: PLC0415 - see `Keydesk`

    return commands


@click.group(cls=Keydesk)
@click.version_option(package_name="keydesk")
def main() -> None:
    """Keydesk: the front desk for speech and LLM provider keys, inside Slack."""


if __name__ == "__main__":
    main()
