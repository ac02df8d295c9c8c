"""Options that several subcommands share; they are named as in Prometheus' exporter-toolkit."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from exporter.commands.flag_types import LISTEN
from exporter.settings import Overrides

F = TypeVar("F", bound=Callable[..., Any])
FILE = click.Path(dir_okay=False, path_type=Path)

CONFIG = click.option(
    "--config", type=FILE, metavar="FILE", help="Path of monitoring.yaml. Default: $IONMON_CONFIG."
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
QUIET = click.option("--quiet", is_flag=True, help="Print warnings and errors only.")
ROOT = click.option(
    "--root",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Directory that ionmon configs wrote to. Default: here.",
)
PROJECT = click.option(
    "--project", "projects", multiple=True, metavar="ID", help="Google Cloud project; repeatable."
)
GOOGLE = (
    click.option(
        "--google.endpoint", "endpoint", metavar="HOST:PORT", help="Address of another API server."
    ),
    click.option(
        "--google.insecure", "insecure", is_flag=True, help="Connect to the endpoint without TLS."
    ),
    click.option(
        "--google.credentials-file",
        "credentials_file",
        type=FILE,
        metavar="FILE",
        help="Credentials. Default: application default credentials.",
    ),
)
STATE = click.option(
    "--storage.state-file",
    "state_file",
    type=FILE,
    metavar="FILE",
    help="File that keeps the counters across restarts.",
)
JOURNAL = click.option(
    "--storage.journal-file",
    "journal_file",
    type=FILE,
    metavar="FILE",
    help="File that keeps the notifications across restarts.",
)
WEB = (
    click.option(
        "--web.listen-address",
        "listen",
        multiple=True,
        type=LISTEN,
        metavar="ADDRESS",
        help="Address to listen on, such as :9841 or 127.0.0.1:9841; repeatable.",
    ),
    click.option(
        "--web.telemetry-path",
        "telemetry_path",
        metavar="PATH",
        help="Path of the metrics. Default: /metrics.",
    ),
    click.option(
        "--web.config.file",
        "web_config_file",
        type=FILE,
        metavar="FILE",
        help="TLS and passwords, in exporter-toolkit's format.",
    ),
    click.option(
        "--web.enable-lifecycle", "enable_lifecycle", is_flag=True, help="Allow POST to /-/reload."
    ),
)
LOG = (
    click.option(
        "--log.level",
        "log_level",
        type=click.Choice(("debug", "info", "warn", "error")),
        help="Lowest level to log. Default: info.",
    ),
    click.option(
        "--log.format",
        "log_format",
        type=click.Choice(("logfmt", "json")),
        help="Format of log lines. Default: logfmt.",
    ),
)


def options(*groups: Any) -> Callable[[F], F]:  # noqa: ANN401 - options and tuples of them
    """Add options, and tuples of options, to a command, in this order."""
    flat = [o for group in groups for o in (group if isinstance(group, tuple) else (group,))]

    def add(command: F) -> F:
        for option in reversed(flat):
            command = option(command)
        return command

    return add


def overrides(given: dict[str, Any]) -> Overrides:
    """Return the settings that flags override."""
    known = Overrides.__dataclass_fields__
    return Overrides(**{name: value for name, value in given.items() if name in known})
