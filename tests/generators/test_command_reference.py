"""The reference of the command line."""

import re
from pathlib import Path

import click
import pytest

from exporter.cli import cli
from generators.command_reference import PATH, contexts, reference
from generators.files import signed

ROOT = Path(__file__).parents[2]
COMMAND_LINE = "ionmon configs --config examples/reference.yaml --docs"


@click.group()
def program() -> None:
    """Do one of two things."""


HELP = """Take [one] thing, `as --is`, by --how.

\b
  ionmon take it     take *it*

\b
Exit code 1
if it fails.
"""


@program.command("take", help=HELP)
@click.argument("what")
@click.option("--how", type=click.Choice(("a", "b")), help="Way to take <it>, as with --other-way.")
@click.option("--other-way", is_flag=True, hidden=True)
def take(what: str, how: str, *, other_way: bool) -> None:
    """Do nothing: it is described only."""
    del what, how, other_way


def test_the_document_is_up_to_date() -> None:
    """The tracked document is what the commands say of themselves."""
    tracked = (ROOT / PATH).read_text(encoding="utf-8")
    assert signed({PATH: reference(cli)}, COMMAND_LINE)[PATH] == tracked


@pytest.mark.parametrize("context", [*contexts(cli)], ids=lambda context: context.command_path)
def test_every_command_has_its_part(context: click.Context) -> None:
    """The part has a row for each option, and a sentence that says what the command does."""
    _, _, part = reference(cli).partition(f"\n## {context.command_path}\n")
    part = part.partition("\n## ")[0]
    options = [p for p in context.command.params if isinstance(p, click.Option)]
    assert [o.opts[0] for o in options if f"| `{o.opts[0]}" not in part] == []
    assert re.match(r"\n```text\nionmon .+\n```\n\n[A-Z]", part)


def test_subcommands_follow_their_group() -> None:
    """They are named as they are typed, in the order of `ionmon --help`."""
    found = [context.command_path for context in contexts(cli)]
    assert found[found.index("ionmon bridge") + 1] == "ionmon bridge dead"
    top = [path.removeprefix("ionmon ") for path in found if path.count(" ") == 1]
    assert top == cli.list_commands(click.Context(cli))


def test_a_help_text_is_markdown() -> None:
    """Flags become code, nothing else is markup, and what is laid out by hand stays as it is."""
    assert reference(program).partition("## ")[2] == (
        "ionmon take\n"
        "\n```text\nionmon take [OPTIONS] WHAT\n```\n"
        "\nTake \\[one\\] thing, `as --is`, by `--how`.\n"
        "\n```text\nionmon take it     take *it*\n```\n"
        "\nExit code 1\nif it fails.\n"
        "\n| option | meaning |\n|---|---|\n"
        "| `--how [a\\|b]` | Way to take \\<it\\>, as with `--other-way`. |\n"
    )
