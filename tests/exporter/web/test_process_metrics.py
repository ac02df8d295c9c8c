"""The process's own figures are read from the system when asked."""

import os
import time
from pathlib import Path

from exporter.catalog.own import PROCESS
from exporter.web.process_metrics import Process


def test_every_family_of_the_process_has_its_value() -> None:
    """Each process_* family is read once, without labels, and is this process's."""
    found = {family.name: value for family, labels, value in Process().read() if labels == ()}
    assert set(found) == {family.name for family in PROCESS}
    assert found["process_start_time_seconds"] < time.time()
    assert found["process_open_fds"] >= 3


def test_figures_are_those_of_the_moment() -> None:
    """A file that is opened is counted at the next reading."""
    process = Process()
    before, handle = _fds(process), os.open(Path(__file__), os.O_RDONLY)
    assert _fds(process) == before + 1
    os.close(handle)


def _fds(process: Process) -> float:
    return next(value for f, _, value in process.read() if f.name == "process_open_fds")
