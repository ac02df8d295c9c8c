"""ionmon sink: takes and shows what Alertmanager and the bridge send to people."""

import signal
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from socketserver import BaseServer

import click
import yaml

from exporter.clock import WallClock
from exporter.commands.flag_types import PORT_NUMBER
from exporter.commands.options import CONFIG
from exporter.errors import IonmonError, SettingsError
from exporter.settings import config_file, load
from exporter.settings.document import read
from exporter.simulator.sink.inbox import Inbox
from exporter.simulator.sink.settings import (
    SinkPorts,
    bridge_web,
    directed,
    simulated,
    write_secrets,
)
from exporter.simulator.sink.smtp import SmtpSink
from exporter.simulator.sink.web import WebSink

SETTINGS, SIMULATED, SECRETS = "monitoring.yaml", "simulated.yaml", "secrets"
BRIDGE_WEB = "bridge-web.yaml"
_STOPPING = (signal.SIGINT, signal.SIGTERM)
HELP = """Show what Slack, PagerDuty, mail and Sentry would be sent.

It takes Slack's webhook, PagerDuty's events, Sentry's envelopes and mail on 127.0.0.1, prints each
message, and shows the newest at http://127.0.0.1:9843/. `make stack` runs it.

With --prepare it only writes FOLDER/monitoring.yaml: the settings of --config, with every channel
leading here, and with the secret files that they name; FOLDER/simulated.yaml for
`ionmon simulate`, which watches the same servers; and FOLDER/bridge-web.yaml for the bridge's
--web.config.file, with the user "me" and the password "stack".

\b
  ionmon sink --config examples/reference.yaml --prepare .stack
  ionmon configs --config .stack/monitoring.yaml --root .stack/configs
  ionmon sink
"""


@click.command("sink", help=HELP)
@CONFIG
@click.option(
    "--prepare",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Write settings and secret files there, and end.",
)
@click.option(
    "--web-port",
    type=PORT_NUMBER,
    default=SinkPorts().web,
    show_default=True,
    help="Port of the page.",
)
@click.option(
    "--smtp-port",
    type=PORT_NUMBER,
    default=SinkPorts().smtp,
    show_default=True,
    help="Port for mail.",
)
@click.option("--notice", default="", metavar="TEXT", help="A sentence that the page shows first.")
def command(
    config: Path | None, prepare: Path | None, web_port: int, smtp_port: int, notice: str
) -> None:
    """Serve until a signal stops it, or write the settings."""
    ports = SinkPorts(web_port, smtp_port)
    if prepare is not None:
        _prepare(config or config_file(), prepare, ports)
        return
    inbox = Inbox(WallClock(), click.echo, notice)
    try:
        servers = (WebSink(ports.web, inbox), SmtpSink(ports.smtp, inbox))
    except OSError as error:
        text = "name free ports with --web-port and --smtp-port"
        raise IonmonError(f"the sink cannot listen: {error.strerror}; {text}") from error
    click.echo(f"what a team would read: {ports.url('/')}")
    _serve(servers)


def _prepare(config: Path | None, folder: Path, ports: SinkPorts) -> None:
    if config is None:
        raise SettingsError("no settings file is given, by --config or IONMON_CONFIG")
    load(config)  # wrong settings are refused with their own positions
    document = read(config).content
    files = {
        SETTINGS: directed(document, ports, folder / SECRETS),
        SIMULATED: simulated(document),
        BRIDGE_WEB: bridge_web(),
    }
    try:
        write_secrets(folder / SECRETS, ports)
        for name, content in files.items():
            text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise IonmonError(f"{error.filename}: {error.strerror}") from error


def _serve(servers: Sequence[BaseServer]) -> None:
    """Serve, each in a thread of its own, until SIGINT or SIGTERM."""
    # Waited for, and not handled: a handler that sets an event may meet its own thread within the
    # event's lock. Blocked before there are threads, since each of them has the mask of this one.
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOPPING)
    with ExitStack() as stack:
        for server in servers:
            stack.enter_context(server)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            stack.callback(server.shutdown)
        signal.sigwait(_STOPPING)
