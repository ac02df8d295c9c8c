"""The image's steps and the compose file, as far as they can be tried without an engine."""

import json
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from exporter import cli
from exporter.catalog.prometheus_flags import LONG_RETENTION, RETENTION, flags
from generators.deployment_targets.placed import FOLDER, STATE, USER
from tests import servers
from tests.exporter.running import IONMON
from tests.generators.deployment_targets.deployed import ROOT, deployed, everything
from tests.test_wheel import LEFT

pytestmark = pytest.mark.slow

INSTRUCTIONS = {"FROM", "WORKDIR", "COPY", "RUN", "LABEL", "ENV", "USER", "VOLUME", "EXPOSE"}
INSTRUCTIONS |= {"ENTRYPOINT", "CMD"}
# What a service may have here; the specification knows more.
SERVICE = {
    "image": str,
    "pull_policy": str,
    "command": list,
    "restart": str,
    "user": str,
    "read_only": bool,
    "cap_drop": list,
    "security_opt": list,
    "tmpfs": list,
    "mem_limit": str,
    "ports": list,
    "volumes": list,
    "secrets": list,
    "healthcheck": dict,
}
OURS = ("exporter", "bridge")


def steps() -> Iterator[tuple[str, str]]:
    """Yield each instruction of the Containerfile with its arguments."""
    for line in deployed("container")["Containerfile"].splitlines():
        if line and not line.startswith("#"):
            name, _, rest = line.partition(" ")
            yield name, rest


def compose() -> dict[str, Any]:
    """Return the compose file."""
    found: dict[str, Any] = yaml.safe_load(deployed("container")["compose.yaml"])
    return found


def test_the_image_is_built_in_two_stages() -> None:
    """The second stage has what runs and no tool that built it, for a user without rights."""
    found = list(steps())
    assert {name for name, _ in found} == INSTRUCTIONS
    second = max(at for at, (name, _) in enumerate(found) if name == "FROM")
    last = dict(found[second + 1 :])
    assert last["USER"] == f"{USER}:{USER}"
    assert "--from=build" in last["COPY"]
    assert last["VOLUME"] == STATE
    assert "pip" not in " ".join(rest for _, rest in found[second:])


def test_every_step_is_an_exact_command() -> None:
    """No step passes through a shell, and each package has a hash, from no index that is named."""
    for name, rest in steps():
        if name in {"RUN", "ENTRYPOINT", "CMD"}:
            assert all(isinstance(word, str) for word in json.loads(rest)), rest
    text = deployed("container")["Containerfile"]
    assert "--require-hashes" in text
    assert "index-url" not in text
    assert "http" not in text


def test_what_is_copied_is_in_a_clone() -> None:
    """Each path of a COPY from the context is tracked."""
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    tracked = listed.stdout.splitlines()
    for name, rest in steps():
        if name == "COPY" and not rest.startswith("--from"):
            for path in rest.split()[:-1]:
                assert any(t == path or t.startswith(f"{path}/") for t in tracked), path


