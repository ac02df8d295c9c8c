"""ionmon configs: writes everything that is generated from the catalog."""

import importlib
from pathlib import Path

import click

from exporter.errors import IonmonError

HELP = """Write every generated file below a directory; what did not change is not touched.

\b
  ionmon configs
  ionmon configs --check      exit code 1 where a file is not what it would be
"""


@click.command("configs", help=HELP)
@click.option(
    "--root",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Where to write; here unless said.",
)
@click.option("--check", is_flag=True, help="Write nothing; say what would change.")
def command(root: Path, *, check: bool) -> None:
    """Write what the generators return."""
    # By name: the exporter runs where the generators are not installed.
    texts = importlib.import_module("generators.everything").texts()
    files = importlib.import_module("generators.files")
    try:
        changed = files.differing(root, texts) if check else files.write(root, texts)
    except OSError as error:
        raise IonmonError(f"{error.filename}: {error.strerror}") from error
    for name in changed:
        click.echo(f"{'would change' if check else 'wrote'} {name}")
    click.echo(f"{len(texts) - len(changed)} files unchanged", err=True)
    if check and changed:
        raise click.exceptions.Exit(1)
