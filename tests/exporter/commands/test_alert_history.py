"""`ionmon alerts --history`: what fired, its mean times, and of which times that is not known."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from subprocess import CompletedProcess

import pytest
import yaml

from exporter.bridge.acknowledgement_rows import AcknowledgementRows
from exporter.bridge.acknowledgements import Acknowledgement
from exporter.bridge.journal import AlertJournal
from tests.docs.json_keys import unlike_page
from tests.exporter.bridge.digest.conftest import CONFIG
from tests.exporter.bridge.notified import ROOMY, entry, given, journal
from tests.exporter.commands.event_scenes import write_scenes
from tests.exporter.commands.ran import ran
from tests.exporter.summary.serving import Past, serving
from tests.servers import blocks, free_port, prometheus

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    """A Prometheus with weeks of a service, that end soon: what fires is known until then."""
    end = int(time.time()) // 300 * 300 + 900
    with serving(tmp_path_factory.mktemp("past"), end) as running:
        yield running


def alerts(folder: Path, address: str, *arguments: str) -> CompletedProcess[str]:
    """Run the command without a bridge, on a journal if there is one."""
    body = {
        "prometheus": {"address": address},
        "storage": {
            "monitoring_config": str(CONFIG),
            "journal_file": str(folder / "journal.sqlite"),
        },
    }
    (folder / "monitoring.yaml").write_text(yaml.safe_dump(body))
    config = str(folder / "monitoring.yaml")
    return ran(folder, "alerts", "--history", "--config", config, *arguments)


def test_each_firing_and_the_means(past: Past, tmp_path: Path) -> None:
    """A day has five firings of three alerts; the means stand below, then the holes."""
    done = alerts(tmp_path, past.address, "--last", "1d")
    assert done.returncode == 0, done.stderr
    firings, by_alert, by_service, by_week, unknown = done.stdout.split("\n\n")
    assert len(firings.splitlines()) == 6
    assert "DatabaseLag" in firings
    assert "fires" in firings
    assert by_alert.splitlines()[0].split() == ["alert", "fired", "MTTD", "MTTA", "MTTR"]
    assert by_alert.splitlines()[1].split()[:2] == ["CPUHigh", "3"]
    assert by_service.splitlines()[1].split()[:2] == ["ion", "4"]
    assert by_week.startswith("week ")
    assert "no record of Prometheus from " in unknown
    assert "there is no journal" in unknown
    assert "Prometheus does not scrape Alertmanager" in unknown


def test_a_month_is_read_in_pieces_and_is_json(past: Past, tmp_path: Path) -> None:
    """More than 11,000 points are several queries; times are Unix seconds, durations seconds."""
    found = json.loads(alerts(tmp_path, past.address, "--last", "30d", "--json").stdout)
    assert [one for one in unlike_page("alerts --history", found) if "never" not in one] == []
    assert found["to"] - found["from"] == 30 * 86_400
    lag = next(one for one in found["alerts"] if one["labels"]["alertname"] == "DatabaseLag")
    assert (lag["ended"], lag["in_journal"], lag["in_prometheus"]) == (None, None, True)
    assert lag["fires"] is True
    assert [one["fired"] for one in found["by_alert"] if one["of"] == "CPUHigh"] == [21]
    first = found["holes"][0]
    assert first["began"] == pytest.approx(found["from"], abs=60)
    assert any(fault.startswith("there is no journal") for fault in found["faults"])


def test_nothing_is_not_taken_for_calm(tmp_path: Path) -> None:
    """Where no Prometheus answers nothing is known; a duration that is none is refused."""
    done = alerts(tmp_path, f"127.0.0.1:{free_port()}")
    assert done.returncode == 1
    assert done.stdout.startswith("Nothing is known to have fired.")
    assert "does not answer as Prometheus does" in done.stdout
    assert "does not scrape" not in done.stdout
    assert "no Prometheus answers: what fired is not known" in done.stderr
    assert alerts(tmp_path, "127.0.0.1:1", "--last", "soon").returncode == 2
    assert alerts(tmp_path, "127.0.0.1:1", "--last", "91d").returncode == 2


def test_the_journal_is_named(tmp_path: Path) -> None:
    """Where there is none, its path and the option are said; another file can be given."""
    nobody = f"127.0.0.1:{free_port()}"
    missing = alerts(tmp_path, nobody).stdout
    assert f"there is no journal at {tmp_path / 'journal.sqlite'}: " in missing
    assert "--storage.journal-file" in missing
    AlertJournal(tmp_path / "other.sqlite", ROOMY).close()
    given = alerts(tmp_path, nobody, "--storage.journal-file", "other.sqlite").stdout
    assert "no record of the bridge from " in given
    assert "there is no journal" not in given


def test_events_of_alertmanager_are_shown(tmp_path: Path) -> None:
    """Who was notified and how soon, what was muted by whom, and when events are missing."""
    write_scenes(tmp_path)
    blocks(tmp_path / "samples.om", tmp_path / "data")
    with prometheus(tmp_path, "{}", "--storage.tsdb.retention.time=50y") as running:
        address = f"127.0.0.1:{running.port}"
        shown = alerts(tmp_path, address, "--last", "6h").stdout
        found = json.loads(alerts(tmp_path, address, "--last", "6h", "--json").stdout)
    rows = {line.split("  ")[1].strip(): line for line in shown.splitlines() if "checkout" in line}
    assert "pagerduty +12s, slack +14s" in rows["critical"]
    assert "nobody" in rows["high"]
    assert "inhibited " in rows["high"]
    assert rows["high"].endswith("by ErrorRateCritical; not in the journal")
    table = [line.split() for line in shown.splitlines()]
    assert ["critical-pagerduty", "pagerduty", "1", "2"] in table
    assert found["by_receiver"][0]["notifications"] == 2
    assert "slack: 3 notifications failed (rateLimited) from " in shown
    assert "no record of Alertmanager's events from " in shown
    (failed,) = found["failed_notifications"]
    assert (failed["integration"], failed["reason"], failed["count"]) == ("slack", "rateLimited", 3)
    critical, high = sorted(found["alerts"], key=lambda one: one["labels"]["severity"])
    assert [one["receiver"] for one in critical["deliveries"]] == [
        "critical-pagerduty",
        "critical-slack",
    ]
    assert critical["detected"] == pytest.approx(180 + 12, abs=1)
    assert (high["in_events"], high["detected"], high["muted"][0]["silenced"]) == (
        True,
        None,
        False,
    )
    assert any(hole["source"] == "Alertmanager's events" for hole in found["holes"])


def test_what_no_server_knows_does_not_fire(tmp_path: Path) -> None:
    """With every Prometheus away it is not known; of several states the newest is the last."""
    now = time.time()
    began = datetime.fromtimestamp(now - 3600, UTC).isoformat()
    labels = {"alertname": "ErrorRateCritical", "severity": "critical"}
    with journal(tmp_path / "journal.sqlite") as kept:
        kept.receive(given(entry(labels=labels, startsAt=began)), (), now - 3590)
        rows = AcknowledgementRows(kept.transaction)
        (first,) = rows.add([_acknowledged(labels, now - 3000)])
        rows.withdraw([first], "bob", now - 2000)
        rows.add([_acknowledged(labels, now - 1000)])
    shown = alerts(tmp_path, f"127.0.0.1:{free_port()}").stdout
    row = next(line for line in shown.splitlines() if "ErrorRateCritical" in line)
    assert "  not known  " in row
    assert "fires" not in row
    assert "acknowledged by ada, withdrawn by bob; acknowledged again by ada" in row
    found = alerts(tmp_path, f"127.0.0.1:{free_port()}", "--json").stdout
    assert [one["fires"] for one in json.loads(found)["alerts"]] == [None]


def _acknowledged(labels: dict[str, str], at: float) -> Acknowledgement:
    return Acknowledgement(
        row=0,
        fingerprint="f",
        labels=labels,
        starts_at=at,
        since=(),
        user="ada",
        comment="",
        at=at,
    )