@pytest.mark.deep
def test_the_steps_build_what_runs(tmp_path: Path) -> None:
    """Run one after the other below a folder, they install ion-monitoring, and no tool of tests."""
    places = {place: tmp_path / place[1:] for place in ("/build", "/src", "/wheels", "/opt/ionmon")}
    places["/src"].mkdir()
    for name, rest in steps():
        if name == "COPY" and not rest.startswith("--from"):
            for path in rest.split()[:-1]:
                copied = places["/src"] / path
                if (ROOT / path).is_dir():
                    shutil.copytree(ROOT / path, copied, ignore=shutil.ignore_patterns(*LEFT))
                else:
                    shutil.copy(ROOT / path, copied)
        if name == "RUN" and json.loads(rest)[0] != "install":
            words = [_moved(word, places) for word in json.loads(rest)]
            words[0] = sys.executable if words[0] == "python" else words[0]
            done = subprocess.run(
                words, cwd=places["/src"], capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, f"{words}: {done.stderr}"
    program = places["/opt/ionmon"] / "bin"
    done = subprocess.run([program / "ionmon", "run", "--help"], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not {"pip", "ruff", "mypy", "pytest"} & {path.name for path in program.iterdir()}


def _moved(word: str, places: dict[str, Path]) -> str:
    for place, path in places.items():
        if word == place or word.startswith(f"{place}/"):
            return f"{path}{word.removeprefix(place)}"
    return word


def test_the_compose_file_is_whole() -> None:
    """Each field is known and of its type; each volume and secret is declared, each file there."""
    body = compose()
    assert {*body} == {"name", "services", "volumes", "secrets"}
    there = {f"deploy/container/{name}" for name in deployed("container")} | {*everything()}
    there.add("alertmanager/out/monitoring_config.json")
    for name, service in body["services"].items():
        assert {key: SERVICE[key] for key in service} == {k: type(v) for k, v in service.items()}
        assert {each["source"] for each in service.get("secrets", [])} <= {*body["secrets"]}, name
        for volume in service["volumes"]:
            source, target, *_ = volume.split(":")
            assert target.startswith("/")
            if source.startswith("."):
                path = (Path("/r/deploy/container") / source).resolve().relative_to("/r")
                assert any(t == str(path) or t.startswith(f"{path}/") for t in there), source
            else:
                assert source in body["volumes"]
    used = {v.split(":")[0] for s in body["services"].values() for v in s["volumes"]}
    assert {*body["volumes"]} <= used


def test_no_container_may_do_much() -> None:
    """Each has a user without rights, a root that stays, and no port beyond the machine."""
    for name, service in compose()["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert int(service["user"].split(":")[0]) > 0
        assert all(port.startswith("127.0.0.1:") for port in service["ports"])


def test_commands_are_those_that_the_programs_take() -> None:
    """Click parses ours, and Prometheus' servers have the flags on which alerts rely."""
    services = compose()["services"]
    for name in OURS:
        subcommand, *words = services[name]["command"]
        command = cli.cli.get_command(None, subcommand)
        assert command is not None
        context = command.make_context(subcommand, [], resilient_parsing=True)
        assert command.make_parser(context).parse_args(words)[1] == []
    for name, keeps, receives in (
        ("prometheus", RETENTION, False),
        ("longterm", LONG_RETENTION, True),
    ):
        wanted = flags(keeps=keeps, url=None, receives=receives)
        assert {flag.argument for flag in wanted} <= {*services[name]["command"]}


def test_the_servers_take_their_files(tmp_path: Path) -> None:
    """Promtool and amtool accept each configuration beside the rules and templates it is given."""
    found = deployed("container")
    for name, text in everything().items():
        for start, place in (
            ("alertmanager/out/rules/", "rules"),
            ("alertmanager/templates/", "templates"),
        ):
            if name.startswith(start):
                (tmp_path / place).mkdir(exist_ok=True)
                (tmp_path / place / Path(name).name).write_text(text)
    for name, *tool in (
        ("prometheus.yml", "promtool", "check", "config"),
        ("prometheus-longterm.yml", "promtool", "check", "config"),
        ("alertmanager.yml", "amtool", "check-config"),
    ):
        (tmp_path / name).write_text(found[name])
        done = subprocess.run([*tool, tmp_path / name], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    names = {*compose()["services"]}
    main = yaml.safe_load(found["prometheus.yml"])
    targets = [
        t for job in main["scrape_configs"] for c in job["static_configs"] for t in c["targets"]
    ]
    assert {target.split(":")[0] for target in targets} <= names


def test_the_bridge_starts_with_its_settings(tmp_path: Path) -> None:
    """Its command runs with the settings of the containers, and keeps its journal in its volume."""
    (tmp_path / "state").mkdir()
    text = deployed("container")["monitoring.yaml"].replace(STATE, str(tmp_path / "state"))
    (tmp_path / "sentry").write_text("https://key@sentry.example.com/1\n")
    text = text.replace("/etc/alertmanager/secrets/sentry", str(tmp_path / "sentry"))
    (tmp_path / "monitoring.yaml").write_text(text)
    port, log = servers.free_port(), tmp_path / "log"
    _, *words = [
        word.replace(FOLDER, str(tmp_path)) for word in compose()["services"]["bridge"]["command"]
    ]
    words = [word.replace(":9842", f"127.0.0.1:{port}") for word in words]
    with servers.process((*IONMON, "bridge", *words), log) as process:
        servers.wait_until(lambda: "overview http" in log.read_text(), "a start")
        process.terminate()
        assert process.wait(30) == 0
    assert (tmp_path / "state" / "journal.sqlite").exists()


@pytest.mark.parametrize(("status", "code"), [("200 OK", 0), ("503 Service Unavailable", 1)])
def test_health_is_asked_of_the_container_itself(status: str, code: int) -> None:
    """No proxy of the environment is asked in its place, and each answer but 200 is unhealthy."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]

        def answer() -> None:
            connection, _ = listening.accept()
            with connection:
                assert connection.recv(4096).startswith(b"GET /-/healthy ")
                connection.sendall(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())

        for name in OURS:
            service = compose()["services"][name]
            *_, text = service["healthcheck"]["test"]
            published = service["ports"][0].rpartition(":")[2]
            assert published in text
            words = [sys.executable, "-c", text.replace(published, str(port))]
            proxies = dict.fromkeys(("http_proxy", "HTTP_PROXY", "all_proxy"), "http://127.0.0.1:9")
            answering = threading.Thread(target=answer)
            answering.start()
            assert subprocess.run(words, env=proxies, check=False, timeout=60).returncode == code
            answering.join()
