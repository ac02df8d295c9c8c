"""Recordings of a simulated project, made once a run: calm, in trouble, and without data."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from tests.grafana.recorded import SCENARIOS, Recording, record


@pytest.fixture(scope="session")
def recordings() -> dict[str, Recording]:
    """Return what the servers answered, by the state of the project."""
    # Each process claims ports of its own, which a fork would share.
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        return dict(zip(SCENARIOS, pool.map(record, SCENARIOS), strict=True))
