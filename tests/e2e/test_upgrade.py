"""Files of the first versions go on, and what cannot go on says what to do."""

import re
import shutil
import signal
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from exporter.bridge.journal_schema import LAYOUT as JOURNAL
from exporter.cloud_monitoring.checkpoint import SqliteStore
from exporter.cloud_monitoring.state_schema import LAYOUT as STATE
from exporter.errors import StateForeign
from exporter.state_file.sqlite_file import FileLayout, check
from tests import servers
from tests.exporter.bridge.notified import alerts_of, entry, given, journal
from tests.exporter.running import IONMON, Running

pytestmark = pytest.mark.slow

# Written by the first version that had each: a minute of the simulated project, one notification.
FIRST = Path(__file__).parents[1] / "data" / "state"
COUNTERS, ALERTS = FIRST / "counters-v1.sqlite", FIRST / "journal-v1.sqlite"
SETTINGS = """
google:
  families: {"*": {enabled: false}, cloudrun_requests_total: {enabled: true}}
  filters: {regions: [us-central1]}
"""
COUNTED = 1120  # requests of code class 2xx on the last page of that version
PAGE = re.compile(r'cloudrun_requests_total\{[^}]*response_code_class="2xx"\} (\d+)')


def test_counters_of_the_first_version_go_on(tmp_path: Path) -> None:
    """Its file is rewritten at the start, which the log says, and no counter falls."""
    state, log, port = tmp_path / "counters.sqlite", tmp_path / "log", servers.free_port()
    shutil.copy(COUNTERS, state)
    (tmp_path / "m.yaml").write_text(SETTINGS)
    words = ("--config", str(tmp_path / "m.yaml"), "--storage.state-file", str(state))
    listen = ("--scale", "0.001", "--web.listen-address", f"127.0.0.1:{port}")
    with servers.process((*IONMON, "simulate", *words, *listen), log) as process:
        servers.wait_until(lambda: "overview http" in log.read_text(), "a start")
        exporter = Running(process, port, log)
        exporter.wait_ready()
        servers.wait_until(lambda: PAGE.search(exporter.page()) is not None, "the counter")
        found = PAGE.search(exporter.page())
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert found is not None
    assert int(found[1]) >= COUNTED
    assert "rewritten from version 1 to version" in log.read_text()


def test_the_journal_of_the_first_version_goes_on(tmp_path: Path) -> None:
    """What it had is there after the upgrade, beside what comes next."""
    path = tmp_path / "journal.sqlite"
    shutil.copy(ALERTS, path)
    with journal(path) as found:
        found.receive(given(entry("MemoryHigh")), (), 1_796_100_000.0)
        names = {r.alert.labels["alertname"] for r in alerts_of(found, 0, float("inf"))}
    assert names == {"CPUHigh", "MemoryHigh"}


@pytest.mark.parametrize(
    ("first", "layout"), [(COUNTERS, STATE), (ALERTS, JOURNAL)], ids=["counters", "journal"]
)
def test_an_older_program_refuses_what_was_rewritten(
    first: Path, layout: FileLayout, tmp_path: Path
) -> None:
    """It touches nothing, and names the program that reads the file: to go back takes a backup."""
    path = tmp_path / first.name
    shutil.copy(first, path)
    older = replace(layout, versions={1: layout.versions[1]}, check_rows=lambda _: None)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        assert check(db, path, older) == 1
        layout.migrate(db)
        assert check(db, path, layout) == layout.version > 1
        with pytest.raises(StateForeign, match=r"has version 2, .*run the newer program"):
            check(db, path, older)


def test_a_backup_is_taken_while_the_file_is_in_use(tmp_path: Path) -> None:
    """SQLite's backup, which `.backup` of its shell calls, is whole without stopping anything."""
    path, copy = tmp_path / "counters.sqlite", tmp_path / "copy.sqlite"
    shutil.copy(COUNTERS, path)
    store = SqliteStore(path)
    try:
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
    finally:
        store.close()
    restored = SqliteStore(copy)
    try:
        with restored.transaction() as db:
            (total,) = db.execute("SELECT sum(value) FROM total").fetchone()
    finally:
        restored.close()
    assert total >= COUNTED
