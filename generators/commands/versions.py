"""ionmon versions: lists the generated sets that are known, and exports one."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from exporter.commands.options import JSON, QUIET, ROOT
from exporter.commands.terminal import progress, table
from exporter.errors import IonmonError
from exporter.json_output import json_document
from generators import files
from generators.commands.set_names import head
from generators.monitoring_config import CONFIG_FILE
from generators.versions import git
from generators.versions.exports import exported
from generators.versions.generated_set import GeneratedSet
from generators.versions.listing import KnownSet, known_sets
from generators.versions.reading import CURRENT, named_set

HELP = """List the generated sets that are known: the one in force, and those that are kept.

\b
  ionmon versions
  ionmon versions --root /etc/ionmon --json
  ionmon versions --export out                    the set in force, as files for other programs
  ionmon versions --export out --of git:HEAD~1    an older one

A set is all that one run of ionmon configs wrote. configs keeps the newest 20 in .ionmon/versions
below its root, or as many as storage.versions of the settings says. Where git tracks the files, it
keeps none: name a revision, such as git:v1.2. ionmon diff explains what two sets differ in.

--export writes monitoring_config.json, dashboard_definitions.json and, if there is one,
alert_tuning_recommendations.json to a folder. docs/versions.md has their keys.

Exit code 1 if no set is known, or a kept one is damaged.
"""
_RECOMMENDATIONS = Path("alert_tuning_recommendations.json")


@click.command("versions", help=HELP)
@ROOT
@click.option(
    "--export",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder to write a set's files for other programs to.",
)
@click.option(
    "--of",
    "name",
    metavar="SET",
    help="Set to export, named as for ionmon diff. Default: current.",
)
@JSON
@QUIET
def command(
    *, root: Path, folder: Path | None, name: str | None, as_json: bool, quiet: bool
) -> None:
    """List or export."""
    if folder is not None:
        _export(named_set(name or CURRENT, root), root, folder, as_json=as_json, quiet=quiet)
        return
    if name is not None:
        raise click.UsageError("--of names the set of --export")
    with progress("reading sets", shown=not quiet):
        found = known_sets(root)
    click.echo(_json(found) if as_json else _text(found))
    if git.tracks(root, CONFIG_FILE) and not quiet:
        log = f"git -C {root} log --oneline -- {CONFIG_FILE}"
        click.echo(f"git tracks these files: name older ones git:REVISION, from {log}", err=True)
    if any(one.problem for one in found):
        raise click.exceptions.Exit(1)


def _export(found: GeneratedSet, root: Path, folder: Path, *, as_json: bool, quiet: bool) -> None:
    """Write the files; what tuning recommends belongs to the set in force alone."""
    contents = dict(exported(found))
    try:
        if found.origin == CURRENT and (root / _RECOMMENDATIONS).exists():
            contents[_RECOMMENDATIONS.name] = (root / _RECOMMENDATIONS).read_bytes()
        for name, content in contents.items():
            files.put(folder / name, content)
    except OSError as error:
        raise IonmonError(f"{error.filename}: {error.strerror}") from error
    written = [str(folder / name) for name in contents]
    if as_json:
        click.echo(json_document("versions --export", {"exported": written, "set": head(found)}))
    else:
        for path in written:
            click.echo(f"wrote {path}")
    if _RECOMMENDATIONS.name not in contents and found.origin == CURRENT and not quiet:
        click.echo(f"{_RECOMMENDATIONS} is not there: ionmon tune writes it", err=True)


def _json(found: tuple[KnownSet, ...]) -> str:
    return json_document("versions", {"versions": [_body(one) for one in found]})


def _body(one: KnownSet) -> dict[str, Any]:
    return {
        "content_hash": one.content_hash,
        "written": one.written,
        "current": one.is_current,
        "kept": None if one.kept_at is None else str(one.kept_at),
        "problem": one.problem,
        "changes": list(one.changes),
        "set": None if one.found is None else head(one.found),
    }


def _text(found: tuple[KnownSet, ...]) -> str:
    head_ = ("set", "written (UTC)", "schema", "state", "changes")
    return table(head_, [_row(one) for one in found], right={2}, whole={0, 1})


def _row(one: KnownSet) -> tuple[str, ...]:
    at = datetime.fromtimestamp(one.written, UTC).strftime("%Y-%m-%d %H:%M")
    schema = "" if one.found is None else str(one.found.config.schema_version)
    return (one.content_hash[:12], at, schema, _state(one), _changes(one))


def _state(one: KnownSet) -> str:
    if one.found is None:
        return "damaged"
    states = ["current"] if one.is_current else []
    states += ["kept"] if one.kept_at is not None else []
    for count, what in ((len(one.found.edited), "edited"), (len(one.found.missing), "missing")):
        states += [f"{count} {what}"] if count else []
    return ", ".join(states)


def _changes(one: KnownSet) -> str:
    """Return the first change, and how many more there are."""
    if one.problem is not None:
        return one.problem
    first, *more = one.changes or ("",)
    return f"{first} and {len(more)} more" if more else first
