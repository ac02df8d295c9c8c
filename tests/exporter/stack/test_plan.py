"""What a stack starts, and in which order."""

from pathlib import Path

import pytest

from exporter.catalog.prometheus_flags import LONG_RETENTION, RETENTION, flags
from exporter.stack import plan
from exporter.stack.demo import NOTICE
from exporter.stack.model import StackChoice, StackProcess

CHOICE = StackChoice(folder=Path(".stack"), config=Path("c"), real=True)


def by_name(choice: StackChoice = CHOICE) -> dict[str, StackProcess]:
    """Return the processes of a stack."""
    return {process.name: process for process in plan.processes(choice)}


@pytest.mark.parametrize(
    ("name", "file", "port"),
    [
        ("prometheus", "prometheus.yml", 9090),
        ("longterm", "prometheus-longterm.yml", 9091),
        ("alertmanager", "alertmanager.yml", 9093),
    ],
)
def test_a_server_reads_what_is_generated_and_links_to_itself(
    name: str, file: str, port: int
) -> None:
    """Without its own address, links would lead to the machine's name, where no server listens."""
    command = by_name()[name].command
    assert f"--config.file=.stack/configs/alertmanager/out/{file}" in command
    assert f"--web.listen-address=127.0.0.1:{port}" in command
    assert f"--web.external-url=http://127.0.0.1:{port}" in command


def test_programs_of_ours_read_what_is_prepared() -> None:
    """The bridge reads the settings of the stack; the exporter those of the simulated project."""
    assert ".stack/monitoring.yaml" in by_name()["bridge"].command
    assert ".stack/simulated.yaml" in by_name()["exporter"].command


def test_servers_have_every_flag_that_alerts_rely_on() -> None:
    """The same as in any other installation: they are stated once."""
    for name, keeps, port in (("prometheus", RETENTION, 9090), ("longterm", LONG_RETENTION, 9091)):
        url = f"http://127.0.0.1:{port}"
        found = flags(keeps=keeps, url=url, receives=name == "longterm")
        assert [
            flag.argument for flag in found if flag.argument not in by_name()[name].command
        ] == []


def test_each_needs_what_is_started_before() -> None:
    """So there is an order, and the last can be ended first."""
    seen: set[str] = set()
    for process in plan.processes(CHOICE):
        assert set(process.needs) <= seen
        seen.add(process.name)
    assert seen == {"sink", "exporter", "longterm", "alertmanager", "prometheus", "bridge"}


def _before(name: str) -> set[str]:
    """Return what is ready before a process is started."""
    needs = by_name()[name].needs
    return set(needs).union(*map(_before, needs))


def test_who_is_notified_is_ready_before_who_notifies() -> None:
    """Alertmanager would count its first message as lost, and that is an alert."""
    assert {"sink", "bridge"} <= _before("alertmanager")
    assert "alertmanager" in _before("prometheus") & _before("longterm")


def test_a_demo_says_so_and_has_its_delay() -> None:
    """The sink's page and the source differ; a real one has neither."""
    demo = by_name(StackChoice(folder=Path("f"), config=Path("c")))
    assert demo["sink"].command[-2:] == ("--notice", NOTICE)
    assert "`" not in NOTICE  # pages show it as it is
    assert len(NOTICE) < 160
    assert demo["exporter"].command[-2:] == ("--delay", "5s")
    assert "--delay" not in by_name()["exporter"].command
    assert "--notice" not in by_name()["sink"].command


def test_grafana_is_among_them_where_it_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the generated data sources and dashboards, after Prometheus, on this machine only."""
    program = tmp_path / "grafana"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    found = by_name()["grafana"]
    assert found.needs == ("prometheus",)
    given = {word.partition("=")[0]: word.partition("=")[2] for word in found.command}
    assert given["GF_PATHS_PROVISIONING"].endswith("/.stack/configs/grafana/provisioning")
    assert given["GF_SERVER_HTTP_ADDR"] == "127.0.0.1"
    assert str(program) in found.command
