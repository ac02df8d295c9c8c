"""ionmon stack: the whole system on this machine, on a simulated project."""

import asyncio
import fcntl
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click

from exporter.clock import steady
from exporter.commands.called import program
from exporter.commands.options import CONFIG
from exporter.commands.terminal import printable
from exporter.errors import IonmonError, SettingsError, ToolMissing
from exporter.settings import config_file, is_run_by_make, load
from exporter.simulator.incidents import SCENARIOS
from exporter.simulator.sink.settings import PASSWORD, USER
from exporter.stack.demo import NOTICE
from exporter.stack.log_lines import shown
from exporter.stack.model import StackChoice, StackPorts, StackProcess, local
from exporter.stack.plan import GRAFANA, configs_command, processes
from exporter.stack.ports import require_free
from exporter.stack.prepare import LOGS, prepare, serve_dashboards
from exporter.stack.run import Stack, StackFailed

FOLDER, CALM = Path(".stack"), "calm"
_COLOURS = ("cyan", "green", "yellow", "blue", "magenta", "bright_cyan", "bright_green")
_OURS = ("exporter", "bridge", "sink", "stack")
_ORDER = ("exporter", "bridge", "sink", "prometheus", "longterm", "alertmanager", GRAFANA)
HELP = """Run the whole system on this machine, on a simulated project.

It starts the exporter, two Prometheus servers, Alertmanager, the bridge, and a sink, which shows
the messages that a team would get. It starts Grafana, too, if that is on the PATH. The addresses
are printed once all servers are ready. Ctrl-C ends them in order; a second Ctrl-C kills them.

\b
  ionmon stack --config examples/reference.yaml
  ionmon incident error_burst            in another terminal

By default times are those of a demo, so that an alert comes within minutes of an incident:
thresholds, windows, rules and routes are the real ones. With --real, nothing is sped up.

The terminal shows the lines that you need; the full logs are in FOLDER/logs. What an earlier run
left in FOLDER is removed, unless --keep is given.
"""


@click.command("stack", help=HELP)
@CONFIG
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=FOLDER,
    show_default=True,
    help="Folder for settings, logs and data.",
)
@click.option("--real", is_flag=True, help="Keep the true times of alerts, data and scrapes.")
@click.option("--keep", is_flag=True, help="Keep what an earlier run has stored.")
@click.option(
    "--scenario",
    type=click.Choice(tuple(SCENARIOS)),
    default=CALM,
    metavar="NAME",
    show_default=True,
    help="Scenario of `ionmon simulate` to begin with.",
)
@click.option(
    "--port-offset",
    type=click.IntRange(0, 50_000),
    default=0,
    help="Number added to every port, where some are taken.",
)
def command(
    config: Path | None, *, folder: Path, real: bool, keep: bool, scenario: str, port_offset: int
) -> None:
    """Run until a signal, or until a process ends."""
    began = steady()
    settings = config or config_file()
    if settings is None:
        raise SettingsError("no settings file is given, by --config or IONMON_CONFIG")
    load(settings)  # wrong ones are refused before a port is tried
    ports = StackPorts(port_offset)
    choice = StackChoice(folder=folder, config=settings, real=real, scenario=scenario, ports=ports)
    planned = processes(choice)
    _require_programs(planned)
    with _only_one(folder):
        require_free(planned)
        _prepare(choice, keep=keep)
        try:
            asyncio.run(_run(planned, choice, began))
        except StackFailed as error:
            raise StackFailed(f"{error}\n{advice(choice)}") from error
    click.echo("all processes have ended", err=True)


