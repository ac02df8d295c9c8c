"""A digest of real servers: what Prometheus holds is reconciled with what the journal has."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from exporter.bridge.acknowledgement_rows import AcknowledgementRows
from exporter.bridge.acknowledgements import Acknowledgement
from exporter.bridge.digest.build import LAST_KNOWN, Edition
from exporter.bridge.digest.gather import gathered
from exporter.bridge.digest.html import page
from exporter.bridge.digest.model import Digest
from exporter.bridge.digest.repetition import MAY_BE_SILENCED
from exporter.bridge.digest.text import text
from exporter.bridge.journal import AlertJournal
from exporter.bridge.journal_reading import JournalReading, beside
from exporter.errors import StateError
from exporter.prometheus.api import TimeSpan
from tests.exporter.bridge.digest.conftest import settings
from tests.exporter.bridge.digest.digests import EDITION
from tests.exporter.bridge.notified import entry, given, journal
from tests.exporter.summary.past import DAY, HOUR, MINUTE, PROJECT, TROUBLE
from tests.exporter.summary.serving import Past
from tests.exporter.summary.states import END
from tests.http_server import answering
from tests.servers import free_port

pytestmark = pytest.mark.slow

CRITICAL = {
    "alertname": "ErrorRateCritical",
    "severity": "critical",
    "gcp_project": PROJECT,
    "region": "europe-west1",
    "service_name": "ion",
}
LAG = {
    "alertname": "DatabaseLag",
    "severity": "high",
    "gcp_project": PROJECT,
    "region": "asia-southeast1",
    "database_id": "ion-main",
}


def rfc(at: float) -> str:
    """Return a Unix time as Alertmanager writes it."""
    return datetime.fromtimestamp(at, UTC).isoformat()


def notify(kept: AlertJournal, labels: Mapping[str, str], began: float, ended: float = 0.0) -> None:
    """Journal that an alert fires, and that it is over."""
    one = {"labels": labels, "fingerprint": labels["alertname"], "startsAt": rfc(began)}
    notes = {"problem": "Something is wrong", "value": "12%"}
    kept.receive(given(entry(**one, annotations=notes)), (), began + 10)
    if ended:
        over = entry(status="resolved", **one, annotations={}, endsAt=rfc(ended))
        kept.receive(given(over), (), ended + 60)


def made(past: Past, reading: JournalReading | None, edition: Edition = EDITION) -> Digest:
    """Return the digest of settings with no Alertmanager that answers."""
    return gathered(settings(past.address), reading, edition)


def test_both_records_are_one(past: Past, tmp_path: Path) -> None:
    """What both have is listed once; what was never notified is said to be; holes are named."""
    began, ended = END - TROUBLE[0] + 317, END - TROUBLE[1] + 311
    with journal(tmp_path / "journal.sqlite") as kept:
        kept.records.begin(END - 7 * DAY)
        kept.records.alive(END - 7 * DAY)
        with kept.transaction() as db:
            db.execute("UPDATE presence SET until = ?", (END - 2 * HOUR,))
        notify(kept, CRITICAL, began, ended)
        found = made(past, beside(tmp_path / "journal.sqlite"))
    by_name = {line.name: line for line in (*found.firing, *found.resolved)}
    assert {*by_name} == {"ErrorRateCritical", "DatabaseLag", "CPUHigh"}
    critical = by_name["ErrorRateCritical"]
    assert (critical.began, critical.ended) == (began, ended)
    assert critical.remarks == ()
    assert critical.reading == "12%, limit 1%"
    assert by_name["DatabaseLag"].remarks == (), "it fired while no bridge ran"
    assert by_name["CPUHigh"].remarks == ("the journal has no notification of it",)
    assert [line.name for line in found.firing] == ["DatabaseLag"]
    hole, absence = found.holes
    assert (hole.source, absence.source) == ("Prometheus", "the bridge")
    assert hole.until - hole.began == pytest.approx(6.5 * MINUTE, abs=MINUTE)
    assert absence.until - absence.began == 2 * HOUR
    assert [one.name for one in found.flapping] == ["CPUHigh"]
    (fault,) = found.faults
    assert fault.startswith("the silences of Alertmanager at 127.0.0.1:")


def test_an_acknowledgement_is_listed_with_its_alert(past: Past, tmp_path: Path) -> None:
    """Who acknowledged stands beside what fires, and in the list by age."""
    with journal(tmp_path / "journal.sqlite") as kept:
        notify(kept, LAG, END - 40 * MINUTE)
        acknowledgement = Acknowledgement(
            row=0,
            fingerprint="f",
            labels=LAG,
            starts_at=END - 40 * MINUTE,
            since=(),
            user="ada",
            comment="looking",
            at=END - 30 * MINUTE,
        )
        AcknowledgementRows(kept.transaction).add((acknowledgement,))
        found = made(past, JournalReading(kept.transaction))
    (line,) = found.firing
    assert line.remarks == ("acknowledged by ada",)
    assert line.facts == ("Worst region: asia-southeast1, 720 ms; the next one has 47 ms.",)
    assert "resource.labels.database_id%3D%22ion-main%22" in line.logs
    assert "30m 20s ago by ada: looking" in text(found)


def test_without_a_journal_there_is_a_digest(past: Past) -> None:
    """Prometheus alone knows what fired; that notifications are not known is said."""
    found = made(past, None)
    assert found.fired.firing == 1
    assert found.faults[0].startswith("there is no journal")
    assert found.ignored == ()
    assert {line.remarks for line in found.firing} == {()}
    assert found.firing[0].facts[0].startswith("Replication lag: 720 ms, limit 500 ms")


def test_without_prometheus_there_is_a_digest(tmp_path: Path) -> None:
    """The journal alone knows what was notified; nothing is said to be calm."""
    with journal(tmp_path / "journal.sqlite") as kept:
        notify(kept, CRITICAL, END - HOUR)
        nothing = Past(f"127.0.0.1:{free_port()}", END)
        found = made(nothing, JournalReading(kept.transaction))
    assert [line.name for line in found.firing] == ["ErrorRateCritical"]
    assert found.firing[0].remarks == (LAST_KNOWN,)
    assert [hole.source for hole in found.holes if hole.began <= found.span.start]
    assert len([fault for fault in found.faults if "Prometheus" in fault]) == 1
    assert "No signal is known." not in text(found)


@contextmanager
def silenced(*expressions: str) -> Iterator[int]:
    """Serve an Alertmanager's silences of alerts by regular expressions on their name."""
    times = {"startsAt": rfc(END - 5 * DAY), "endsAt": rfc(END - 4 * DAY)}
    body = [
        {
            "id": str(at),
            "matchers": [{"name": "alertname", "value": one, "isRegex": True, "isEqual": True}],
            "createdBy": "ada",
            "comment": "",
            **times,
        }
        for at, one in enumerate(expressions)
    ]

    class Silenced(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Answer with the silences."""
            text_ = json.dumps(body).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(text_)))
            self.end_headers()
            self.wfile.write(text_)

        def log_message(self, *words: object) -> None:
            """Say nothing."""

    with answering(Silenced) as server:
        yield server.server_port


@pytest.mark.parametrize(
    ("expressions", "remarks"),
    [
        ((), [""]),
        (("CPU.*",), []),
        (("(CPU|Memory)High",), [MAY_BE_SILENCED]),
        (("(CPU|Memory)High", "CPU.*"), []),
    ],
)
def test_what_may_have_been_silenced_is_listed(
    past: Past, tmp_path: Path, expressions: tuple[str, ...], remarks: list[str]
) -> None:
    """An expression that is not tried takes no alert off the list; the digest says so."""
    with journal(tmp_path / "journal.sqlite") as kept, silenced(*expressions) as port:
        given_ = settings(past.address, alertmanager=port)
        found = gathered(given_, JournalReading(kept.transaction), EDITION)
    assert [one.remark for one in found.ignored if one.name == "CPUHigh"] == remarks
    assert (MAY_BE_SILENCED in " ".join(text(found).split())) is (MAY_BE_SILENCED in remarks)
    assert (MAY_BE_SILENCED in page(found)) is (MAY_BE_SILENCED in remarks)


def test_a_week_has_all_its_alerts(past: Past) -> None:
    """Seven days of CPUHigh are one line; three firings a day."""
    edition = Edition(
        service="ion", zone="UTC", span=TimeSpan(END - 7 * DAY, END), made=END, weekly=True
    )
    found = made(past, None, edition)
    (noisiest, *_) = found.noisiest
    assert noisiest.name == "CPUHigh"
    assert noisiest.count == 21
    assert "THE SERVICE THIS WEEK" in text(found)


def test_a_journal_that_cannot_be_read_is_named(past: Past, tmp_path: Path) -> None:
    """A file that is none costs the history of notifications, not the digest."""
    (tmp_path / "broken").write_bytes(b"no database" * 100)
    with pytest.raises(StateError, match=r"broken: cannot be used: .*--storage\.journal-file"):
        beside(tmp_path / "broken").alerts(0.0, 1.0)
    found = made(past, beside(tmp_path / "broken"))
    assert any("broken: cannot be used" in fault for fault in found.faults)
