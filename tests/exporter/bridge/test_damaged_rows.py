"""Rows of the journal that are damaged on disk cost themselves: a real bridge on such a journal."""

import json
import shutil
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from exporter import cli
from exporter.bridge.acknowledgement_rows import AcknowledgementRows
from exporter.bridge.history_sources import journaled
from exporter.bridge.journal_reading import JournalReading
from exporter.bridge.recorded_events import (
    DeliveryEvent,
    EventAlert,
    EventKind,
    MutingEvent,
    RecordedEvent,
)
from exporter.prometheus.api import TimeSpan
from tests.exporter.bridge.bridges import bridge
from tests.exporter.bridge.digest.conftest import CONFIG
from tests.exporter.bridge.notified import NOON, alerts_of, entry, given, journal
from tests.exporter.bridge.test_posting import given as acknowledgement
from tests.sentry import sentry
from tests.servers import free_port, wait_until

pytestmark = pytest.mark.slow

MAIL = {
    "to": ["team@example.com"],
    "from": "ion@example.com",
    "smarthost": "127.0.0.1:9",
    "require_tls": False,
}


def damage(path: Path, *statements: str) -> None:
    """Change rows as a bad disk does."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for statement in statements:
            db.execute(statement)


def damaged_journal(path: Path) -> None:
    """Write a journal in which, of each table, rows are damaged, and one is not."""
    with journal(path) as found:
        every = [entry(fingerprint=f"{number:016x}") for number in range(5)]
        found.receive(given(*every), ("sentry",), NOON)
        AcknowledgementRows(found.transaction).add([acknowledgement() for _ in range(3)])
        found.records.begin(NOON)
        found.records.set_fact("digest.day", "2026-11-28")
    damage(
        path,
        "UPDATE alert SET labels = x'00ff' WHERE id = 1",
        "UPDATE alert SET annotations = '{' WHERE id = 2",
        "UPDATE alert SET starts_at = 'soon', status = 7 WHERE id = 3",
        "DELETE FROM alert WHERE id = 4",
        "UPDATE acknowledgement SET since = '[' WHERE id = 1",
        "UPDATE acknowledgement SET labels = x'ff' WHERE id = 2",
        "UPDATE acknowledgement SET since = '[1e300, -9e999]' WHERE id = 3",
        "INSERT INTO presence (began_at, until) VALUES ('then', x'00')",
        "UPDATE fact SET value = x'fe' WHERE name = 'digest.day'",
    )


def test_a_damaged_row_costs_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What can be delivered is; the rest are dead letters with their reason, counted, said once."""
    damaged_journal(tmp_path / "journal.sqlite")
    with sentry() as server:
        (tmp_path / "dsn").write_text(server.dsn)
        (tmp_path / "dsn").chmod(0o600)
        digest = {"digest": {}, "email": MAIL}
        with bridge(tmp_path, {"sentry": {"dsn_file": "dsn"}, **digest}) as found:
            wait_until(lambda: len(server.events) == 1, "the one that is whole")
            rows = "ionmon_bridge_journal_damaged_rows_total"
            wait_until(lambda: found.metric(f'{rows}{{table="delivery"}}') == 4, "four to be dead")
            assert found.metric(f'{rows}{{table="acknowledgement"}}') == 3
            wait_until(lambda: found.metric(f'{rows}{{table="fact"}}') == 1, "the digest's day")
            assert found.post(entry(fingerprint="f" * 16)) == 200
            wait_until(lambda: len(server.events) == 2, "what is new")
            command = ["bridge", "dead", "--config", str(tmp_path / "monitoring.yaml"), "--json"]
            assert cli.run([*command, "--storage.journal-file", str(found.journal)]) == 0
            assert found.end() == 0
    letters = json.loads(capsys.readouterr().out)["deliveries"]
    assert [letter["reason"].rpartition("damaged: ")[2] for letter in letters] == [
        "labels: is no text",
        "annotations: is no JSON",
        "status: is neither firing nor resolved",
        "group_key: is no text",
    ]
    assert found.log.count("its row in the journal is damaged: labels") == 1
    assert found.log.count("acknowledgements in the journal are damaged") == 1


def test_a_history_says_what_is_damaged(tmp_path: Path) -> None:
    """What can be read is shown."""
    damaged_journal(tmp_path / "journal.sqlite")
    with journal(tmp_path / "journal.sqlite") as found:
        reading = JournalReading(found.transaction)
        read = journaled(reading, TimeSpan(NOON - 60, NOON + 60), NOON + 60, found.path)
    assert read.alerts is not None
    assert [alert.row for alert in read.alerts] == [5]
    assert read.acknowledged == ()
    assert read.faults == ("3 notified alerts in the journal are damaged, and left out",)


