"""Secrets of a real run that fails in many ways are in nothing that it says or serves."""

import json
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests import servers
from tests.exporter.running import (
    INSTANCES,
    IONMON,
    REQUESTS,
    Running,
    address,
    running,
    simulator,
    tree,
    written,
)

CANARY = "kanarie'nvogel\\\"7"
PARTS = ("kanarie", "nvogel")


def leaks(text: str) -> list[str]:
    """Return the parts of the secret that a text holds, however it is quoted."""
    return [part for part in PARTS if part in text]


def secret(path: Path, text: str) -> str:
    """Write a file that only its owner can read."""
    path.write_text(text)
    path.chmod(0o600)
    return str(path)


def pem(kind: str, name: str = "kanarie") -> str:
    """Return what looks like a key and is none."""
    lines = "\n".join(f"{name}nvogel{n:048d}" for n in range(4))
    return f"-----BEGIN {kind}-----\n{lines}\n-----END {kind}-----\n"


def targets(folder: Path, port: int) -> list[dict[str, Any]]:
    """Return Redis targets that all fail: no server, a wrong password, a key that is none."""
    url, word = f"redis://127.0.0.1:{port}", secret(folder / "word", f"{CANARY}\n")
    key = secret(folder / "key.pem", pem("PRIVATE KEY"))
    certificate = secret(folder / "cert.pem", pem("CERTIFICATE"))
    tls = {"cert_file": certificate, "key_file": key, "insecure_skip_verify": True}
    dead = f"redis://127.0.0.1:{servers.free_port()}"
    return [
        {"name": "refused", "url": url, "password_file": word},
        {"name": "user", "url": url, "username": "someone", "password_file": word},
        {"name": "dead", "url": dead, "password_file": word},
        {"name": "tls", "url": url.replace("redis:", "rediss:"), "password_file": word, **tls},
    ]


def everything(exporter: Running) -> str:
    """Return all that a run says and serves."""
    paths = ("/metrics", "/", "/-/ready", "/-/healthy", "/nothing")
    return "\n".join([exporter.said(), *(exporter.ask(path)[1] for path in paths)])


def test_a_run_that_fails_in_many_ways_keeps_its_secrets(tmp_path: Path) -> None:
    """Refused passwords, dead servers, broken keys and bad reloads are told without secrets."""
    faults = "fail=run.googleapis.com/container/instance_count:INTERNAL"
    with (
        servers.redis(tmp_path, "--requirepass", "another") as redis,
        simulator(INSTANCES, REQUESTS, faults=faults) as project,
    ):
        settings = tree(address(project), INSTANCES, REQUESTS)
        settings["redis"] = {"targets": targets(tmp_path, redis.port)}
        settings["log"] = {"level": "debug", "format": "json"}
        path = written(tmp_path / "m.yaml", settings)
        with running(tmp_path, "--config", str(path), "--web.enable-lifecycle") as exporter:
            exporter.wait_ready()
            for name in ("refused", "user", "dead", "tls"):
                exporter.wait_for_log(f"{name}: 127.0.0.1")
            bad = {"name": "x", "url": f"redis://someone:{PARTS[0]}@127.0.0.1:1"}
            written(path, settings | {"redis": {"targets": [bad]}})
            status, body = exporter.ask("/-/reload", "POST")
            exporter.process.send_signal(signal.SIGHUP)
            exporter.wait_for_log("reload refused")
            said = everything(exporter)
    assert status == 400
    assert leaks(body) == []
    assert "refused the user or password" in said
    assert leaks(said) == []


def test_a_redis_password_is_taken_out_of_lines_that_would_show_it(tmp_path: Path) -> None:
    """A password that is also the target's name: each line that names the target hides it."""
    word = "kanarienvogel"
    with servers.redis(tmp_path, "--requirepass", word, "--rename-command", "INFO", "") as redis:
        file = secret(tmp_path / "word", f"{word}\n")
        url = f"redis://127.0.0.1:{redis.port}"
        target = {"name": word, "url": url, "password_file": file}
        path = written(tmp_path / "m.yaml", {"redis": {"targets": [target]}})
        with running(tmp_path, "--config", str(path)) as exporter:
            exporter.wait_for_log(f"127.0.0.1:{redis.port}")
            said = exporter.said()
    assert f'msg="<secret>: 127.0.0.1:{redis.port}: ' in said
    assert leaks(said) == []


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"redis": {"targets": [{"name": "x", "url": f"redis://u:{PARTS[0]}@h:1"}]}}, 3),
        ({"redis": {"targets": [{"name": "x", "url": f"redis://:{PARTS[0]}@["}]}}, 3),
        ({"google": {"projects": ["p-one"], "endpoint": f"https://u:{PARTS[0]}@h:1"}}, 3),
    ],
)
def test_settings_that_hold_a_secret_are_refused_without_it(
    tmp_path: Path, settings: dict[str, Any], code: int
) -> None:
    """A URL with credentials in it is wrong, and is not repeated."""
    path = written(tmp_path / "m.yaml", settings)
    done = subprocess.run(
        (*IONMON, "run", "--config", str(path)), capture_output=True, text=True, check=False
    )
    assert done.returncode == code
    assert done.stderr.startswith("ionmon: ")
    assert leaks(done.stdout + done.stderr) == []


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"type": "service_account", "private_key": pem("PRIVATE KEY")}),
        json.dumps(
            {
                "type": "service_account",
                "client_email": "a@b",
                "token_uri": "https://h/token",
                "private_key": pem("PRIVATE KEY"),
            }
        ),
        json.dumps({"type": "kanarie", "refresh_token": CANARY}),
        f'{{"type": "{PARTS[0]}"',
        pem("RSA PRIVATE KEY"),
    ],
    ids=["no account", "no key", "no type", "no JSON", "a key itself"],
)
def test_credentials_that_are_unusable_are_not_shown(tmp_path: Path, text: str) -> None:
    """A credentials file that cannot be used is named; nothing that it holds is told."""
    path = secret(tmp_path / "credentials.json", text)
    arguments = ("--project", "my-project", "--google.credentials-file", path)
    state = ("--storage.state-file", str(tmp_path / "state.sqlite"))
    done = subprocess.run(
        (*IONMON, "run", *arguments, *state), capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert f"ionmon: {path}: unusable credentials" in done.stderr
    assert leaks(done.stdout + done.stderr) == []


def test_a_web_key_that_is_none_is_not_shown(tmp_path: Path) -> None:
    """A TLS key that cannot be read stops the start; the key is not told."""
    key = secret(tmp_path / "key.pem", pem("PRIVATE KEY"))
    certificate = secret(tmp_path / "cert.pem", pem("CERTIFICATE"))
    config = tmp_path / "web.yml"
    config.write_text(f"tls_server_config: {{cert_file: {certificate}, key_file: {key}}}\n")
    with simulator(REQUESTS) as project:
        path = written(tmp_path / "m.yaml", tree(address(project), REQUESTS))
        web = ("--web.config.file", str(config), "--web.listen-address", "127.0.0.1:0")
        state = ("--storage.state-file", str(tmp_path / "state.sqlite"))
        done = subprocess.run(
            (*IONMON, "run", "--config", str(path), *web, *state),
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode in (1, 3)
    assert "Traceback" not in done.stderr
    assert leaks(done.stdout + done.stderr) == []
