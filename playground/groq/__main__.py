"""`python -m playground.groq`: the emulated Groq alone, with one organization and one key."""

from __future__ import annotations

import asyncio
import signal

import click

from playground.groq.catalogue import MODELS
from playground.groq.server import GroqEmulator


@click.command()
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="Port on 127.0.0.1 (0: any free one).")
@click.option("--unlimited", is_flag=True, help="Without Groq's published limits.")
def main(*, port: int, unlimited: bool) -> None:
    """Emulate Groq on this machine until Ctrl-C; its state is forgotten then."""
    asyncio.run(_serve(port, unlimited=unlimited))


async def _serve(port: int, *, unlimited: bool) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    groq = GroqEmulator()
    limits = {} if unlimited else {name: model.limits for name, model in MODELS.items()}
    key = groq.state.add_organization(limits).new_key()
    click.echo(f"Groq is emulated at {await groq.start(port)}\nGROQ_BASE_URL={groq.url}\nGROQ_API_KEY={key}")
    await stop.wait()
    await groq.stop()


if __name__ == "__main__":
    main()
