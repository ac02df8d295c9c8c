"""Draws the digest of docs/history.md: python -m tests.exporter.bridge.digest.picture."""

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from exporter.bridge.acknowledgement_rows import AcknowledgementRows
from exporter.bridge.acknowledgements import Acknowledgement
from exporter.bridge.digest.build import Edition
from exporter.bridge.digest.gather import gathered
from exporter.bridge.digest.html import page
from exporter.bridge.digest.text import text
from exporter.bridge.journal import AlertJournal
from exporter.bridge.journal_reading import JournalReading
from exporter.prometheus.api import TimeSpan
from generators.report.chromium import picture
from tests.exporter.bridge.digest.conftest import settings
from tests.exporter.bridge.notified import entry, given, journal
from tests.exporter.bridge.test_silences import CONFIG
from tests.exporter.summary.past import DAY, HOUR, MINUTE, PROJECT, TROUBLE
from tests.exporter.summary.serving import serving
from tests.servers import alertmanager

DOCS = Path(__file__).parents[4] / "docs"
WIDE, HIGH = 700, 2800
_SERVICE = {"gcp_project": PROJECT, "service_name": "ion"}
_LAG = {
    "alertname": "DatabaseLag",
    "severity": "high",
    "gcp_project": PROJECT,
    "region": "asia-southeast1",
    "database_id": "ion-main",
}
_FAILING = {
    "alertname": "ErrorRateCritical",
    "severity": "critical",
    "region": "europe-west1",
    **_SERVICE,
}
_BUSY = {"alertname": "CPUHigh", "severity": "medium", "region": "us-central1", **_SERVICE}


def main() -> None:
    """Write the picture, and print the text."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "alertmanager.yml").write_text(CONFIG)
        with (
            serving(folder) as past,
            journal(folder / "journal.sqlite") as kept,
            alertmanager(folder, folder / "alertmanager.yml") as server,
        ):
            server.post(_silence(past.end), "silences")
            _fill(kept, past.end)
            edition = Edition(
                service="ion",
                zone="UTC",
                span=TimeSpan(past.end - DAY, past.end),
                made=time.time(),
            )
            given_ = settings(past.address, alertmanager=server.port)
            made = gathered(given_, JournalReading(kept.transaction), edition)
        print(text(made))  # noqa: T201 - a program
        (folder / "digest.html").write_text(page(made), "utf-8")
        picture(folder / "digest.html", DOCS / "digest.png", WIDE, HIGH)


def _fill(kept: AlertJournal, end: float) -> None:
    """Journal what Prometheus shows, as the bridge would have, but for four minutes."""
    with kept.transaction() as db:
        away = end - 5 * HOUR
        for began, until in ((end - 8 * DAY, away), (away + 4 * MINUTE, end)):
            db.execute("INSERT INTO presence (began_at, until) VALUES (?, ?)", (began, until))
    _notify(kept, _LAG, "A database replica is behind", "720 ms", end - 40 * MINUTE)
    _notify(
        kept, _FAILING, "Too many requests fail", "12%", end - TROUBLE[0] + 300, end - TROUBLE[1]
    )
    for day in range(7):
        for late in (80, 120, 160):
            ended = end - day * DAY - late * MINUTE
            _notify(kept, _BUSY, "CPU is nearly used up", "84%", ended - 14 * MINUTE, ended)
    AcknowledgementRows(kept.transaction).add(
        (
            Acknowledgement(
                row=0,
                fingerprint="DatabaseLag",
                labels=_LAG,
                starts_at=end - 40 * MINUTE,
                since=(),
                user="ada@example.com",
                comment="a long transaction on the primary; it ends soon",
                at=end - 25 * MINUTE,
            ),
        )
    )


def _silence(end: float) -> dict[str, object]:
    matchers = [{"name": n, "value": v, "isRegex": False} for n, v in _FAILING.items()]
    times = (datetime.fromtimestamp(at, UTC).isoformat() for at in (end, end + DAY))
    started, over = times
    return {
        "matchers": matchers[:1] + matchers[2:3],
        "createdBy": "grace@example.com",
        "comment": "the region moves to other machines",
        "startsAt": started,
        "endsAt": over,
    }


def _notify(
    kept: AlertJournal,
    labels: dict[str, str],
    problem: str,
    value: str,
    began: float,
    ended: float = 0.0,
) -> None:
    started = datetime.fromtimestamp(began, UTC).isoformat()
    one = {"labels": labels, "fingerprint": labels["alertname"], "startsAt": started}
    notes = {"problem": problem, "ended": problem, "value": value}
    kept.receive(given(entry(**one, annotations=notes)), (), began + 10)
    if ended:
        over = datetime.fromtimestamp(ended, UTC).isoformat()
        last = entry(status="resolved", **one, annotations={}, endsAt=over)
        kept.receive(given(last), (), ended + 60)


if __name__ == "__main__":
    main()
