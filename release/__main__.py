"""``python -m release`` (`make release`): writes the files of a release to `dist/`, and says what is left to do."""

from __future__ import annotations

import subprocess

import click

from release.licences import ROOT
from release.making import NotReady, make


@click.command()
def main() -> None:
    """Write the files of a release of this commit."""
    try:
        written = make(ROOT, ROOT / "dist")
    except (NotReady, subprocess.CalledProcessError) as problem:
        raise click.ClickException(str(problem)) from None
    for each in written:
        click.echo(each.name)
    click.echo("Now tag this commit and publish these files: docs/release.md, from step 4.")


if __name__ == "__main__":
    main()
