"""systemd's own tools take the units, and find little that they still may do."""

import ctypes
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter import cli
from exporter.catalog.prometheus_flags import LONG_RETENTION, RETENTION, flags
from exporter.settings import load
from generators.deployment_targets.needed_files import SystemProgram, needed_files
from tests import servers
from tests.exporter.running import IONMON, Running
from tests.generators.deployment_targets.deployed import EVERY, FULL, REFERENCE, deployed

pytestmark = pytest.mark.slow

UNITS = ("ionmon", "ionmon-bridge", "prometheus-longterm", "prometheus", "prometheus-alertmanager")
PROGRAMS = ("opt/ionmon/bin/ionmon", "usr/bin/prometheus", "usr/bin/prometheus-alertmanager")
EXPOSURE = re.compile(r"exposure level for \S+: ([\d.]+)")
PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN = 65, 1


def commands(unit: str) -> list[list[str]]:
    """Return the words of the programs that a unit starts."""
    return [line.removeprefix("ExecStart=").split() for line in lines(unit, "ExecStart")]


def lines(unit: str, key: str) -> list[str]:
    """Return the lines of a unit with a key, as they are."""
    return [line for line in unit.splitlines() if line.startswith(f"{key}=") and line != f"{key}="]


@pytest.fixture(scope="module", params=EVERY.values(), ids=EVERY)
def machine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the root of a machine with Debian's units and ours, and programs that do nothing."""
    root = tmp_path_factory.mktemp("machine")
    shutil.copytree("/usr/lib/systemd/system", root / "usr/lib/systemd/system", symlinks=True)
    (root / "lib").symlink_to("usr/lib")
    for program in (*PROGRAMS, "bin/kill"):
        (root / program).parent.mkdir(parents=True, exist_ok=True)
        (root / program).write_text("#!/bin/sh\n")
        (root / program).chmod(0o755)
    for name, text in deployed("systemd", request.param).items():
        path = root / "etc" / name.replace("system/", "systemd/system/", 1)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def found(machine: Path) -> Iterator[str]:
    """Yield the units that this machine has."""
    places = (machine / "etc/systemd/system", machine / "usr/lib/systemd/system")
    for name in UNITS:
        if any((place / f"{name}.service").exists() for place in places):
            yield f"{name}.service"


