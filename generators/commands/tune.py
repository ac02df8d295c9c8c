"""ionmon tune: recommends a threshold for each alert from its own history, with a promise."""

from pathlib import Path
from typing import Any

import click

from exporter.commands.flag_types import WEB_URL
from exporter.commands.options import CONFIG, QUIET
from generators.commands.tune_extra import require_numpy
from generators.commands.tune_options import TuneOptions

HELP = """Recommend thresholds from weeks of history, say what they would have done, and apply them.

\b
  ionmon tune --config monitoring.yaml                     a table, a reason for each number
  ionmon tune --config monitoring.yaml --plots plots       with a page of plots
  ionmon tune --config monitoring.yaml --apply             write the numbers to monitoring.yaml
  ionmon tune --config monitoring.yaml --pages-per-week 1/2
  ionmon tune --config monitoring.yaml --budget 1/20 --incidents incidents.yaml

The default method keeps a promise: on days like the clean ones, all alerts together fire on at most
so many days a week (--pages-per-week), or each alert on at most such a share of days (--budget).
Days with an incident are left out. Incidents are found in windows in which an objective burnt; a
file of your own adds those that nobody measured. docs/tuning.md explains the method and its limits.

Alerts on an objective are never tuned. --apply changes thresholds only; comments and order of the
file stay. It leaves out a number that would lose a caught incident, and one from under two weeks.

The history is read from prometheus.longterm of the settings, else from prometheus.address. What is
printed is also written to alert_tuning_recommendations.json.
"""


_FILE = click.Path(dir_okay=False, path_type=Path)
_KNOWN_FILE = click.Path(dir_okay=False, exists=True, path_type=Path)


@click.command("tune", help=HELP)
@CONFIG
@click.option(
    "--prometheus", "url", type=WEB_URL, metavar="URL", help="Address of Prometheus with history."
)
@click.option(
    "--weeks",
    type=click.FloatRange(0.5, 12),
    default=6.0,
    show_default=True,
    help="How much history to read.",
)
@click.option("--history", type=_KNOWN_FILE, help="Read history from this file instead.")
@click.option("--save-history", type=_FILE, help="Write the history that was read to this file.")
@click.option("--incidents", type=_KNOWN_FILE, help="YAML file with incidents that people know.")
@click.option(
    "--notified",
    type=_KNOWN_FILE,
    help="Output of `ionmon alerts --history --json`: its urgent alerts are incidents.",
)
@click.option("--budget", metavar="SHARE", help="Share of days on which one alert may fire: 1/20.")
@click.option(
    "--pages-per-week",
    "pages",
    metavar="NUMBER",
    help="Days a week on which any alert may fire. Default: 1, unless --budget is set.",
)
@click.option(
    "--method",
    type=click.Choice(("levels", "sigma", "quantile")),
    default="levels",
    show_default=True,
    help="How numbers are chosen; only levels keeps a promise.",
)
@click.option("--timezone", default="UTC", show_default=True, help="Time zone of days and nights.")
@click.option("--apply", is_flag=True, help="Write the numbers to the settings file.")
@click.option("--allow-lost", is_flag=True, help="Also apply what would lose a caught incident.")
@click.option("--provisional", is_flag=True, help="Also apply what is from under two weeks.")
@click.option("--json", "as_json", is_flag=True, help="Print the recommendations as JSON.")
@QUIET
@click.option(
    "--out",
    type=_FILE,
    default=Path("alert_tuning_recommendations.json"),
    show_default=True,
    help="File for the recommendations.",
)
@click.option(
    "--plots",
    type=click.Path(file_okay=False, path_type=Path),
    help="Directory for a page with a plot of each alert.",
)
@click.option("--png", is_flag=True, help="Also write the plots as a picture; needs chromium.")
def command(**given: Any) -> None:  # noqa: ANN401 - options by name
    """Print a row for each alert."""
    require_numpy("tune")
    from generators.commands import tuning_run  # noqa: PLC0415 - needs numpy, an extra

    tuning_run.run(TuneOptions(**given))
