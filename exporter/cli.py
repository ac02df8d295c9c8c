"""The command ionmon: its subcommands, each imported only when it is called, and exit codes.

0 done · 1 failed or not known, the message has the reason · 2 wrong use of the command line
3 settings are wrong · 4 the state file cannot be used · 70 a defect in this program · 130 stopped
"""

import importlib
import sys
import traceback

import click

from exporter import __version__
from exporter.errors import IonmonError, SettingsError, StateError

FAILED, WRONG_SETTINGS, WRONG_STATE, DEFECT, STOPPED = 1, 3, 4, 70, 130

COMMANDS = {
    "init": (
        "exporter.commands.init",
        "Write a first monitoring.yaml from what a project has.",
    ),
    "run": ("exporter.commands.run", "Export a real project's metrics."),
    "simulate": (
        "exporter.commands.simulate",
        "Export a simulated project; needs no account.",
    ),
    "stack": (
        "exporter.commands.stack",
        "Run the whole system here, on a simulated project.",
    ),
    "incident": ("exporter.commands.incident", "Begin an incident in a simulated project."),
    "bridge": ("exporter.commands.bridge", "Journal and deliver Alertmanager's notifications."),
    "sink": ("exporter.commands.sink", "Show what Slack, PagerDuty and mail would be sent."),
    "doctor": (
        "exporter.commands.doctor",
        "Check what `ionmon run` needs, and how to fix it.",
    ),
    "drill": (
        "exporter.commands.drill",
        "Send test alerts, and say which channel took them.",
    ),
    "application": (
        "exporter.commands.application",
        "Show what Redis has of an application, and take something out.",
    ),
    "digest": (
        "exporter.commands.digest",
        "Print or mail what happened within a day or a week.",
    ),
    "explain": (
        "exporter.commands.explain",
        "Explain an alert that fires: value, worst split, last change.",
    ),
    "estimate": ("exporter.commands.estimate", "Estimate what reading a project costs per month."),
    "alerts": (
        "exporter.commands.alerts",
        "Show what fires, and who acknowledged it.",
    ),
    "ack": ("exporter.commands.ack", "Acknowledge alerts, so that they are not escalated."),
    "backfill": (
        "exporter.commands.backfill",
        "Make weeks of real history for Prometheus.",
    ),
    "history": ("exporter.commands.history", "Write weeks of simulated history for Prometheus."),
    "configs": (
        "generators.commands.configs",
        "Generate rules, routes, dashboards, runbooks and references.",
    ),
    "versions": (
        "generators.commands.versions",
        "List the generated sets that are known, and export one.",
    ),
    "diff": (
        "generators.commands.diff",
        "Explain what two generated sets differ in.",
    ),
    "check": (
        "generators.commands.check",
        "Check that rules and dashboards only use exported metrics.",
    ),
    "report": (
        "generators.commands.report",
        "Report how the service is, as text, HTML, Markdown or JSON.",
    ),
    "deploy": (
        "generators.commands.deploy",
        "Put the files in force on this machine, whole or not at all.",
    ),
    "preview": ("generators.commands.preview", "Draw the dashboards without Grafana."),
    "analyze": (
        "generators.commands.analyze",
        "Show what is odd, what grows, and what moved together.",
    ),
    "upload": ("generators.commands.upload", "Upload the dashboards to Grafana."),
    "tune": ("generators.commands.tune", "Recommend thresholds from history, and apply them."),
    "completion": ("exporter.commands.completion", "Print the completion script of a shell."),
}
_HELP = """Monitoring for Cloud Run, Cloud SQL and Redis with Prometheus.

\b
Try it without an account:   ionmon simulate
Set up a real project:       ionmon init --project my-project
Monitor a real project:      ionmon run --project my-project
Estimate the cost:           ionmon estimate --project my-project
Find what is missing:        ionmon doctor --project my-project

\b
Exit codes: 0 done, 1 failed or not known, 2 wrong usage, 3 wrong settings,
4 unusable state file, 70 a defect in this program, 130 stopped.
"""


class LazyGroup(click.Group):
    """A group that imports a subcommand's module only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, in the order in which a newcomer needs them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a subcommand."""
        del ctx
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        command: click.Command = importlib.import_module(entry[0]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the subcommands without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(
    cls=LazyGroup,
    help=_HELP,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="ionmon")
def cli() -> None:
    """Collect the subcommands."""


def main() -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run the command line; every error becomes a message and an exit code here."""
    try:
        outcome = cli.main(arguments, prog_name="ionmon", standalone_mode=False)
    except click.exceptions.Abort:
        return STOPPED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except IonmonError as error:
        _say(error)
        return exit_code(error)
    except Exception:  # noqa: BLE001 - the process boundary: any other error is a defect
        _report_defect()
        return DEFECT
    return outcome if isinstance(outcome, int) else 0


def _say(error: IonmonError) -> None:
    """Print an error: it may have the words of a server, which repeats what it was sent."""
    from exporter.logs.redaction import redacted  # noqa: PLC0415 - keeps --help quick

    click.echo(f"ionmon: {redacted(str(error))}", err=True)


def _report_defect() -> None:
    """Print the traceback without known secrets."""
    from exporter.logs.redaction import redacted  # noqa: PLC0415 - keeps --help quick

    click.echo(redacted(traceback.format_exc()), err=True)
    click.echo("ionmon: this is a defect in ionmon; please report the lines above", err=True)


def exit_code(error: IonmonError) -> int:
    """Return the exit code of an error that a user can act on."""
    if isinstance(error, SettingsError):
        return WRONG_SETTINGS
    return WRONG_STATE if isinstance(error, StateError) else FAILED
