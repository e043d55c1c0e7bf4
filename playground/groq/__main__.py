"""`python -m playground.groq`: the emulated Groq alone, with one organization and one key."""

from __future__ import annotations

import asyncio

import click

from playground.groq.server import GroqEmulator

PUBLISHED = {
    "openai/gpt-oss-120b": {"RPM": 30, "RPD": 1_000, "TPM": 8_000, "TPD": 200_000},
    "openai/gpt-oss-20b": {"RPM": 30, "RPD": 1_000, "TPM": 8_000, "TPD": 200_000},
}
"""The published base limits of autumn 2026."""


@click.command()
@click.option("--port", default=0, help="Where to listen on 127.0.0.1; any free port without it.")
def main(port: int) -> None:
    """Emulate Groq on this machine until Ctrl-C; its state is forgotten then."""
    asyncio.run(_serve(port))


async def _serve(port: int) -> None:
    groq = GroqEmulator()
    key = groq.state.add_organization(PUBLISHED).new_key()
    click.echo(f"Groq is emulated at {await groq.start(port)}\nGROQ_BASE_URL={groq.url}\nGROQ_API_KEY={key}")
    try:
        await asyncio.Event().wait()
    finally:
        await groq.stop()


if __name__ == "__main__":
    main()