def _require_programs(planned: Sequence[StackProcess]) -> None:
    missing = [p.command[0] for p in planned if shutil.which(p.command[0]) is None]
    if missing:
        names = " ".join(dict.fromkeys(missing))
        raise ToolMissing(f"not on the PATH: {names}; type: sudo apt-get install {names}")


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """Hold the folder's lock."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("w")
    except OSError as error:
        text = f"{error.filename}: {error.strerror}; name another --folder"
        raise IonmonError(text) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            text = f"a stack runs already in {folder}; stop it first, or name another --folder"
            raise IonmonError(text) from None
        yield


def _again(choice: StackChoice, *more: str) -> str:
    """Return the command that starts this stack once more, by make where that started it."""
    words: list[str] = []
    if choice.folder != FOLDER:
        words += ["--folder", str(choice.folder)]
    if choice.ports.offset:
        words += ["--port-offset", str(choice.ports.offset)]
    if choice.scenario != CALM:
        words += ["--scenario", choice.scenario]
    words += ["--real"] if choice.real else []
    given = shlex.join((*words, *more))
    if is_run_by_make():
        return f"make stack ARGS={shlex.quote(given)}" if given else "make stack"
    return f"{program()} stack --config {shlex.quote(str(choice.config))} {given}".rstrip()


def advice(choice: StackChoice) -> str:
    """Return what to do once a process has ended by itself."""
    again, keep = _again(choice), _again(choice, "--keep")
    return f"fix what it says, then start again: {again}\nor keep what was stored: {keep}"


def _prepare(choice: StackChoice, *, keep: bool) -> None:
    if not choice.real:
        click.echo(f"{NOTICE}\nReal times: {_again(replace(choice, real=True))}", err=True)
    began = steady()
    text = "writing settings, rules, routes and dashboards; it takes up to half a minute"
    click.echo(f"{text}: {choice.folder}", err=True)
    prepare(choice, keep=keep)
    done = subprocess.run(configs_command(choice), check=False)  # noqa: S603 - our own command
    if done.returncode != 0:
        raise IonmonError(f"ionmon configs ended with {done.returncode}; the lines above say why")
    serve_dashboards(choice.folder)
    click.echo(f"written in {steady() - began:.1f} s; starting what runs", err=True)


async def _run(planned: Sequence[StackProcess], choice: StackChoice, began: float) -> None:
    printer = _Printer([one.name for one in planned])
    stack = Stack(
        planned,
        choice.folder / LOGS,
        lambda name, line: printer.show(name, line, settled=stack.settled),
        lambda: click.echo(_summary(planned, choice, steady() - began)),
    )
    await stack.run()


class _Printer:
    """Prints lines with the name of their process; in colour on a terminal."""

    def __init__(self, names: Sequence[str]) -> None:
        self._width = max(map(len, names))
        self._colours = dict(zip(names, _COLOURS, strict=False))

    def show(self, name: str, line: str, *, settled: bool) -> None:
        """Print what a person needs of a line; `settled` while all are ready."""
        text = shown(line, calm=name not in _OURS, settled=settled)
        if text is not None:
            head = click.style(f"{name:<{self._width}} |", fg=self._colours.get(name))
            click.echo(f"{head} {printable(text)}")


def _summary(planned: Sequence[StackProcess], choice: StackChoice, seconds: float) -> str:
    """Return what is where, once all is ready."""
    width = max(len(one.title) for one in planned)
    lines = [f"ready in {seconds:.0f} s"]
    found = sorted(planned, key=lambda one: _ORDER.index(one.name))
    lines += [f"  {one.title:<{width}}  http://{local(one.ports[0])}/" for one in found]
    if all(one.name != GRAFANA for one in planned):
        lines.append("  Grafana is not on the PATH; dashboards without it: ionmon preview --help")
    offset = f" --port-offset {choice.ports.offset}" if choice.ports.offset else ""
    offset += f" --folder {shlex.quote(str(choice.folder))}" if choice.folder != FOLDER else ""
    return "\n".join([
        "",
        *lines,
        f"  to acknowledge: user {USER}, password {PASSWORD}",
        f"  whole logs: {choice.folder / LOGS}",
        f"try, in another terminal and this folder: {program()} incident error_burst{offset}",
        "stop with Ctrl-C",
        "",
    ])  # fmt: skip
