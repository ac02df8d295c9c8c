"""ionmon simulate: the exporter on a project that never was, as a real process."""

import signal
from pathlib import Path

import pytest

from exporter import cli
from exporter.commands.simulate import HELP, simulated
from exporter.settings import Overrides
from exporter.settings.sources import RedisTargetSettings
from exporter.simulator.incidents import SCENARIOS
from tests import servers
from tests.exporter.running import IONMON, Running


def test_it_needs_no_account_and_no_network(tmp_path: Path) -> None:
    """The page has Cloud Run, Cloud SQL and Redis, says where it is, and ends with 0."""
    port, log = servers.free_port(), tmp_path / "log"
    listen = ("--web.listen-address", f"127.0.0.1:{port}")
    with servers.process((*IONMON, "simulate", "--scale", "0.01", *listen), log) as process:
        servers.wait_until(lambda: "overview http" in log.read_text(), "a start")
        exporter = Running(process, port, log)
        exporter.wait_ready()
        page = exporter.page()
        for name in ("cloudrun_requests_total", "cloudsql_up", "redis_up"):
            assert f"{name}{{" in page
        assert 'redis_id="ion-cache"' in page
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert "simulating ion-demo at 127.0.0.1:" in log.read_text()


def test_the_cache_is_one_more_target(tmp_path: Path) -> None:
    """The settings are the file's, with the simulated cache after the targets it names."""
    path = tmp_path / "m.yaml"
    path.write_text("redis: {targets: [{name: own, url: 'redis://127.0.0.1:1'}]}\n")
    flags = Overrides(projects=("ion-demo",))
    settings = simulated(path, flags, "127.0.0.1:2", "127.0.0.1:3")
    assert settings.redis.targets == (
        RedisTargetSettings(name="own", url="redis://127.0.0.1:1"),
        RedisTargetSettings(name="ion-cache", url="redis://127.0.0.1:2"),
        RedisTargetSettings(name="ion-metrics", url="redis://127.0.0.1:3", collect=False),
    )
    assert settings.application.redis == "ion-metrics"
    assert simulated(path, flags, "127.0.0.1:2", None).application.redis is None
    assert settings.google.projects == ("ion-demo",)


def test_help_names_every_scenario() -> None:
    """Each scenario is in the help, with what happens in it."""
    for scenario in SCENARIOS.values():
        assert f"  {scenario.name:<18} {scenario.description}" in HELP


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--faults", "lte=0.1"), 3, "late"),
        (("--scenario", "earthquake"), 2, "earthquake"),
        (("--scale", "0"), 2, "0"),
    ],
)
def test_what_it_does_not_know_it_does_not_play(
    arguments: tuple[str, ...], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Unknown faults and scenarios, and no traffic at all, are refused with what there is."""
    assert cli.run(["simulate", *arguments]) == code
    assert said in capsys.readouterr().err