def analyze(machine: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run systemd-analyze on a machine that is a folder; nothing is started."""
    verb, *more = words
    return subprocess.run(
        ["systemd-analyze", verb, f"--root={machine}", *more],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_units_are_whole(machine: Path) -> None:
    """Systemd reads every unit, with what is added to Debian's, and has nothing to say."""
    units = list(found(machine))
    assert {"ionmon.service", "prometheus.service", "prometheus-alertmanager.service"} <= {*units}
    done = analyze(machine, "verify", *units)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_unit_that_is_wrong_is_noticed(machine: Path) -> None:
    """An unknown key and a program that is not there are found: the check above can fail."""
    path = machine / "etc/systemd/system/wrong.service"
    path.write_text("[Service]\nProtectsystem=strict\nExecStart=/opt/nothing\n")
    done = analyze(machine, "verify", "wrong.service")
    path.unlink()
    assert re.search("Unknown key .*'Protectsystem'", done.stderr)
    assert "/opt/nothing is not executable" in done.stderr


def test_a_program_may_do_little(machine: Path) -> None:
    """systemd-analyze rates each unit at most 2.0, of 10."""
    for unit in found(machine):
        rated = EXPOSURE.search(analyze(machine, "security", "--offline=true", unit).stdout)
        assert rated is not None
        assert float(rated[1]) <= 2.0, unit


@pytest.mark.parametrize("path", EVERY.values(), ids=EVERY)
def test_users_and_folders_are_made(path: Path, tmp_path: Path) -> None:
    """Systemd's tools make the user, and folders of secrets that root alone can list."""
    units = deployed("systemd", path)
    for name in ("sysusers.d", "tmpfiles.d"):
        (tmp_path / "etc" / name).mkdir(parents=True)
        (tmp_path / "etc" / name / "ionmon.conf").write_text(units[f"{name}/ionmon.conf"])
    (tmp_path / "etc/alertmanager").mkdir()
    for tool, more in (("systemd-sysusers", ()), ("systemd-tmpfiles", ("--create",))):
        name = f"{tool.removeprefix('systemd-')}.d/ionmon.conf"
        at = tmp_path / "etc" / name
        done = subprocess.run(
            [tool, f"--root={tmp_path}", *more, at], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    assert "ionmon:x:" in (tmp_path / "etc/passwd").read_text()
    folders = [line.split()[1] for line in lines_of(units["tmpfiles.d/ionmon.conf"])]
    assert folders[0] == "/etc/ionmon"
    modes = {(tmp_path / folder[1:]).stat().st_mode & 0o777 for folder in folders[1:]}
    assert modes == {0o711}


def lines_of(text: str) -> list[str]:
    """Return the lines of a file without its comments."""
    return [line for line in text.splitlines() if not line.startswith("#")]


@pytest.mark.parametrize("path", EVERY.values(), ids=EVERY)
def test_commands_are_those_that_the_programs_take(path: Path) -> None:
    """Click parses ionmon's, and the servers' have every flag on which an alert relies."""
    units, settings = deployed("systemd", path), load(path)
    for name, text in units.items():
        for program, *words in commands(text):
            if program.endswith("/ionmon"):
                command = cli.cli.get_command(None, words[0])
                assert command is not None
                command.make_parser(
                    command.make_context("x", [], resilient_parsing=True)
                ).parse_args(words[1:])
            if program.endswith("/prometheus"):
                long = "longterm" in name
                keeps = (
                    LONG_RETENTION if long or settings.prometheus.longterm is None else RETENTION
                )
                url = None if long else settings.links.prometheus
                wanted = flags(keeps=keeps, url=url, receives=long)
                assert {flag.argument for flag in wanted} <= {*words}, name


def test_the_bridge_is_there_where_it_is_used() -> None:
    """A unit is written for what runs alone: no bridge, no server that nobody configured."""
    few = {"ionmon.service", "prometheus.service.d/ionmon.conf"}
    some = {name.removeprefix("system/") for name in deployed("systemd", EVERY["monitoring"])}
    assert few < some
    assert not {"ionmon-bridge.service", "prometheus-longterm.service"} & some
    assert "system/ionmon-bridge.service" in deployed("systemd", REFERENCE)


@pytest.mark.parametrize("path", [REFERENCE, FULL], ids=["reference", "full"])
def test_each_secret_is_one_program_s(path: Path) -> None:
    """A unit gets the files that its program opens and no other, at the paths of the settings."""
    names = {
        SystemProgram.EXPORTER: "ionmon.service",
        SystemProgram.BRIDGE: "ionmon-bridge.service",
        SystemProgram.PROMETHEUS: "prometheus.service.d/ionmon.conf",
        SystemProgram.ALERTMANAGER: "prometheus-alertmanager.service.d/ionmon.conf",
    }
    units = deployed("systemd", path)
    for reader, name in names.items():
        files = needed_files(load(path), reader)
        unit = units[f"system/{name}"]
        assert [line.split(":")[1] for line in lines(unit, "LoadCredential")] == [
            line.split(":")[1] for line in lines(unit, "BindReadOnlyPaths")
        ]
        assert len(lines(unit, "LoadCredential")) == len(files)


def refuse_new_code() -> None:
    """Let this process make no memory executable any more, as MemoryDenyWriteExecute does."""
    assert ctypes.CDLL(None).prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0) == 0


def test_the_exporter_makes_no_code(tmp_path: Path) -> None:
    """It reads Google, Redis and serves where no memory may become executable."""
    port, log = servers.free_port(), tmp_path / "log"
    words = (*IONMON, "simulate", "--scale", "0.01", "--web.listen-address", f"127.0.0.1:{port}")
    with log.open("wb") as file:
        process = subprocess.Popen(
            words,
            stdout=file,
            stderr=file,
            preexec_fn=refuse_new_code,  # noqa: PLW1509 - this process has no threads that matter
        )
    try:
        exporter = Running(process, port, log)
        servers.wait_until(lambda: "overview http" in log.read_text(), "a start")
        exporter.wait_ready()
        assert "cloudrun_requests_total{" in exporter.page()
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()
