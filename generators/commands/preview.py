"""ionmon preview: draws the dashboards from their files and real data, without Grafana."""

import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click

from exporter import __version__
from exporter.commands.options import JSON, QUIET
from exporter.commands.terminal import progress
from exporter.errors import SettingsError
from exporter.json_output import json_document
from generators.output_folders import DASHBOARDS
from generators.report import chromium, pages

HELP = """Draw the dashboards as HTML or PNG, from their files and the data of Prometheus.

\b
  make stack                                       then, after some minutes:
  ionmon preview --from now-15m                    all of grafana/out, to preview/
  ionmon preview --dashboard overview --png        one of them, also as a picture
  ionmon preview --var region=europe-west1 --from now-24h
  ionmon preview --against /tmp/before             each beside its older version, for a review

The command draws the same files that Grafana loads. Each page is one HTML file of a few hundred kB
that works offline: open it in a browser, print it, or send it by mail. It can be read without its
script, which adds the values under the pointer, and shows one series alone: click on its name.
Layout, queries, names, texts, colours and columns are those of Grafana 12.3. Charts, and the widths
and sizes of texts, only resemble Grafana's. `ionmon check` knows which texts do not fit.

Times are UTC: now, now-6h, Unix seconds, or 2026-01-31T12:00. Default: the dashboard's own time
range. Repeat --var for several values of a variable. PNG needs chromium.

Some dashboards have a second data source, for long-term data. By default it is the same Prometheus.
Another address is set like this:

\b
  ionmon preview --datasource ion-prometheus-longterm=http://127.0.0.1:9091

Exit code 1 if a query failed. Its panel shows the error; all others are drawn.
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
    """Where and how pages are written."""

    folder: Path
    theme: str
    png: bool
    width: int
    url: str


@click.command("preview", help=HELP)
@click.option(
    "--prometheus",
    "url",
    default="http://127.0.0.1:9090",
    show_default=True,
    metavar="URL",
    help="Address of Prometheus.",
)
@click.option(
    "--datasource",
    "sources",
    type=NameAndValue("UID=URL"),
    multiple=True,
    metavar="UID=URL",
    help="Another Prometheus for one data source of the dashboards; repeatable.",
)
@click.option(
    "--dashboards",
    "folder",
    type=_KNOWN_FOLDER,
    default=Path(DASHBOARDS),
    show_default=True,
    help="Directory of the dashboards' files.",
)
@click.option(
    "--dashboard",
    "names",
    multiple=True,
    metavar="NAME",
    help="Name of a file without .json; repeatable. Default: all.",
)
@click.option("--from", "start", default="", metavar="TIME", help="Start, such as now-6h.")
@click.option("--to", "end", default="", metavar="TIME", help="End. Default: now.")
@click.option(
    "--var",
    "variables",
    type=NameAndValue("NAME=VALUE"),
    multiple=True,
    metavar="NAME=VALUE",
    help="Value of a variable; repeatable.",
)
@click.option(
    "--interval",
    default="",
    metavar="DURATION",
    help="Minimum time between points. Default: that of the generated data sources, which is 1m, "
    "and 5m for long-term data.",
)
@click.option("--open-rows", is_flag=True, help="Expand collapsed rows.")
@click.option(
    "--theme",
    type=click.Choice(("auto", "dark", "light")),
    default="auto",
    show_default=True,
    help="Colours; auto follows the system of the reader.",
)
@click.option(
    "--out", type=_FOLDER, default=Path("preview"), show_default=True, help="Directory to write to."
)
@click.option("--png", is_flag=True, help="Also write each page as a picture; needs chromium.")
@click.option(
    "--width",
    type=click.IntRange(320, 4000),
    default=1600,
    show_default=True,
    help="Width of the picture in pixels; 420 is a phone.",
)
@click.option(
    "--against",
    type=_KNOWN_FOLDER,
    metavar="DIR",
    help="Directory with older files; each dashboard is drawn beside its older version.",
)
@JSON
@QUIET
def command(**options: Any) -> None:  # noqa: ANN401 - options by name
    """Write a page, and a picture, of each dashboard."""
    output = _Output(
        folder=options["out"],
        theme=options["theme"],
        png=options["png"],
        width=options["width"],
        url=options["url"],
    )
    if output.png:
        chromium.program()
    drawn: list[_DrawnFiles] = []
    named = not (options["quiet"] or options["as_json"])
    with progress("reading dashboards", shown=not options["quiet"]) as bar:
        for page in pages.pages(_request(options), bar.note):
            drawn.append(_draw(page, output))
            for path in drawn[-1].written if named else ():
                bar.echo(f"wrote {path}")
            if options["variables"] and not options["quiet"]:
                bar.echo(f"{page.name}: {page.without_data}", err=True)
            for fault in page.faults:
                bar.echo(f"{page.name}: {fault}", err=True)
    if options["as_json"]:
        click.echo(json_document("preview", {"pages": [asdict(one) for one in drawn]}))
    if any(one.faults for one in drawn):
        raise click.exceptions.Exit(1)


@dataclass(frozen=True, slots=True)
class _DrawnFiles:
    """A dashboard that was drawn: its files, and the queries that failed."""

    dashboard: str
    written: tuple[str, ...]
    faults: tuple[str, ...]


def _draw(page: pages.PreviewPage, output: _Output) -> _DrawnFiles:
    path = _write(output, page.name, page.html(output.theme, output.url, __version__))
    written = [str(path)]
    if output.png:
        picture = path.with_suffix(".png")
        chromium.picture(path, picture, output.width, page.height(output.width))
        written.append(str(picture))
    return _DrawnFiles(page.name, tuple(written), tuple(page.faults))


def _request(options: dict[str, Any]) -> pages.PreviewRequest:
    values: dict[str, tuple[str, ...]] = {}
    for name, value in options["variables"]:
        values[name] = (*values.get(name, ()), value)
    return pages.PreviewRequest(
        folder=options["folder"],
        names=options["names"],
        against=options["against"],
        url=options["url"],
        sources=dict(options["sources"]),
        start=options["start"],
        end=options["end"],
        variables=values,
        interval=options["interval"],
        open_rows=options["open_rows"],
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
