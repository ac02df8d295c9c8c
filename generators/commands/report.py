"""ionmon report: the state of the service, or its dashboards, in the format that is asked for."""

import sys
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import click

from exporter.clock import WallClock
from exporter.commands.alert_history import HistoryRequest
from exporter.commands.alert_states import alert_states, bridge_states, configured_servers
from exporter.commands.bridge_options import LOGIN, named_bridge
from exporter.commands.flag_types import WEB_URL, NewFile, write
from exporter.commands.options import CONFIG, QUIET, options
from exporter.commands.terminal import Bar, progress
from exporter.commands.waits import waits_are_reported
from exporter.errors import IonmonError
from exporter.monitoring_config import MonitoringConfig
from exporter.prometheus.api import Labels, Prometheus, server
from exporter.settings import load, no_color
from exporter.summary.alerts import AlertsState
from exporter.summary.read import Reader
from generators.commands.past import history_folder
from generators.commands.time_options import span, window_options
from generators.output_folders import DASHBOARDS
from generators.service_report import boards, html, json_text, markdown, text
from generators.service_report.clean_texts import cleaned
from generators.service_report.formats import Renderer, RenderOptions
from generators.service_report.from_exporter import NO_BRIDGE, recent_report
from generators.service_report.gather import ReportSources, gathered, steps
from generators.service_report.model import BoardsReport, ServiceReport
from generators.service_report.request import ReportRequest

