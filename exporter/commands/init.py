"""ionmon init: finds what a project has, and writes a first monitoring.yaml for it."""

import shlex
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import click

from exporter.catalog.prices import DOLLARS_PER_SERIES
from exporter.clock import WallClock
from exporter.cloud_monitoring.estimate import Estimate, estimate
from exporter.cloud_monitoring.opened import opened_client
from exporter.commands import doctor
from exporter.commands.called import program
from exporter.commands.flag_types import NewFile
from exporter.commands.init_file import write_settings
from exporter.commands.init_output import findings_text, found_text, next_text
from exporter.commands.init_project import named_project, simulated_project
from exporter.commands.init_questions import ADDRESS, AVAILABILITY, CHANNEL, ask_rest
from exporter.commands.options import GOOGLE, PROJECT, QUIET, options, overrides
from exporter.commands.terminal import progress
from exporter.discovery.discover import CALLS, discover
from exporter.discovery.model import Discovery
from exporter.discovery.settings_text import InitialSettings, settings_text
from exporter.doctor.finding import Finding, Verdict
from exporter.errors import IonmonError
from exporter.json_output import json_document
from exporter.polling_targets import family_targets
from exporter.settings import GoogleSettings, Overrides, Settings, load

HELP = """Write a first monitoring.yaml from what a project has, check it, and say what it costs.

\b
  ionmon init                                   asks
  ionmon init --project my-project --yes        takes the defaults
  ionmon init --simulated --yes                 a simulated project; needs no account
  ionmon init --project my-project --yes --slack-url-file slack --redis 10.0.0.3:6379

The command reads which Cloud Run services, Cloud SQL instances, Memorystore caches and load
balancers had values within a day. It makes one call for each metric type, and reads labels only. It
prints first what it will read and what that costs. A scoping project brings the projects of its
scope.

The file has what was found, as values and comments. Objectives, alerts and notifications come
first. Nothing is written before all questions are answered. A file that exists is kept, unless
--force is given. Then the command does what `ionmon doctor` and `ionmon estimate` do.

Without a terminal, or with --yes or --json, it asks nothing. Exit code 1 if the project cannot be
read, in which case nothing is written, or if a check of `ionmon doctor` fails.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class InitOptions:
    """How the command was called."""

    output: Path
    force: bool
    asks: bool
    as_json: bool
    quiet: bool
    simulated: bool


@click.command("init", help=HELP)
@options(PROJECT, GOOGLE)
@click.option(
    "--output",
    type=NewFile(),
    default=Path("monitoring.yaml"),
    show_default=True,
    metavar="FILE",
    help="File to write.",
)
@click.option("--yes", is_flag=True, help="Ask nothing: take the defaults.")
@click.option("--force", is_flag=True, help="Replace a file that exists.")
@click.option(
    "--availability",
    type=AVAILABILITY,
    default="99.95%",
    show_default=True,
    metavar="SHARE",
    help="Share of requests that have to succeed.",
)
@click.option(
    "--client-errors/--no-client-errors",
    default=True,
    show_default=True,
    help="Whether 4xx answers count as errors in error rates.",
)
@click.option(
    "--slack-url-file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="File with Slack's webhook URL, on Alertmanager's machine.",
)
@click.option(
    "--slack-channel",
    type=CHANNEL,
    default="#alerts",
    show_default=True,
    metavar="NAME",
    help="Slack channel.",
)
@click.option(
    "--redis", multiple=True, type=ADDRESS, metavar="HOST:PORT", help="A Redis server; repeatable."
)
@click.option("--simulated", is_flag=True, help="Read a simulated project.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found and done as JSON.")
@QUIET
@click.pass_context
def command(ctx: click.Context, /, **given: Any) -> None:  # noqa: ANN401 - options by name
    """Find, write, check, estimate."""
    how = InitOptions(
        output=given["output"],
        force=given["force"],
        asks=sys.stdin.isatty() and not (given["yes"] or given["as_json"]),
        as_json=given["as_json"],
        quiet=given["quiet"],
        simulated=given["simulated"],
    )
    _check_free(how)
    default = click.core.ParameterSource.DEFAULT
    is_given = {name: ctx.get_parameter_source(name) is not default for name in given}
    if is_given["slack_channel"] and not given["slack_url_file"] and not how.asks:
        raise click.UsageError("--slack-channel: has no effect without --slack-url-file; give both")
    with _reached(how, overrides(given)) as google:
        found = _discovered(google, how)
        chosen = _chosen(given, None if how.simulated else google)
        if how.asks:
            chosen = ask_rest(chosen, found, is_given.__getitem__)
        write_settings(how.output, settings_text(found, chosen), force=how.force)
        _report(how, google, found)


def _reached(how: InitOptions, base: Overrides) -> AbstractContextManager[GoogleSettings]:
    return simulated_project(base) if how.simulated else named_project(base, asks=how.asks)


def _chosen(given: Mapping[str, Any], google: GoogleSettings | None) -> InitialSettings:
    """Return what flags say; how to reach the project only where it will be there later."""
    chosen = InitialSettings(
        availability=given["availability"],
        error_classes=("4xx", "5xx") if given["client_errors"] else ("5xx",),
        slack_url_file=given["slack_url_file"],
        slack_channel=given["slack_channel"],
        redis=tuple(given["redis"]),
    )
    if google is None:
        return chosen
    return replace(
        chosen,
        endpoint=google.endpoint,
        insecure=google.insecure,
        credentials_file=google.credentials_file,
    )


def _check_free(how: InitOptions) -> None:
    if how.output.exists() and not how.force:
        text = f"{how.output}: exists; name another with --output, or replace it: --force"
        raise IonmonError(text)


def _discovered(google: GoogleSettings, how: InitOptions) -> Discovery:
    calls = CALLS * len(google.projects)
    with opened_client(google) as client:
        if not (how.quiet or how.as_json):
            click.echo(_price(google.projects, calls), err=True)
        if how.asks:
            click.confirm("Read it?", default=True, abort=True, err=True)
        with progress("reading what there is", calls, shown=not how.quiet) as bar:
            try:
                return discover(google.projects, client, WallClock().now(), bar.reach)
            except IonmonError as error:
                raise IonmonError(f"nothing was written: {error}") from error


def _price(projects: Sequence[str], calls: int) -> str:
    more = f" and {len(projects) - 1} more" if len(projects) > 1 else ""
    return (
        f"To read what {projects[0]}{more} has takes {calls} calls, for labels alone. Google bills "
        f"the series that a call returns, at least one: {10_000 * DOLLARS_PER_SERIES:g} dollars "
        "per 10,000. Then the file is checked, which reads each metric type twice."
    )


def _report(how: InitOptions, google: GoogleSettings, found: Discovery) -> None:
    """Check the file, and print what was found, what is wrong, what it costs and what is next."""
    if not (how.as_json or how.quiet):
        click.echo(found_text(found))
        click.echo(f"wrote {how.output}\n")
    reached = Overrides(endpoint=google.endpoint, insecure=True) if how.simulated else Overrides()
    settings = load(how.output, reached)
    findings = doctor.all_findings(settings, None, how.output, quiet=how.quiet)
    cost, commands = _estimated(settings, quiet=how.quiet), _next_commands(how)
    if how.as_json:
        click.echo(_json(how, found, findings, cost))
    else:
        click.echo(findings_text(findings, quiet=how.quiet), nl=False)
    if not (how.as_json or how.quiet):
        click.echo(next_text(cost, commands))
    if any(finding.verdict is Verdict.FAIL for finding in findings):
        raise click.exceptions.Exit(1)


def _estimated(settings: Settings, *, quiet: bool) -> Estimate:
    requested = family_targets(settings)
    bar_ = progress("estimating", len(requested), shown=not quiet)
    with opened_client(settings.google) as client, bar_ as bar:
        return estimate(requested, client, settings.google.budget_usd_per_month, bar.reach)


def _next_commands(how: InitOptions) -> tuple[tuple[str, str], ...]:
    """Return the commands to type next, each with what it does."""
    config = shlex.join(("--config", str(how.output)))
    run = "simulate" if how.simulated else "run"
    diff = f"{program()} configs {config} --root deployed --diff"
    rows = (
        (f"{program()} {run} {config}", "serve the metrics at http://127.0.0.1:9841/"),
        (diff, "which alert notifies whom; writes nothing"),
        (diff.removesuffix(" --diff"), "rules, routes, dashboards, runbooks"),
    )
    if how.simulated:
        return rows
    return (
        *rows,
        (f"{program()} estimate {config}", "what each metric costs, and the alternatives"),
    )


def _json(how: InitOptions, found: Discovery, findings: Sequence[Finding], cost: Estimate) -> str:
    body = {
        "written": str(how.output),
        "found": asdict(found),
        "findings": [asdict(finding) for finding in findings],
        "estimate": {"calls": cost.calls, "billed": cost.billed, "dollars": cost.total},
        "next": [words for words, _ in _next_commands(how)],
    }
    return json_document("init", body)
