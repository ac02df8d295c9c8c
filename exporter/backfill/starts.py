"""The cut of each family: when the exporter's own counting began, as its state file has it."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from exporter.cloud_monitoring.state_schema import opened, select
from exporter.errors import StateError


def counting_starts(path: Path) -> Mapping[str, int]:
    """Return when counting began, Unix nanoseconds, by "project/family". Raises StateError.

    The exporter may run meanwhile: nothing is locked, and nothing is written.
    """
    if not path.exists():
        raise StateError(
            f"{path}: there is no state file; start the exporter once, since its counters begin "
            "where the backfilled ones end, or name the file with --storage.state-file"
        )
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            rows = [opened(row) for row in db.execute(select("ledger"))]
    except sqlite3.Error as error:
        raise StateError(f"{path}: cannot be read: {error}") from error
    return {str(row[1]): int(row[4]) for row in rows}
