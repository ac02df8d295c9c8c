"""What is added to files of somebody else passes their servers' tools, and does what it has to."""

import subprocess
from pathlib import Path

import pytest
import yaml

from exporter import cli
from exporter.settings import load
from generators import files
from tests.generators.generated import texts

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[4]
EXISTING = ROOT / "tests/data/existing"
SETTINGS = "examples/reference.yaml"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a generated set."""
    root = tmp_path_factory.mktemp("set")
    files.write(root, texts(load(ROOT / SETTINGS)))
    return root


def patched(written: Path, folder: Path, name: str, capsys: pytest.CaptureFixture[str]) -> Path:
    """Apply what is printed for a file of somebody, and return the file."""
    file = folder / name
    file.write_bytes((EXISTING / name).read_bytes())
    applied(written, file, capsys)
    return file


def applied(written: Path, file: Path, capsys: pytest.CaptureFixture[str]) -> bytes:
    """Apply what is printed for a file until nothing is, and return what it has then."""
    command = ["deploy", "--root", str(written), "--show-additions", str(file)]
    assert cli.run(command) == 0
    shown = capsys.readouterr()
    assert "conflict" not in shown.err
    subprocess.run(["patch", str(file)], input=shown.out.encode(), check=True, capture_output=True)
    assert cli.run(command) == 0
    assert capsys.readouterr().out == ""
    return file.read_bytes()


def place(written: Path, folder: Path) -> None:
    """Put rules and templates where the additions name them."""
    for source, target in (
        ("alertmanager/out/rules", "rules"),
        ("alertmanager/templates", "templates"),
    ):
        (folder / target).mkdir()
        for file in (written / source).iterdir():
            if not file.name.startswith("longterm-"):
                (folder / target / file.name).write_bytes(file.read_bytes())


@pytest.mark.parametrize(
    "name", ["prometheus.yml", "prometheus-minimal.yml", "prometheus-remote.yml"]
)
def test_prometheus_takes_its_file(
    written: Path, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It has our rules, jobs, Alertmanagers and remote write, and all that it had before."""
    place(written, tmp_path)
    file = patched(written, tmp_path, name, capsys)
    done = subprocess.run(
        ["promtool", "check", "config", str(file)], capture_output=True, text=True, check=False
    )
    missing = "/etc/prometheus/password"  # is on no machine of a test
    assert done.returncode == 0 or missing in done.stdout + done.stderr, done.stdout + done.stderr
    body, before = (yaml.safe_load(path.read_text()) for path in (file, EXISTING / name))
    jobs = [one["job_name"] for one in body["scrape_configs"]]
    assert {"ionmon", "ionmon-bridge", "alertmanager"} <= {*jobs}
    assert len(jobs) == len({*jobs})
    assert [one for one in before["scrape_configs"] if one not in body["scrape_configs"]] == []
    assert "rules/alerts.yml" in body["rule_files"]
    assert body["remote_write"][-1]["name"] == "longterm"
    kept = [line for line in (EXISTING / name).read_text().splitlines() if "#" in line]
    assert [line for line in kept if line not in file.read_text()] == []


ENDS = {
    "none behind the last line": lambda text: text.rstrip(b"\n"),
    "of Windows": lambda text: text.replace(b"\n", b"\r\n"),
    "of Windows but the last": lambda text: text.rstrip(b"\n").replace(b"\n", b"\r\n"),
}


@pytest.mark.parametrize("ends", ENDS)
@pytest.mark.parametrize("name", ["prometheus.yml", "alertmanager-minimal.yml"])
def test_line_ends_stay(
    written: Path, tmp_path: Path, name: str, ends: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The patch applies to files without a last line end, and to those of Windows."""
    file = tmp_path / name
    file.write_bytes(ENDS[ends]((EXISTING / name).read_bytes()))
    text = applied(written, file, capsys)
    assert text.count(b"\r\n") == (text.count(b"\n") if "Windows" in ends else 0)


def test_a_line_that_is_replaced_is_named(
    written: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A list in one line becomes a block: that is said, and mixed line ends are refused."""
    file = tmp_path / "prometheus.yml"
    file.write_text("rule_files: [mine.yml]  # mine\nscrape_configs: []\n")
    command = ["deploy", "--root", str(written), "--show-additions", str(file)]
    assert cli.run(command) == 0
    named = [line for line in capsys.readouterr().err.splitlines() if "one item a line" in line]
    assert named == [
        "note: replaced by a block, one item a line: rule_files: [mine.yml]  # mine",
        "note: replaced by a block, one item a line: scrape_configs: []",
    ]
    assert yaml.safe_load(applied(written, file, capsys))["rule_files"][0] == "mine.yml"
    file.write_bytes(b"rule_files: []\r\nscrape_configs: []\n")
    assert cli.run(command) == 1
    assert "some lines end as on Windows and some do not" in capsys.readouterr().err


def test_jobs_keep_their_pace(
    written: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the file scrapes at another pace, or waits longer, our jobs say their own."""
    place(written, tmp_path)
    body = yaml.safe_load(patched(written, tmp_path, "prometheus.yml", capsys).read_text())
    job = next(one for one in body["scrape_configs"] if one["job_name"] == "ionmon")
    assert (job["scrape_interval"], job["scrape_timeout"]) == ("15s", "15s")


@pytest.mark.parametrize("name", ["alertmanager.yml", "alertmanager-minimal.yml"])
def test_alertmanager_takes_its_file(
    written: Path, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Our alerts go where our own file sends them, and theirs where they went before."""
    place(written, tmp_path)
    file = patched(written, tmp_path, name, capsys)
    done = subprocess.run(
        ["amtool", "check-config", str(file)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    own = written / "alertmanager/out/alertmanager.yml"
    ours = ("alertname=ResponseTimeCritical", "severity=critical", "region=europe-west1")
    assert routed(file, *ours) == routed(own, *ours) != ""
    assert routed(file, "alertname=Watchdog") == routed(own, "alertname=Watchdog")
    theirs = ("alertname=NodeDown", "severity=critical", "team=shop")
    assert routed(file, *theirs) == routed(EXISTING / name, *theirs)


def routed(file: Path, *labels: str) -> str:
    """Return the receivers of an alert, as amtool finds them."""
    command = ["amtool", "config", "routes", "test", f"--config.file={file}", *labels]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_conflicts_are_told(
    written: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A receiver or a job of our name that is another one is named, and the exit code is 1."""
    alertmanager = tmp_path / "alertmanager.yml"
    alertmanager.write_text("route: {receiver: journal}\nreceivers: [{name: journal}]\n")
    command = ["deploy", "--root", str(written), "--show-additions"]
    assert cli.run([*command, str(alertmanager)]) == 1
    shown = capsys.readouterr().err
    assert "conflict: receivers: 'journal' is there already, and is another; rename yours" in shown
    prometheus = tmp_path / "prometheus.yml"
    prometheus.write_text(
        "scrape_configs: [{job_name: ionmon, static_configs: [{targets: [a:1]}]}]\n"
    )
    assert cli.run([*command, str(prometheus)]) == 1
    assert "the job 'ionmon' has to scrape 127.0.0.1:9841, too" in capsys.readouterr().err