TIMES = (
    *(("alert", name) for name in ("starts_at", "ends_at", "first_at", "last_at", "repeats")),
    *(("acknowledgement", name) for name in ("starts_at", "at", "ended_at", "pagerduty_at")),
    *(("muting", name) for name in ("began_at", "until")),
    *(("event_sign", name) for name in ("began_at", "until")),
    *(("presence", name) for name in ("began_at", "until")),
    *(("delivery", name) for name in ("first_at", "next_at", "tries")),
    ("withdrawal", "at"),
    ("event", "at"),
)
ODD = ("9e999", "-9e999", "1e17", "-1e17", "-6.2e10", "253402300799.0", "-1.0", "'soon'", "x'00'")


def timely_journal(path: Path, now: float) -> None:
    """Write a journal that has two rows in each table with times; the second ones are WHOLE."""
    began = datetime.fromtimestamp(now - 7200, UTC).isoformat()
    ended = datetime.fromtimestamp(now - 3600, UTC).isoformat()
    with journal(path) as found:
        for name in ("Odd", "Whole"):
            labels = {"alertname": name, "severity": "critical"}
            alert = EventAlert(name, labels)
            found.receive(
                given(entry(name, labels=labels, startsAt=began)), ("sentry",), now - 7190
            )
            over = entry(name, "resolved", labels=labels, startsAt=began, endsAt=ended)
            found.receive(given(over), (), now - 3590)
            rows = AcknowledgementRows(found.transaction)
            one = replace(acknowledgement(), labels=labels, starts_at=now - 7200, at=now - 7000)
            (kept,) = rows.add([one])
            rows.withdraw([kept], "eve", now - 6900)
            sent = DeliveryEvent(receiver="page", integration="slack", firing=(alert,), resolved=())
            muted = MutingEvent(kind=EventKind.SILENCED, alert=alert, by="s", note="ada")
            for at, kind, content in (
                (now - 7200, EventKind.NOTIFICATION, sent),
                (now - 7190, EventKind.SILENCED, muted),
            ):
                event = RecordedEvent(
                    key=f"{name} {at}", at=at, instance=name, kind=kind, content=content
                )
                found.take_events((event,), fresh=False)
            found.records.begin(now - 7300)
        with found.transaction() as db:
            db.execute("UPDATE presence SET until = ?", (now,))


@pytest.mark.parametrize(("table", "column"), TIMES)
def test_an_odd_time_costs_its_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], table: str, column: str
) -> None:
    """What could be no time, or is none of an alert, is left out; the other alert is as before."""
    now = time.time()
    body = {
        "prometheus": {
            "address": f"127.0.0.1:{free_port()}",
            "alertmanagers": [f"127.0.0.1:{free_port()}"],
        },
        "storage": {
            "monitoring_config": str(CONFIG),
            "journal_file": str(tmp_path / "odd.sqlite"),
        },
        "notifications": {
            "digest": {"timezone": "Pacific/Kiritimati"},
            "email": MAIL,
            "bridge": {},
        },
    }
    (tmp_path / "monitoring.yaml").write_text(json.dumps(body))
    timely_journal(tmp_path / "whole.sqlite", now)

    def shown() -> dict[str, list[str]]:
        """Return what the commands show of the whole alert."""
        config = ["--config", str(tmp_path / "monitoring.yaml")]
        assert cli.run(["alerts", "--history", "--last", "6h", *config]) == 1
        history = capsys.readouterr().out
        assert cli.run(["digest", *config]) == 1
        digest = capsys.readouterr().out
        assert cli.run(["bridge", "dead", *config]) == 0
        (row,) = (line for line in history.splitlines() if line.split()[4:5] == ["Whole"])
        (mean,) = (line for line in history.splitlines() if line.startswith("Whole "))
        line = digest.partition("CRITICAL Whole")[2].splitlines()[1]
        return {"row": row.split(), "mean": mean.split(), "digest": line.split()}

    shutil.copy(tmp_path / "whole.sqlite", tmp_path / "odd.sqlite")
    expected = shown()
    for odd in ODD:
        shutil.copy(tmp_path / "whole.sqlite", tmp_path / "odd.sqlite")
        damage(
            tmp_path / "odd.sqlite",
            f"UPDATE {table} SET {column} = {odd} WHERE rowid = (SELECT min(rowid) FROM {table})",
        )
        assert shown() == expected, odd


def test_the_end_of_a_damaged_alert_is_whole(tmp_path: Path) -> None:
    """Annotations that are damaged are not passed on to its resolved state."""
    with journal(tmp_path / "journal.sqlite") as found:
        found.receive(given(entry()), (), NOON)
        damage(found.path, "UPDATE alert SET annotations = '{'")
        found.receive(given(entry(status="resolved", annotations={})), (), NOON + 1)
        (whole,) = alerts_of(found, NOON, NOON + 9)
    assert (whole.alert.status, dict(whole.alert.annotations)) == ("resolved", {})