FORMATS: Mapping[str, Renderer] = {
    "text": text,
    "json": json_text,
    "html": html,
    "markdown": markdown,
}
SINCE = "24h"
HELP = """Report the state of the service: what is healthy, what is not, what is not known, and why.

\b
  ionmon report                                    the last 24 hours
  ionmon report --since 7d --service checkout
  ionmon report --since 2026-11-03T08:00 --until 2026-11-03T12:00 --region europe-west1
  ionmon report --format json | jq '.signals[] | select(.health == "failing") | .name'
  ionmon report --format html --out report.html    for a mail: one file, which loads nothing
  ionmon report --format markdown                  for a code host or a chat
  ionmon report --exporter http://127.0.0.1:9841   the last half hour, without Prometheus
  ionmon report overview                           a dashboard, without Grafana
  ionmon report all --since 6h --out boards.txt

\b
Marks: ✓ healthy, ⚠ beyond a limit or off its target, ✗ beyond the limit of a critical alert, ? not
known, no mark without a limit or target. Every signal has its value, its change, its limits and
target, and a line of the period. Alerts come from the running bridge, with who acknowledged them,
and from Prometheus. With --exporter, the bridge alone knows what fires.

Times are UTC: a duration before --until such as 6h or 4w, now-6h, Unix seconds, or
2026-01-31T12:00. Without --prometheus, the servers are those of the settings. The last 72 hours are
read from the one that scrapes, what is older from prometheus.longterm.

Exit code 1 if a source did not answer, if it is not known what fires, or if the exporter's page
lacks a chosen place. What is known is reported all the same, and what is not is listed.
"""
# By parameter: what a dashboard does not read, and what the exporter's page has no choice of.
_OF_THE_STATE = {
    "exporter": "--exporter",
    "bridge": "--bridge",
    "user": "--user",
    "password_file": "--password-file",
}
_OF_PROMETHEUS = {
    "since": "--since",
    "until": "--until",
    "url": "--prometheus",
    "longterm": "--longterm",
}
_BRIDGE = ("config", "bridge", "user", "password_file")
_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command("report", help=HELP)
@click.argument("names", nargs=-1, metavar="[DASHBOARD]...")
@options(CONFIG, *window_options(SINCE))
@click.option("--format", "form", type=click.Choice([*FORMATS]), default="text", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--out", type=NewFile(), metavar="FILE", help="Write to a file.")
@click.option("--prometheus", "url", type=WEB_URL, metavar="URL", help="Address of Prometheus.")
@click.option(
    "--longterm",
    type=WEB_URL,
    metavar="URL",
    help="Address of the Prometheus that keeps 90 days; with --prometheus alone, that one.",
)
@click.option(
    "--exporter",
    type=WEB_URL,
    metavar="URL",
    help="Address of an exporter: the last half hour from its page, without Prometheus.",
)
@click.option(
    "--bridge",
    type=WEB_URL,
    metavar="URL",
    help="Address of the bridge. Default: notifications.bridge of the settings.",
)
@options(*LOGIN)
@click.option(
    "--dashboards",
    "folder",
    type=_FOLDER,
    default=Path(DASHBOARDS),
    show_default=True,
    help="Directory of the dashboards' files.",
)
@QUIET
@click.pass_context
@waits_are_reported()
def command(ctx: click.Context, /, **given: Any) -> None:  # noqa: ANN401 - options by name
    """Gather and write the report."""
    _refuse_unused(ctx, given)
    renderer = FORMATS["json" if given["as_json"] else given["form"]]
    request = _request(given)
    look = RenderOptions(color=given["out"] is None and sys.stdout.isatty() and not no_color())
    names = boards.chosen_names(given["folder"], given["names"])
    if names:
        whole = _boards(request, names, given)
        _put(renderer.render_boards(cleaned(whole), look), given["out"])
        complete = not whole.unknown
    else:
        found = _recent(request, given) if given["exporter"] else _service(request, given)
        _put(renderer.render(cleaned(found), look), given["out"])
        complete = found.complete
    if not complete:
        raise IonmonError("not all is known; the report lists what is not, and why")


def _refuse_unused(ctx: click.Context, given: Mapping[str, Any]) -> None:
    """Refuse what was typed and would not be read. Raises UsageError."""
    default = click.core.ParameterSource.DEFAULT

    def typed(flags: Mapping[str, str]) -> Iterator[str]:
        return (flag for key, flag in flags.items() if ctx.get_parameter_source(key) is not default)

    if given["names"]:
        for flag in typed(_OF_THE_STATE):
            raise click.UsageError(f"{flag}: does not go with a dashboard, which reads Prometheus")
    if given["exporter"]:
        for flag in typed(_OF_PROMETHEUS):
            raise click.UsageError(f"{flag}: does not go with --exporter; give one of them")


def _request(given: Mapping[str, Any]) -> ReportRequest:
    now = WallClock().now()
    return ReportRequest(
        settings=load(given["config"]),
        span=span(given["since"], given["until"], now),
        now=now,
        service=given["service"],
        region=given["region"],
    )


def _servers(request: ReportRequest, given: Mapping[str, Any]) -> tuple[Prometheus, ...]:
    """Return the servers that flags name, else those of the settings; that of 90 days is last."""
    url, longterm = given["url"], given["longterm"]
    known = configured_servers(request.settings)
    if url is None and longterm is None:
        return known
    main = known[0] if url is None else server(url)
    return (main,) if longterm is None else (main, server(longterm))


def _recent(request: ReportRequest, given: Mapping[str, Any]) -> ServiceReport:
    """Return the report of the exporter's page, with what the bridge says of alerts."""
    bridge = named_bridge(*map(given.get, _BRIDGE))

    def alerts(takes: Callable[[Labels], bool]) -> AlertsState:
        return NO_BRIDGE if bridge is None else bridge_states(bridge, request.now, takes)

    return recent_report(request, given["exporter"], alerts)


def _service(request: ReportRequest, given: Mapping[str, Any]) -> ServiceReport:
    servers = _servers(request, given)
    bridge = named_bridge(*map(given.get, _BRIDGE))

    def alerts(
        config: MonitoringConfig, reader: Reader, takes: Callable[[Labels], bool]
    ) -> AlertsState:
        history = HistoryRequest(span=request.span, now=request.now, config=config, servers=servers)
        return alert_states(request.settings, history, reader, bridge, takes)

    sources = ReportSources(
        main=servers[0], longterm=servers[-1], alerts=alerts, cache=history_folder()
    )
    with progress("reading", total=steps(request), shown=not given["quiet"]) as bar:
        return gathered(request, sources, _stepping(bar))


def _boards(
    request: ReportRequest, names: tuple[str, ...], given: Mapping[str, Any]
) -> BoardsReport:
    shown = not given["quiet"]
    with progress("reading dashboards", total=len(names), shown=shown) as bar:
        servers = _servers(request, given)
        return boards.boards_report(request, servers, given["folder"], names, _stepping(bar))


def _stepping(bar: Bar) -> Callable[[str], None]:
    """Return what shows each step of a task on its bar."""
    done = count()

    def say(what: str) -> None:
        bar.show(f"reading {what}")
        bar.reach(next(done))

    return say


def _put(whole: str, out: Path | None) -> None:
    if out is None:
        click.echo(whole, nl=False, color=True)
    else:
        write(out, whole)
