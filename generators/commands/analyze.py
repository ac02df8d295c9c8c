"""ionmon analyze: what is odd in a window of time, what grows, which pairs moved together."""

from pathlib import Path

import click

from exporter.clock import WallClock
from exporter.commands.flag_types import WEB_URL
from exporter.commands.options import CONFIG, QUIET, options
from exporter.commands.terminal import progress
from exporter.prometheus.api import server
from exporter.settings import load
from generators.analysis.request import AnalysisRequest
from generators.commands.past import history_address
from generators.commands.time_options import span, window_options
from generators.commands.tune_extra import require_numpy

HELP = """Show what is odd, what grows towards its limit, and which signals moved together.

\b
  ionmon analyze                               the last seven days
  ionmon analyze --since 6h                    during an incident
  ionmon analyze --since 2026-11-03T08:00 --until 2026-11-03T12:00
  ionmon analyze --since 4w --service checkout --region europe-west1
  ionmon analyze --since 1d --json | jq '.anomalies.found[] | select(.fires)'

\b
Anomalies  stretches outside the band of the same hour in the last three weeks: since when, how
           far in widths of the band, and whether the alert of the rules fires
Growth     levels that can fill up: how much a day, and when they reach their limit, with an
           interval of 95 %; beside it the time that the rule of the alert works out
Pairs      the pairs that the rules declare, by the rule's correlation over six hours, and by ranks
           over the whole window without the daily season; moving together is no cause
Not known  what had no data, or too little past, within the window

Bands, slopes and correlations are those of the generated rules: as they recorded them, and worked
out by the same expressions where they did not run. Growth needs three days to tell a daily up and
down from a rise.

Times are UTC: a duration before --until such as 6h or 4w, now-6h, Unix seconds, or
2026-01-31T12:00. Without --prometheus, prometheus.longterm of the settings is read, else
prometheus.address. What has no service or region, such as the connection pool, is always shown.
"""


@click.command("analyze", help=HELP)
@CONFIG
@click.option("--prometheus", "url", type=WEB_URL, metavar="URL", help="Address of Prometheus.")
@options(*window_options("7d"))
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@QUIET
def command(
    config: Path | None,
    url: str | None,
    *,
    as_json: bool,
    quiet: bool,
    **given: str,
) -> None:
    """Print what the window holds."""
    require_numpy("analyze")
    from generators.commands import analysis_output  # noqa: PLC0415 - needs numpy, an extra

    settings = load(config)
    now = WallClock().now()
    within = span(given["since"], given["until"], now)
    request = AnalysisRequest(span=within, service=given["service"], region=given["region"])
    prometheus = server(history_address(settings, url))
    prometheus.hello(now)
    with progress(f"reading {prometheus.url}", shown=not quiet) as bar:
        found = analysis_output.found(settings, prometheus, request, bar, now)
    if as_json:
        click.echo(analysis_output.as_json(found, request, prometheus.url))
    else:
        click.echo(analysis_output.text(found, prometheus.url))
