"""The state file: numbers that SQLite does not hold cost one ledger at most."""

from pathlib import Path

import pytest

from exporter.cloud_monitoring.checkpoint import SqliteStore
from exporter.errors import StateError
from tests.exporter.cloud_monitoring.ledgers import NAME, SHAPE, add_number, filled


def test_a_total_above_sqlite_s_whole_numbers_is_kept(tmp_path: Path) -> None:
    """2**63 is written as a float, and read again as the same number."""
    ledger = filled()
    add_number(ledger.total(("a", "3xx")), 2**63, 1)
    store = SqliteStore(tmp_path / "ion.db")
    store.commit(NAME, SHAPE, ledger)
    found = store.load(NAME, SHAPE)
    store.close()
    assert found is not None
    assert found.totals["a", "3xx"].value == 2**63


def test_what_cannot_be_written_leaves_no_transaction_open(tmp_path: Path) -> None:
    """A number that SQLite does not hold fails its own ledger; the next one is committed."""
    store, large, sound = SqliteStore(tmp_path / "ion.db"), filled(), filled()
    large.watermark = 2**63
    with pytest.raises(StateError, match="nothing was counted"):
        store.commit(NAME, SHAPE, large)
    store.commit("other", SHAPE, sound)
    assert (store.load(NAME, SHAPE), store.load("other", SHAPE)) == (None, sound)
    store.close()
