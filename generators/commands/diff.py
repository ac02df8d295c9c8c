"""ionmon diff: explains by meaning what two generated sets differ in."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from exporter.commands.options import JSON, QUIET, ROOT
from exporter.commands.terminal import progress
from exporter.json_output import json_document
from generators.commands.set_names import change, head, remarks
from generators.value_changes import ValueChange
from generators.versions.comparing import changes_between
from generators.versions.generated_set import GeneratedSet
from generators.versions.markdown import markdown
from generators.versions.reading import CURRENT, named_set
from generators.versions.wording import lines

HELP = """Explain what two generated sets differ in: settings, thresholds, routes, panels.

\b
  ionmon diff 4d1e6be4                     from a kept set to the one in force
  ionmon diff git:v1.2 git:HEAD            between two revisions of a checkout
  ionmon diff /etc/ionmon out --markdown   between two folders, for a pull request
  ionmon diff git:HEAD --json | jq '.changes[] | select(.at[0] == "alerts")'

A set is named by the start of its hash, which ionmon versions lists; by git:REVISION; by a folder
that ionmon configs wrote to; or by the word current: the set below --root. Sets of every older
schema are read. What would change before it is written: ionmon configs --diff.

\b
  + new   - removed   ~ changed
"""


@click.command("diff", help=HELP)
@click.argument("before", metavar="A")
@click.argument("after", metavar="[B]", default=CURRENT)
@ROOT
@JSON
@click.option("--markdown", "as_markdown", is_flag=True, help="Print it as Markdown.")
@QUIET
def command(
    *, before: str, after: str, root: Path, as_json: bool, as_markdown: bool, quiet: bool
) -> None:
    """Print what B has that A has not, and the other way round."""
    if as_json and as_markdown:
        raise click.UsageError("--json and --markdown are two formats; choose one")
    old, new = named_set(before, root), named_set(after, root)
    for text in (*remarks(old), *remarks(new)):
        click.echo(f"note: {text}", err=True)
    with progress("comparing", shown=not quiet):
        changes = changes_between(old, new)
    if as_json:
        click.echo(json_document("diff", _body(old, new, changes)))
    elif as_markdown:
        click.echo(markdown(old, new, changes), nl=False)
    else:
        _print(old, new, changes, quiet=quiet)


def _print(
    old: GeneratedSet, new: GeneratedSet, changes: Sequence[ValueChange], *, quiet: bool
) -> None:
    for text in lines(changes):
        click.echo(text)
    if not changes and not quiet:
        click.echo(f"{old.origin} and {new.origin} do not differ", err=True)


def _body(old: GeneratedSet, new: GeneratedSet, changes: Sequence[ValueChange]) -> dict[str, Any]:
    return {
        "before": head(old),
        "after": head(new),
        "changes": [change(one) for one in changes],
    }
