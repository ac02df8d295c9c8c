"""What a stack starts, and in which order."""

import shlex
from pathlib import Path

import pytest

from exporter.catalog.prometheus_flags import LONG_RETENTION, RETENTION, flags
from exporter.stack import plan
from exporter.stack.demo import NOTICE
from exporter.stack.model import StackChoice, StackProcess

ROOT = Path(__file__).parents[3]
CHOICE = StackChoice(folder=Path(".stack"), config=Path("c"), real=True)


def by_name(choice: StackChoice = CHOICE) -> dict[str, StackProcess]:
    """Return the processes of a stack."""
    return {process.name: process for process in plan.processes(choice)}


def procfile() -> dict[str, list[str]]:
    """Return the commands of the Procfile."""
    text = (ROOT / "Procfile").read_text()
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return {name: shlex.split(text) for name, _, text in (line.partition(": ") for line in lines)}


def test_the_procfile_starts_the_same() -> None:
    """Who has a runner of their own gets the same commands, with true times."""
    ours = {
        name: [word.replace(".venv/bin/ionmon", "ionmon") for word in words]
        for name, words in procfile().items()
    }
    found = {}
    for name, process in by_name().items():
        words = " ".join(process.command).replace(" ".join(plan.IONMON), "ionmon")
        found[name] = words.split()
    assert ours == found


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
    assert list(procfile()) == list(by_name())


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
