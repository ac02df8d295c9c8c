"""The reference of the command line, from the commands themselves."""

import inspect
import re
from collections.abc import Iterator

import click

from generators.files import MARK

PATH = "docs/cli.md"
PROGRAM = "ionmon"
_LAID_OUT = "\b"  # click leaves the lines of such a paragraph as they are
_CODE = re.compile(r"(`[^`]*`)")
_FLAG = re.compile(r"(?<![\w.-])--[a-z][\w.-]*[a-z]")
_SPECIAL = re.compile(r"([*<>\[\]\\])")
_HEAD = """# Command line

<!-- {mark} -->

What `--help` prints of every command. `{program} completion` prints a script with which a shell
completes commands and options. All commands have the same
[exit codes](operation.md#logs-and-exit-codes).
"""


def texts(program: click.Command) -> dict[str, str]:
    """Return the document by its path."""
    return {PATH: reference(program)}


def reference(program: click.Command) -> str:
    """Return the reference of a command line as Markdown."""
    head = _HEAD.format(mark=MARK, program=PROGRAM)
    return head + "".join(map(_section, contexts(program)))


def contexts(program: click.Command) -> Iterator[click.Context]:
    """Yield each command in the place where it is called, subcommands after their group."""
    yield from _below(click.Context(program, info_name=PROGRAM))


def _below(context: click.Context) -> Iterator[click.Context]:
    group = context.command
    if not isinstance(group, click.Group):
        return
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is not None and not command.hidden:
            child = click.Context(command, info_name=name, parent=context)
            yield child
            yield from _below(child)


def _section(context: click.Context) -> str:
    usage = " ".join((context.command_path, *context.command.collect_usage_pieces(context)))
    parts = (
        f"## {context.command_path}",
        f"```text\n{usage}\n```",
        *_help(context.command),
        *_options(context),
    )
    return "".join(f"\n{part}\n" for part in parts)


def _help(command: click.Command) -> Iterator[str]:
    """Yield the paragraphs of a help text; those that are laid out by hand stay so."""
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        first, _, lines = paragraph.partition("\n")
        if first != _LAID_OUT:
            yield _prose(paragraph)
        elif "\n  " in f"\n{lines}":
            yield f"```text\n{inspect.cleandoc(lines)}\n```"
        else:
            yield _prose(lines)


def _prose(text: str) -> str:
    """Return plain text as Markdown: flags are code, and nothing else is markup."""
    pieces = _CODE.split(text)
    return "".join(p if p.startswith("`") else _marked(p) for p in pieces)


def _marked(text: str) -> str:
    return _FLAG.sub(lambda flag: f"`{flag[0]}`", _SPECIAL.sub(r"\\\1", text))


def _options(context: click.Context) -> Iterator[str]:
    """Yield the table of the options; --help, which every command has, is left out."""
    given = [p for p in context.command.params if isinstance(p, click.Option)]
    records = [record for p in given if (record := p.get_help_record(context))]
    if records:
        rows = (f"| `{_cell(flags)}` | {_prose(_cell(text))} |" for flags, text in records)
        yield "\n".join(("| option | meaning |", "|---|---|", *rows))


def _cell(text: str) -> str:
    return text.replace("|", r"\|")
