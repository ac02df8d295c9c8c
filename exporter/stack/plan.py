"""The processes of a stack, in the order in which they are started, and their commands."""

import shutil
import sys
from pathlib import Path

from exporter.catalog.prometheus_flags import LONG_RETENTION, RETENTION, flags
from exporter.simulator.sink.settings import PASSWORD, USER
from exporter.stack.demo import NOTICE, SOURCE_DELAY
from exporter.stack.model import StackChoice, StackProcess, local
from exporter.stack.prepare import BRIDGE_WEB, CONFIGS, DATA, SETTINGS, SIMULATED

IONMON = (sys.executable, "-m", "exporter")
GRAFANA = "grafana"
_OUT = Path(CONFIGS, "alertmanager", "out")


def configs_command(choice: StackChoice) -> tuple[str, ...]:
    """Return the command that generates what the servers load."""
    folder = choice.folder
    root = ("--root", str(folder / CONFIGS))
    return (*IONMON, "configs", "--config", str(folder / SETTINGS), *root, "--quiet")


def processes(choice: StackChoice) -> tuple[StackProcess, ...]:
    """Return the processes; Grafana is among them where it is installed."""
    found = (
        _sink(choice),
        _exporter(choice),
        _bridge(choice),
        _alertmanager(choice),
        _longterm(choice),
        _prometheus(choice),
    )
    program = shutil.which(GRAFANA)
    return (*found, _grafana(choice, program)) if program else found


def _sink(choice: StackChoice) -> StackProcess:
    ports = choice.ports.sink
    own = ("--web-port", str(ports.web), "--smtp-port", str(ports.smtp))
    return StackProcess(
        name="sink",
        title="what a team would read",
        command=(*IONMON, "sink", *own, *(() if choice.real else ("--notice", NOTICE))),
        ready=ports.url("/"),
        ports=(ports.web, ports.smtp),
    )


def _exporter(choice: StackChoice) -> StackProcess:
    listen = local(choice.ports.exporter)
    delay = () if choice.real else ("--delay", f"{SOURCE_DELAY}s")
    return StackProcess(
        name="exporter",
        title="the service, and the exporter",
        command=(
            *IONMON, "simulate", "--config", str(choice.folder / SIMULATED),
            "--web.listen-address", listen, "--control-port", str(choice.ports.control),
            "--scenario", choice.scenario, *delay,
        ),
        ready=f"http://{listen}/-/ready",
        ports=(choice.ports.exporter, choice.ports.control),
    )  # fmt: skip


def _longterm(choice: StackChoice) -> StackProcess:
    at, needs = choice.ports.longterm, ("alertmanager",)
    return _server(choice, "longterm", "Prometheus, 90 days", at, LONG_RETENTION, needs)


def _prometheus(choice: StackChoice) -> StackProcess:
    at, needs = choice.ports.prometheus, ("exporter", "longterm", "alertmanager")
    return _server(choice, "prometheus", "Prometheus, 72 hours", at, RETENTION, needs)


def _server(
    choice: StackChoice, name: str, title: str, port: int, keeps: str, needs: tuple[str, ...]
) -> StackProcess:
    """Return a Prometheus; the one that keeps longer receives what the other one sends."""
    long, url = keeps == LONG_RETENTION, f"http://{local(port)}"
    file = "prometheus-longterm.yml" if long else "prometheus.yml"
    return StackProcess(
        name=name,
        title=title,
        command=(
            "prometheus",
            f"--config.file={choice.folder / _OUT / file}",
            f"--storage.tsdb.path={choice.folder / DATA / name}",
            *(flag.argument for flag in flags(keeps=keeps, url=url, receives=long)),
            f"--web.listen-address={local(port)}",
        ),
        ready=f"{url}/-/ready",
        ports=(port,),
        needs=needs,
    )


def _alertmanager(choice: StackChoice) -> StackProcess:
    port = choice.ports.alertmanager
    return StackProcess(
        name="alertmanager",
        title="Alertmanager",
        command=(
            "prometheus-alertmanager",
            f"--config.file={choice.folder / _OUT / 'alertmanager.yml'}",
            f"--storage.path={choice.folder / DATA / 'alertmanager'}",
            f"--web.listen-address={local(port)}",
            f"--web.external-url=http://{local(port)}",
            "--cluster.listen-address=",
        ),
        ready=f"http://{local(port)}/-/ready",
        ports=(port,),
        # It posts at once what fires, and counts what nobody took: that is an alert of its own.
        needs=("sink", "bridge"),
    )


def _bridge(choice: StackChoice) -> StackProcess:
    folder = choice.folder
    files = ("--config", str(folder / SETTINGS), "--web.config.file", str(folder / BRIDGE_WEB))
    return StackProcess(
        name="bridge",
        title="alerts, and acknowledging",
        command=(*IONMON, "bridge", *files),
        ready=f"http://{local(choice.ports.bridge)}/-/ready",
        ports=(choice.ports.bridge,),
        needs=("sink",),
        user=(USER, PASSWORD),
    )


def _grafana(choice: StackChoice, program: str) -> StackProcess:
    """Return Grafana with the generated data sources and dashboards, open to who is here."""
    home, port = Path("/usr/share/grafana"), choice.ports.grafana
    own = ("--homepath", str(home)) if home.is_dir() else ()
    paths = {"data": DATA, "logs": DATA, "provisioning": f"{CONFIGS}/grafana/provisioning"}
    folder = choice.folder.absolute()
    given = {f"GF_PATHS_{name.upper()}": str(folder / at) for name, at in paths.items()}
    given |= {"GF_SERVER_HTTP_ADDR": "127.0.0.1", "GF_SERVER_HTTP_PORT": str(port)}
    given |= {"GF_AUTH_ANONYMOUS_ENABLED": "true", "GF_AUTH_ANONYMOUS_ORG_ROLE": "Admin"}
    given |= {"GF_ANALYTICS_REPORTING_ENABLED": "false"}
    return StackProcess(
        name=GRAFANA,
        title="dashboards",
        command=(
            "env",
            *(f"{name}={value}" for name, value in given.items()),
            program,
            "server",
            *own,
        ),
        ready=f"http://{local(port)}/api/health",
        ports=(port,),
        needs=("prometheus",),
    )
