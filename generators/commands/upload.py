"""ionmon upload: uploads the dashboards to Grafana through its HTTP API."""

from collections import Counter
from dataclasses import asdict
from pathlib import Path

import click

from exporter.commands.options import CONFIG, FILE, JSON, QUIET
from exporter.commands.terminal import progress, table
from exporter.errors import IonmonError
from exporter.json_output import json_document
from exporter.secrets_file import read_secret
from exporter.settings import load
from generators.grafana.upload import UploadAction, UploadResult, upload
from generators.output_folders import DASHBOARDS

HELP = """Upload the dashboards to Grafana. Without --apply, only print what would change.

\b
  ionmon upload --token-file token              print what would change
  ionmon upload --token-file token --apply      change it
  ionmon upload --grafana https://grafana.example.com --token-file token

The token belongs to a service account of Grafana with the role Editor. Create it in Grafana:
Administration, Users and access, Service accounts, Add token. Write it to a file of mode 0600.

Dashboards go into the folder "ion", which is created if it is missing. Unchanged dashboards are
skipped. A dashboard that was edited in Grafana is replaced; Grafana's version history keeps the
edit. Nothing is deleted. Alerts and data sources are not uploaded.

Certificates are verified; set SSL_CERT_FILE for your own authority. Redirects are not followed, so
that the token reaches no other server.

Exit code 1 if Grafana refuses something. Dashboards before it are uploaded; run the command again.
"""


@click.command("upload", help=HELP)
@CONFIG
@click.option(
    "--grafana",
    "address",
    metavar="URL",
    help="Address of Grafana. Default: links.grafana in the settings.",
)
@click.option(
    "--token-file", "token", type=FILE, metavar="FILE", required=True, help="File with the token."
)
@click.option(
    "--dashboards",
    "folder",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    default=Path(DASHBOARDS),
    show_default=True,
    help="Folder with the dashboards' JSON files.",
)
@click.option("--apply", is_flag=True, help="Write to Grafana.")
@JSON
@QUIET
def command(  # noqa: PLR0913 - options by name
    config: Path | None,
    address: str | None,
    token: Path,
    folder: Path,
    *,
    apply: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Upload, then print what was done."""
    boards = _boards(folder)
    target = address or load(config).links.grafana
    results: list[UploadResult] = []
    try:
        with progress(f"uploading to {target}", len(boards) + 1, shown=not quiet) as bar:
            for result in upload(target, read_secret(token), boards, apply=apply):
                results.append(result)
                bar.reach(len(results))
    finally:
        # After an error, too: the listed dashboards are uploaded already.
        if results:
            click.echo(
                _json(target, results, apply=apply) if as_json else _text(results, apply=apply)
            )
    if not quiet:
        click.echo(_summary(results, apply=apply), err=True)


def _boards(folder: Path) -> dict[str, str]:
    try:
        found = {str(path): path.read_text("utf-8") for path in folder.glob("*.json")}
    except (OSError, UnicodeDecodeError) as error:
        raise IonmonError(f"{folder}: a dashboard cannot be read: {error}") from error
    if not found:
        raise IonmonError(
            f"{folder}: has no dashboards; write them with: ionmon configs --config monitoring.yaml"
        )
    return found


_WORDS = {
    UploadAction.CREATED: ("would create", "created"),
    UploadAction.UPDATED: ("would update", "updated"),
    UploadAction.UNCHANGED: ("unchanged", "unchanged"),
}


def _json(target: str, results: list[UploadResult], *, apply: bool) -> str:
    body = {"grafana": target, "applied": apply, "results": [asdict(one) for one in results]}
    return json_document("upload", body)


def _text(results: list[UploadResult], *, apply: bool) -> str:
    rows = [(_WORDS[r.action][apply], r.about, r.url) for r in results]
    return table(("", "what", "address"), rows)


def _summary(results: list[UploadResult], *, apply: bool) -> str:
    counts = Counter(result.action for result in results)
    if counts[UploadAction.UNCHANGED] == len(results):
        return "nothing to change"
    found = (f"{counts[a]} {_WORDS[a][apply]}" for a in UploadAction if counts[a])
    return ", ".join(found) + ("" if apply else "; nothing was written, use --apply to do it")
