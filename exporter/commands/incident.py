"""ionmon incident: begins and ends incidents in a running simulated project."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from exporter.commands.called import program
from exporter.commands.flag_types import Minutes
from exporter.commands.stack import FOLDER
from exporter.commands.terminal import table
from exporter.errors import IonmonError
from exporter.json_output import json_document
from exporter.monitoring_config import AlertConfig, read_config
from exporter.simulator import control_client
from exporter.simulator.control import LONGEST
from exporter.simulator.control_client import SimulatorState
from exporter.simulator.incidents import INCIDENTS
from exporter.stack.alerts_page import alerts_page
from exporter.stack.expected import (
    GOOGLE_DELAY,
    MINUTE,
    ExpectedAlert,
    SourcePace,
    expected_alerts,
)
from exporter.stack.model import StackPorts, local
from exporter.stack.prepare import contract
from exporter.summary.wording import elapsed

HELP = """Begin an incident in the simulated project of `ionmon stack`, and say what to expect.

\b
  ionmon incident --list
  ionmon incident error_burst
  ionmon incident latency --minutes 30
  ionmon incident                        what goes on
  ionmon incident --end

It begins with the current minute. Then watch the landing page, the alerts and the messages, at the
addresses that are printed. It works beside `ionmon simulate --control-port 9845`, too, and never
with a real project: `ionmon run` has no such port.

Exit code 1 where no simulated project answers.
"""


@click.command("incident", help=HELP)
@click.argument("name", required=False)
@click.option(
    "--minutes",
    type=Minutes(),
    default=15,
    show_default=True,
    help=f"How long it lasts, in minutes or as 15m or 1h; at most {LONGEST} minutes.",
)
@click.option("--list", "listed", is_flag=True, help="List the incidents.")
@click.option("--end", is_flag=True, help="End all running incidents.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=FOLDER,
    show_default=True,
    help="Folder of the stack, for its alerts.",
)
@click.option(
    "--port-offset",
    type=click.IntRange(0, 50_000),
    default=0,
    help="As `ionmon stack` was started with.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON: docs/stack.md.")
def command(
    name: str | None,
    *,
    listed: bool,
    end: bool,
    minutes: int,
    as_json: bool,
    **given: Any,  # noqa: ANN401 - options by name
) -> None:
    """Begin, end, list, or show what goes on."""
    if sum((name is not None, listed, end)) > 1:
        raise click.UsageError("give a NAME, or --list, or --end")
    if listed:
        click.echo(_list(as_json=as_json))
        return
    if name is not None and name not in INCIDENTS:
        raise click.UsageError(f"{name!r} is no incident; list them with --list")
    ports = StackPorts(given["port_offset"])
    address = local(ports.control)
    before = control_client.state(address).incidents if end else ()
    state = _acted(address, name, minutes, end=end)
    expected = _expected(name, state, given["folder"]) if name else ()
    if as_json:
        click.echo(json_document("incident", _document(state, expected, ports)))
    elif end:
        click.echo(_ended([one.name for one in before]))
    else:
        click.echo(_text(state, expected, ports))


def _list(*, as_json: bool) -> str:
    if as_json:
        found = [{"name": one.name, "description": one.description} for one in INCIDENTS.values()]
        return json_document("incident --list", {"incidents": found})
    return table(
        ["incident", "what happens"], [(i.name, i.description) for i in INCIDENTS.values()]
    )


def _acted(address: str, name: str | None, minutes: int, *, end: bool) -> SimulatorState:
    if end:
        return control_client.end(address)
    if name is None:
        return control_client.state(address)
    return control_client.begin(address, name, minutes)


def _expected(name: str, state: SimulatorState, folder: Path) -> tuple[ExpectedAlert, ...]:
    delay = GOOGLE_DELAY if state.delay is None else (state.delay, state.delay)
    pace = SourcePace(MINUTE - state.now % MINUTE, delay)
    return expected_alerts(INCIDENTS[name], _alerts(folder), pace)


def _alerts(folder: Path) -> tuple[AlertConfig, ...]:
    """Return the alerts of a stack; none where its folder is another one, which is said."""
    try:
        return read_config(contract(folder)).alerts
    except IonmonError:
        text = f"{folder} has no alerts of a stack, so it is not known which ones are expected"
        click.echo(f"ionmon: {text}; name the folder of ionmon stack with --folder", err=True)
        return ()


def _document(
    state: SimulatorState, expected: tuple[ExpectedAlert, ...], ports: StackPorts
) -> dict[str, Any]:
    return {
        "now": state.now,
        "incidents": [
            {
                "name": one.name,
                "description": one.description,
                "begins": one.begins,
                "ends": one.ends,
            }
            for one in state.incidents
        ],
        "expected": [
            {
                "alert": one.name,
                "severity": one.severity,
                "limit": one.limit,
                "for_seconds": one.for_seconds,
                "earliest_seconds": round(one.earliest),
                "latest_seconds": round(one.latest),
            }
            for one in expected
        ],
        "addresses": dict(_addresses(ports)),
    }


def _addresses(ports: StackPorts) -> tuple[tuple[str, str], ...]:
    prometheus = f"http://{local(ports.prometheus)}"
    return (
        ("service", f"http://{local(ports.exporter)}/"),
        ("alerts", f"http://{local(ports.bridge)}/"),
        ("messages", ports.sink.url("/")),
        ("prometheus", alerts_page(prometheus)),
    )


def _text(state: SimulatorState, expected: tuple[ExpectedAlert, ...], ports: StackPorts) -> str:
    lines = [_going_on(one.name, one.description, one.ends - state.now) for one in state.incidents]
    if not lines:
        return "no incident goes on; what fired ends within some minutes"
    if expected:
        rows = [(one.name, one.severity, one.limit, _when(one)) for one in expected]
        head = ["expected alert", "severity", "limit", "first message"]
        lines += ["", table(head, rows)]
    looks = [f"  {name:<10}  {url}" for name, url in _addresses(ports)]
    moved = f" --port-offset {ports.offset}" if ports.offset else ""
    return "\n".join(
        [*lines, "", "watch:", *looks, "", f"end it: {program()} incident --end{moved}"]
    )


def _ended(names: Sequence[str]) -> str:
    """Return which incidents were ended."""
    if not names:
        return "nothing was going on"
    return f"ended: {', '.join(names)}; what fired ends within some minutes"


def _going_on(name: str, description: str, rest: float) -> str:
    return f"{name}: {description}; ends in {elapsed(rest)}"


def _when(one: ExpectedAlert) -> str:
    """Return when a message is expected, in whole minutes."""
    first, last = round(one.earliest / MINUTE), round(one.latest / MINUTE)
    return f"in {max(1, first)} to {last} minutes"
