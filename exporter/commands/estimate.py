"""ionmon estimate: what a month costs, before the first poll, beside other ways to watch."""

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from exporter.clock import WallClock
from exporter.cloud_monitoring.bills import AlertPrices, Bill, QueryReads, Watching, bills
from exporter.cloud_monitoring.estimate import Estimate, estimate
from exporter.cloud_monitoring.opened import opened_client
from exporter.commands.estimate_text import bills_text, service_text, text, total_text
from exporter.commands.flag_types import WEB_URL
from exporter.commands.options import CONFIG, GOOGLE, PROJECT, QUIET, options, overrides
from exporter.commands.terminal import progress
from exporter.commands.waits import waits_are_reported
from exporter.errors import IonmonError, SettingsError
from exporter.json_output import json_document
from exporter.monitoring_config import (
    MonitoringConfig,
    MonitoringConfigError,
    config_path,
    read_config,
)
from exporter.polling_targets import family_targets, unread_targets
from exporter.prometheus.api import server
from exporter.settings import Settings, load
from exporter.summary.costs import ServiceCosts, service_costs
from exporter.summary.read import Reader

HELP = """Estimate what a month costs, before the first poll, beside other ways to watch the same.

\b
  ionmon estimate --project my-project
  ionmon estimate --config monitoring.yaml --viewers 10
  ionmon estimate --config monitoring.yaml --prometheus http://localhost:9090
  ionmon estimate --config monitoring.yaml --json

The command queries the series of each metric once, which costs as much as polling each once. A
month has 30 days. Google bills each series that a call returns: 0.50 dollars per million, after the
first million of the billing account. A call without any series is billed as one.

Beside this exporter's bill are those of PromQL queries on Cloud Monitoring and, where `prices` has
their prices, of alerting policies. Rules and dashboards are counted in monitoring_config.json,
which `ionmon configs` writes; without it, each signal has one rule. docs/cost.md says how.

With --prometheus, what the service itself costs follows, by `prices` and what it used in a day.

Exit code 1 if a metric could not be read.
"""
BOARD = "ion-overview"
CONDITIONS = 9  # the alerts on thresholds, where no file says how many


@click.command("estimate", help=HELP)
@options(CONFIG, PROJECT, GOOGLE)
@click.option(
    "--viewers",
    type=click.IntRange(0),
    default=3,
    show_default=True,
    help="People with a dashboard open, eight hours on 22 days.",
)
@click.option(
    "--rules",
    type=click.FloatRange(0),
    help="Evaluations of rules a minute. Default: those of the generated rules.",
)
@click.option(
    "--prometheus",
    type=WEB_URL,
    metavar="URL",
    help="Prometheus, to price what the service used in a day.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the estimate as JSON.")
@click.option("--all", "everything", is_flag=True, help="Also list metrics without series.")
@QUIET
@waits_are_reported()
def command(config: Path | None, **given: Any) -> None:  # noqa: ANN401 - options by name
    """Print the estimate."""
    settings = load(config, overrides(given))
    written = _written(settings)
    watching = Watching(
        reads=_reads(written, config_path(settings)),
        viewers=given["viewers"],
        rules=given["rules"],
        alerts=_alert_prices(settings, written),
    )
    service = _service(written, given["prometheus"])
    result = _estimated(settings, quiet=given["quiet"])
    found = bills(result, watching)
    if given["as_json"]:
        click.echo(_json(result, found, watching, service))
    else:
        parts = [total_text(result), bills_text(found, watching)]
        parts += [service_text(service)] if service is not None else []
        click.echo("\n\n".join((*parts, text(result, given["everything"]))))
    if any(row.fault for row in result.rows):
        raise click.exceptions.Exit(1)


def _json(
    result: Estimate, found: Iterable[Bill], watching: Watching, service: ServiceCosts | None
) -> str:
    body = {
        **asdict(result),
        "bills": [asdict(bill) for bill in found],
        "watching": {**asdict(watching), "rules": watching.rules_per_minute},
        "service": None if service is None else asdict(service),
    }
    return json_document("estimate", body)


def _estimated(settings: Settings, *, quiet: bool) -> Estimate:
    requested = family_targets(settings)
    if not requested:
        raise SettingsError("no project is configured; use: ionmon estimate --project my-project")
    compared = unread_targets(settings)
    count = len(requested) + len(compared)
    bar_ = progress("querying the series of each metric", count, shown=not quiet)
    budget = settings.google.budget_usd_per_month
    with opened_client(settings.google) as client, bar_ as bar:
        return estimate(requested, client, budget, bar.reach, compared)


def _written(settings: Settings) -> MonitoringConfig | None:
    """Return monitoring_config.json; None where nobody wrote it yet."""
    path = config_path(settings)
    if settings.storage.monitoring_config is None and not path.exists():
        return None
    try:
        return read_config(path)
    except MonitoringConfigError as error:
        click.echo(f"ionmon: rules are not counted: {error}", err=True)
        return None


def _reads(written: MonitoringConfig | None, path: Path) -> QueryReads:
    """Return what generated rules and the overview read; of signals alone where no file has it."""
    if written is None or written.reads is None or BOARD not in written.reads.dashboards:
        return QueryReads.of_signals()
    board = written.reads.dashboards[BOARD]
    return QueryReads(
        rules_per_minute=written.reads.rules.per_minute,
        rules=written.reads.rules.families,
        board=board.families,
        every=board.every,
        source=f"counted in {path}",
    )


def _alert_prices(settings: Settings, written: MonitoringConfig | None) -> AlertPrices:
    conditions = CONDITIONS
    if written is not None:
        conditions = len({one.name for one in written.alerts if one.threshold is not None})
    return AlertPrices(
        conditions=conditions,
        condition_month=settings.prices.alert_condition_month,
        million_points=settings.prices.alert_million_points,
    )


def _service(written: MonitoringConfig | None, url: str | None) -> ServiceCosts | None:
    """Return what the service costs, where a server to ask is named. Raises IonmonError."""
    if url is None:
        return None
    if written is None or not written.costs:
        text_ = "no price of the service is in monitoring_config.json; set prices, then"
        raise SettingsError(f"{text_} write it again: ionmon configs --config monitoring.yaml")
    prometheus, now = server(url), WallClock().now()
    prometheus.hello(now)
    reader = Reader(prometheus, prometheus)
    found = service_costs(written, reader, now)
    if reader.faults:
        raise IonmonError("; ".join(reader.faults))
    return found
