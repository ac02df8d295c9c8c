"""When counting began is read from the state file, also while an exporter uses it."""

from pathlib import Path

import pytest

from exporter.backfill.starts import counting_starts
from exporter.cloud_monitoring.checkpoint import SqliteStore
from exporter.cloud_monitoring.ledger import Ledger
from exporter.cloud_monitoring.read_window import SECOND
from exporter.errors import StateError


def test_starts_of_a_file_in_use(tmp_path: Path) -> None:
    """What was committed is read while the file is open and locked, and nothing is changed."""
    store = SqliteStore(tmp_path / "state")
    store.commit("a/b", "shape", Ledger.begin(60 * SECOND, 6000 * SECOND))
    assert counting_starts(tmp_path / "state") == {"a/b": 6000 * SECOND}
    store.commit("a/c", "shape", Ledger.begin(60 * SECOND, 6060 * SECOND))
    store.close()
    assert counting_starts(tmp_path / "state") == {"a/b": 6000 * SECOND, "a/c": 6060 * SECOND}


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    """A file that is not there says to start the exporter; another one is named."""
    with pytest.raises(StateError, match="start the exporter once"):
        counting_starts(tmp_path / "state")
    (tmp_path / "state").write_text("text")
    with pytest.raises(StateError, match="state: cannot be read"):
        counting_starts(tmp_path / "state")
