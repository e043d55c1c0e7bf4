"""``python -m playground``: an emulated Slack in the browser, an emulated Deepgram, and the real bot."""

from __future__ import annotations

import asyncio
import errno
import signal
import sys
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from playground.supervisor import Playground


@click.command()
@click.option("--http", is_flag=True, help="Deliver by signed HTTP instead of Socket Mode.")
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="Port of the page (0: any free one).")
def main(*, http: bool, port: int) -> None:
    """Run the playground until Ctrl-C; its address is the last line printed."""
    try:
        from playground.supervisor import playground  # noqa: PLC0415 - it takes seconds: Ctrl-C shall end them quietly

        asyncio.run(_run(playground("http" if http else "socket", port=port, lived_in=True)))
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as problem:
        if problem.errno != errno.EADDRINUSE:
            raise
        another = 'End what listens there, or choose another: make demo ARGS="--port 8080"'
        raise click.ClickException(f"Port {port} is taken already. {another}") from None


async def _run(opening: AbstractAsyncContextManager[Playground]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    click.echo("Starting Keydesk beside an emulated Slack and Deepgram. Nothing there is real. Ctrl-C ends it.")
    async with opening as running:
        click.echo(running.address)
        await _until_told(running, stop)


async def _until_told(running: Playground, stop: asyncio.Event) -> None:
    told = asyncio.create_task(stop.wait())
    while not told.done():
        ended = asyncio.create_task(running.bot.wait()) if running.bot is not None else told
        await asyncio.wait({told, ended}, return_when=asyncio.FIRST_COMPLETED)
        if not told.done():
            click.echo(f"The bot ended by itself:\n{running.log_end()}\nStarting it again.", err=True)
            await running.start_bot()


if __name__ == "__main__":
    main()
