"""ionmon preview: pictures of the dashboards, of their files and of real data, without Grafana."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from exporter import __version__
from exporter.commands.terminal import Bar, progress
from exporter.errors import SettingsError
from generators.report import chromium, pages

HELP = """Draw dashboards from their files and from what Prometheus holds, as HTML, and as PNG.

\b
  make stack                                       then, after some minutes:
  ionmon preview --from now-15m                    all of grafana/out, to preview/
  ionmon preview --dashboard overview --png        one of them, as a picture too
  ionmon preview --var region=europe-west1 --from now-24h
  ionmon preview --against /tmp/before             each beside what it was, to review a change

What is drawn is the file that Grafana would load, never what it is made from. Each page is one file
that asks nothing of any network: open it in a browser, send it by mail. Layout, queries, units,
decimals, thresholds, legends, colours and texts are those of Grafana; charts are drawn by plotly,
which is why a page says that it is a preview.

Times are UTC: now, now-6h, Unix seconds, or 2026-01-31T12:00; where none is given, the dashboard's
own. A variable is set with --var NAME=VALUE, and again for more values. PNG needs chromium.

Dashboards that read a second Prometheus are served by the same one, unless told where it is:
--datasource ion-prometheus-longterm=http://127.0.0.1:9091

Exit code 1 when a query failed; its panel says why, and everything else is drawn.
"""
_FOLDER = click.Path(file_okay=False, path_type=Path)
_KNOWN_FOLDER = click.Path(file_okay=False, exists=True, path_type=Path)


class NameAndValue(click.ParamType[tuple[str, str]]):
    """A name and a value, such as region=europe-west1."""

    def __init__(self, name: str) -> None:
        self.name = name

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Return both."""
        name, sign, rest = str(value).partition("=")
        if not (name and sign):
            self.fail(f"{value!r} is not {self.name}", param, ctx)
        return name, rest


@dataclass(frozen=True, slots=True, kw_only=True)
class _Output:
    """Where pages go, and how they look."""

    folder: Path
    theme: str
    png: bool
    wide: int
    url: str


@click.command("preview", help=HELP)
@click.option(
    "--prometheus",
    "url",
    default="http://127.0.0.1:9090",
    show_default=True,
    metavar="URL",
    help="The server that is asked.",
)
@click.option(
    "--datasource",
    "sources",
    type=NameAndValue("UID=URL"),
    multiple=True,
    metavar="UID=URL",
    help="Another server, for one of the dashboards' data sources; repeatable.",
)
@click.option(
    "--dashboards",
    "folder",
    type=_KNOWN_FOLDER,
    default=Path("grafana/out"),
    show_default=True,
    help="Where the files are.",
)
@click.option(
    "--dashboard",
    "names",
    multiple=True,
    metavar="NAME",
    help="A file's name without .json; repeatable; all unless said.",
)
@click.option("--from", "start", default="", metavar="TIME", help="Begin, such as now-6h.")
@click.option("--to", "end", default="", metavar="TIME", help="End; now unless said.")
@click.option(
    "--var",
    "given",
    type=NameAndValue("NAME=VALUE"),
    multiple=True,
    metavar="NAME=VALUE",
    help="A variable's value; repeatable.",
)
@click.option(
    "--interval",
    default="",
    metavar="DURATION",
    help="The least time between points; unless said, as the generated data sources have it: 1m, "
    "and 5m for the 90 days.",
)
@click.option("--open-rows", is_flag=True, help="Show what collapsed rows hold.")
@click.option(
    "--theme",
    type=click.Choice(("auto", "dark", "light")),
    default="auto",
    show_default=True,
    help="Auto follows the reader's system.",
)
@click.option(
    "--out", type=_FOLDER, default=Path("preview"), show_default=True, help="Where to write."
)
@click.option("--png", is_flag=True, help="Write a picture of each page, too; needs chromium.")
@click.option(
    "--width",
    "wide",
    type=click.IntRange(320, 4000),
    default=1600,
    show_default=True,
    help="Of the picture, in pixels; 420 is a phone.",
)
@click.option(
    "--against",
    type=_KNOWN_FOLDER,
    metavar="DIR",
    help="Older files: draw each beside its older self.",
)
def command(**given: Any) -> None:  # noqa: ANN401 - options by name
    """Write a page, and a picture, of each dashboard."""
    output = _Output(
        folder=given["out"],
        theme=given["theme"],
        png=given["png"],
        wide=given["wide"],
        url=given["url"],
    )
    if output.png:
        chromium.program()
    failed = 0
    with progress("reading dashboards") as bar:
        for page in pages.pages(_request(given), bar.note):
            _draw(page, output, bar)
            for fault in page.faults:
                failed += 1
                bar.echo(f"{page.name}: {fault}", err=True)
    if failed:
        raise click.exceptions.Exit(1)


def _draw(page: pages.PreviewPage, output: _Output, bar: Bar) -> None:
    path = _write(output, page.name, page.html(output.theme, output.url, __version__))
    bar.echo(f"wrote {path}")
    if output.png:
        picture = path.with_suffix(".png")
        chromium.picture(path, picture, output.wide, page.height(output.wide))
        bar.echo(f"wrote {picture}")


def _request(given: dict[str, Any]) -> pages.PreviewRequest:
    values: dict[str, tuple[str, ...]] = {}
    for name, value in given["given"]:
        values[name] = (*values.get(name, ()), value)
    return pages.PreviewRequest(
        folder=given["folder"],
        names=given["names"],
        against=given["against"],
        url=given["url"],
        sources=dict(given["sources"]),
        start=given["start"],
        end=given["end"],
        given=values,
        interval=given["interval"],
        open_rows=given["open_rows"],
        now=time.time(),
    )


def _write(output: _Output, name: str, text: str) -> Path:
    path = output.folder / f"{name}.html"
    try:
        output.folder.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"--out {path}: cannot be written: {error.strerror}") from error
    return path
