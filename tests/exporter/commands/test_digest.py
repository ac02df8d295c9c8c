"""`ionmon digest` prints, writes or sends the last day; it needs neither bridge nor journal."""

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.exporter.commands.ran import ran
from tests.exporter.running import IONMON
from tests.exporter.summary.serving import Past, serving
from tests.servers import free_port
from tests.smtp_server import mail_server

pytestmark = pytest.mark.slow

CONFIG = Path(__file__).parents[3] / "alertmanager" / "out" / "monitoring_config.json"


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    """A Prometheus with weeks of a service, that end soon: what fires is known until then."""
    end = int(time.time()) // 300 * 300 + 900
    with serving(tmp_path_factory.mktemp("past"), end) as running:
        yield running


def digest(
    folder: Path, past: Past, *arguments: str, mail: int = 0, zones: bool = True, **changed: Any
) -> subprocess.CompletedProcess[str]:
    """Run the command on settings of a test."""
    email = {
        "to": ["team@example.com", "gone@example.com"],
        "from": "ion@example.com",
        "smarthost": f"127.0.0.1:{mail}",
        "require_tls": False,
    }
    body = {
        "service": {"name": "ion"},
        "prometheus": {"address": past.address, "alertmanagers": [f"127.0.0.1:{free_port()}"]},
        "storage": {
            "monitoring_config": str(CONFIG),
            "journal_file": str(folder / "none.sqlite"),
        },
        "notifications": {"email": email, "bridge": {}} if mail else changed,
    }
    (folder / "monitoring.yaml").write_text(yaml.safe_dump(body))
    command = ("digest", "--config", str(folder / "monitoring.yaml"), *arguments)
    if zones:
        return ran(folder, *command)
    return subprocess.run(
        [*IONMON, *command],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=folder,
        env={"PYTHONTZPATH": ""},
    )


def test_it_is_printed_in_80_columns(past: Past, tmp_path: Path) -> None:
    """Alerts, what is not known, budgets, the eight kinds, the monitoring."""
    done = digest(tmp_path, past)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("ion: 1 alert fires, 2 are over; 24% of the error budget is left")
    assert "there is no journal" in done.stdout
    assert "95th percentile of the response time" in done.stdout
    assert "time in which the exporter answered" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert done.stderr == ""


def test_a_digest_that_knows_nothing_fails(tmp_path: Path) -> None:
    """Where no server answers it is printed, and the exit code says that it is not whole."""
    done = digest(tmp_path, Past(f"127.0.0.1:{free_port()}", 0.0), "--html", "day.html", "--stdout")
    assert done.returncode == 1
    assert done.stdout.startswith("ion: what fires is not known")
    assert "Nothing fires." not in done.stdout
    assert "what fires is not known; the digest says why" in done.stderr
    assert "What fires is not known." in (tmp_path / "day.html").read_text()


def test_the_week_is_written_as_a_page(past: Past, tmp_path: Path) -> None:
    """A file of its own with its pictures inside; then nothing is printed."""
    done = digest(tmp_path, past, "--week", "--html", "week.html")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    page = (tmp_path / "week.html").read_text()
    assert "The service this week" in page
    assert page.count("data:image/png;base64,") == 8


def test_it_is_json_for_programs(past: Past, tmp_path: Path) -> None:
    """The same facts, and the same exit code where what fires is not known."""
    done = digest(tmp_path, past, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["known"] is True
    assert [one["name"] for one in found["firing"]] == ["DatabaseLag"]
    assert any("there is no journal" in fault for fault in found["faults"])
    nobody = digest(tmp_path, Past(f"127.0.0.1:{free_port()}", 0.0), "--json")
    assert (nobody.returncode, json.loads(nobody.stdout)["known"]) == (1, False)


def test_it_is_sent(past: Past, tmp_path: Path) -> None:
    """By the server of the settings; who refuses it is named, and the others get it."""
    with mail_server() as server:
        server.rules = type(server.rules)(replies={"gone@example.com": "550 no such user"})
        done = digest(tmp_path, past, "--send", "--stdout", mail=server.port)
    assert done.returncode == 0, done.stderr
    assert done.stderr == "gone@example.com is refused: 550 no such user\nsent to 1\n"
    assert done.stdout.startswith("ion: 1 alert fires")
    (mail,) = server.mails
    assert mail.to == ("team@example.com",)


def test_what_fails_has_its_fix(past: Past, tmp_path: Path) -> None:
    """Without a mail server in the settings, and with one that is down."""
    done = digest(tmp_path, past, "--send")
    assert done.returncode == 3
    assert "notifications.email: is not there; add it, or leave --send out" in done.stderr
    done = digest(tmp_path, past, "--send", mail=free_port())
    assert done.returncode == 1
    assert "Connection refused" in done.stderr


def test_a_machine_without_time_zones_knows_utc(past: Past, tmp_path: Path) -> None:
    """Another zone is an error with the setting and the package that is missing, and no defect."""
    assert digest(tmp_path, past, zones=False).returncode == 0
    bridged = {"bridge": {}, "digest": {"timezone": "Europe/Berlin"}}
    mail = {"to": ["a@example.com"], "from": "b@example.com", "smarthost": "127.0.0.1:25"}
    done = digest(tmp_path, past, zones=False, email=mail, **bridged)
    assert (done.returncode, done.stdout) == (3, "")
    assert "notifications.digest.timezone: this machine does not know Europe/Berlin" in done.stderr
    assert "apt-get install tzdata" in done.stderr
