"""ionmon simulate: the exporter on a Google project that never was; no account, no network."""

import dataclasses
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import click

from exporter.clock import WallClock
from exporter.commands.options import CONFIG, LOG, STATE, WEB, options, overrides
from exporter.commands.run import serve
from exporter.settings import Overrides, Settings, load
from exporter.settings.sources import ApplicationSettings, RedisTargetSettings
from exporter.simulator.application import SimulatedApplication
from exporter.simulator.cache import RedisServer, SimulatedCache
from exporter.simulator.faults import Faults
from exporter.simulator.incidents import SCENARIOS
from exporter.simulator.server import Simulator
from exporter.simulator.world import World

PORT = "127.0.0.1:9841"
_NAMES = "\n".join(f"  {s.name:<18} {s.description}" for s in SCENARIOS.values())
HELP = f"""Export a simulated project: three regions, a replicated database, a cache, daily traffic,
and the service's own code, which counts through the recorder.

The real client reads it over gRPC, as it would read Google; only the endpoint differs.

\b
  ionmon simulate
  ionmon simulate --scenario error_burst
  ionmon simulate --faults late=0.3:480s,split,unavailable=0.05
  curl 127.0.0.1:9841/metrics

\b
Scenarios; an incident begins three minutes after the start and lasts a quarter of an hour:
{_NAMES}

\b
Faults between the project and the exporter, with commas:
  late=SHARE:TIME  points come late        split            pages of odd sizes
  quota=SHARE      RESOURCE_EXHAUSTED      unavailable=SHARE  UNAVAILABLE
  slow=SHARE:TIME  slow answers            partial=SHARE    a part is missing
  repeated=SHARE   points come twice       malformed        series nobody can take
  outage=FROM:TO   no answer, from and to after the start   fail=METRIC:STATUS  one always fails
"""


@click.command("simulate", help=HELP)
@options(CONFIG, STATE, WEB, LOG)
@click.option(
    "--scenario",
    type=click.Choice(tuple(SCENARIOS)),
    default="calm",
    metavar="NAME",
    help="What happens; calm unless said.",
)
@click.option("--faults", "fault_text", default="", metavar="FAULTS", help="What goes wrong.")
@click.option(
    "--seed", type=int, default=1, show_default=True, help="The same seed, the same data."
)
@click.option("--scale", type=click.FloatRange(0, min_open=True), default=1.0, help="Of traffic.")
@click.option(
    "--api-port",
    type=click.IntRange(0, 65535),
    default=0,
    help="The API's port; any free one by default.",
)
def command(
    config: Path | None,
    scenario: str,
    fault_text: str,
    seed: int,
    scale: float,
    api_port: int,
    **given: Any,  # noqa: ANN401 - options by name
) -> None:
    """Serve until a signal says stop."""
    faults = dataclasses.replace(Faults.parse(fault_text), seed=seed)
    clock = WallClock()
    world = World(seed, clock.now(), SCENARIOS[scenario], scale)
    with ExitStack() as stack:
        endpoint = stack.enter_context(_api(Simulator(world, clock, faults, api_port)))
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
        simulated(config, base, cache.address, None)  # wrong settings are told before anything
        click.echo(f"simulating {World.project} at {endpoint}, scenario {scenario}", err=True)
        metrics = stack.enter_context(_application(world, clock))
        serve(lambda: simulated(config, base, cache.address, metrics))


def simulated(config: Path | None, base: Overrides, cache: str, metrics: str | None) -> Settings:
    """Return the settings with the simulated cache and, if there is one, the application."""
    settings = load(config, base)
    targets = [
        *settings.redis.targets,
        RedisTargetSettings(name="ion-cache", url=f"redis://{cache}"),
    ]
    update: dict[str, object] = {}
    if metrics:
        url = f"redis://{metrics}"
        targets.append(RedisTargetSettings(name="ion-metrics", url=url, collect=False))
        update["application"] = ApplicationSettings(redis="ion-metrics", name=World.project)
    update["redis"] = settings.redis.model_copy(update={"targets": tuple(targets)})
    return settings.model_copy(update=update)


@contextmanager
def _application(world: World, clock: WallClock) -> Iterator[str | None]:
    """Run the service's own code beside a Redis for its metrics; nothing without redis-server."""
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
def _cache(world: World, clock: WallClock) -> Iterator[SimulatedCache]:
    cache = SimulatedCache(world, clock)
    if cache.simulated:
        text = "redis-server is not on the PATH: Redis is simulated, the application left out"
        click.echo(text, err=True)
    try:
        yield cache
    finally:
        cache.close()
