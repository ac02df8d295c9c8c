"""ionmon simulate: exports a simulated Google Cloud project; needs no account and no network."""

import dataclasses
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import click

from exporter.clock import WallClock
from exporter.commands.flag_types import PORT_NUMBER, Duration
from exporter.commands.options import CONFIG, LOG, STATE, WEB, options, overrides
from exporter.commands.run import serve
from exporter.commands.world_options import WORLD
from exporter.settings import FamilySettings, Overrides, Settings, load
from exporter.settings.sources import ApplicationSettings, RedisTargetSettings
from exporter.simulator.application import SimulatedApplication
from exporter.simulator.cache import RedisServer, SimulatedCache
from exporter.simulator.control import Control, ControlServer
from exporter.simulator.faults import Faults
from exporter.simulator.incidents import SCENARIOS
from exporter.simulator.server import Simulator
from exporter.simulator.world import World

PORT = "127.0.0.1:9841"
_NAMES = "\n".join(f"  {s.name:<18} {s.description}" for s in SCENARIOS.values())
HELP = f"""Export a simulated project; needs no account.

The project has a service in three regions, a replicated database, a cache, daily traffic, and an
application with its own metrics. It is read over gRPC like a real project; only the endpoint
differs. Without --config, all metrics of the catalog are read.

Simulated counts never go into the file's storage.state_file. They are gone at the end, unless
--storage.state-file names a file for them.

\b
  ionmon simulate
  ionmon simulate --scenario error_burst
  ionmon simulate --faults late=0.3:480s,split,unavailable=0.05
  ionmon simulate --control-port 9845        then: ionmon incident error_burst
  curl 127.0.0.1:9841/metrics

\b
Scenarios. An incident begins three minutes after the start and lasts fifteen minutes:
{_NAMES}

\b
Faults of the simulated API, separated by commas. SHARE is from 0 to 1, TIME like 480s:
  late=SHARE:TIME     points come late
  repeated=SHARE      points come twice
  partial=SHARE       part of the answer is missing
  slow=SHARE:TIME     calls are slow
  quota=SHARE         calls fail with RESOURCE_EXHAUSTED
  unavailable=SHARE   calls fail with UNAVAILABLE
  outage=FROM:TO      all calls fail, from and to these times after the start
  fail=METRIC:STATUS  calls for this metric always fail
  split               pages have odd sizes
  disabled            all calls fail, as where the API is not enabled
  malformed           some series are invalid
"""


@click.command("simulate", help=HELP)
@options(CONFIG, STATE, WEB, LOG, WORLD)
@click.option("--faults", "fault_text", default="", metavar="FAULTS", help="Faults of the API.")
@click.option(
    "--scale",
    type=click.FloatRange(0, min_open=True),
    default=1.0,
    show_default=True,
    help="Factor for the traffic.",
)
@click.option(
    "--api-port",
    type=PORT_NUMBER,
    default=0,
    help="Port of the simulated API. Default: a free one.",
)
@click.option(
    "--control-port",
    type=PORT_NUMBER,
    help="Port on 127.0.0.1 where `ionmon incident` begins incidents. Default: none.",
)
@click.option(
    "--delay",
    type=Duration(),
    help="Time after which points can be read. Default: that of each metric, some minutes.",
)
def command(
    config: Path | None,
    scenario: str,
    fault_text: str,
    seed: int,
    scale: float,
    **given: Any,  # noqa: ANN401 - options by name
) -> None:
    """Serve until a signal stops it."""
    own = ("api_port", "control_port", "delay")
    api_port, control_port, delay = (given.pop(name) for name in own)
    faults = dataclasses.replace(Faults.parse(fault_text), seed=seed)
    clock = WallClock()
    world = World(seed, clock.now(), SCENARIOS[scenario], scale)
    with ExitStack() as stack:
        endpoint = stack.enter_context(
            _api(Simulator(world=world, clock=clock, faults=faults, port=api_port, delay=delay))
        )
        cache = stack.enter_context(_cache(world, clock))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ionmon-")))
        base = dataclasses.replace(
            overrides(given), projects=(World.project,), endpoint=endpoint, insecure=True
        )
        base = dataclasses.replace(
            base,
            listen=base.listen or (PORT,),
            state_file=base.state_file or folder / "counters.sqlite",
        )
        # Loaded here already, so that wrong settings are refused before anything starts.
        simulated(config, base, cache.address, None)
        if control_port is not None:
            stack.enter_context(_control(control_port, Control(world, clock, delay)))
        click.echo(f"simulating {World.project} at {endpoint}, scenario {scenario}", err=True)
        metrics = stack.enter_context(_application(world, clock))
        serve(lambda: simulated(config, base, cache.address, metrics))


def simulated(config: Path | None, base: Overrides, cache: str, metrics: str | None) -> Settings:
    """Return the settings with the simulated cache and, where it runs, the application."""
    settings = load(config, base)
    targets = [
        *settings.redis.targets,
        RedisTargetSettings(name="ion-cache", url=f"redis://{cache}"),
    ]
    update: dict[str, object] = {}
    if config is None:  # a demonstration costs nothing: it shows all that there is
        every = {"*": FamilySettings(enabled=True)}
        update["google"] = settings.google.model_copy(update={"families": every})
    if metrics:
        url = f"redis://{metrics}"
        targets.append(RedisTargetSettings(name="ion-metrics", url=url, collect=False))
        update["application"] = ApplicationSettings(redis="ion-metrics", name=World.project)
    update["redis"] = settings.redis.model_copy(update={"targets": tuple(targets)})
    return settings.model_copy(update=update)


@contextmanager
def _application(world: World, clock: WallClock) -> Iterator[str | None]:
    """Run the application and a Redis for its metrics; None without redis-server."""
    program = shutil.which("redis-server")
    if program is None:
        yield None
        return
    server = RedisServer(program)
    address = f"127.0.0.1:{server.port}"
    application = SimulatedApplication(world, clock, f"redis://{address}", World.project)
    application.start()
    try:
        yield address
    finally:
        application.close()
        server.close()


@contextmanager
def _api(simulator: Simulator) -> Iterator[str]:
    try:
        yield simulator.start()
    finally:
        simulator.close()


@contextmanager
def _control(port: int, control: Control) -> Iterator[None]:
    server = ControlServer(port, control)
    server.start()
    click.echo(f"incidents are begun at http://{server.address}/", err=True)
    try:
        yield
    finally:
        server.close()


@contextmanager
def _cache(world: World, clock: WallClock) -> Iterator[SimulatedCache]:
    cache = SimulatedCache(world, clock)
    if cache.simulated:
        text = "redis-server is not on the PATH: Redis is simulated, the application is left out"
        click.echo(text, err=True)
    try:
        yield cache
    finally:
        cache.close()
