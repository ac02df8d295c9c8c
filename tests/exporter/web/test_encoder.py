"""What is encoded ahead of scrapes, and what becomes of the memory that it took."""

import pytest

from exporter.catalog.cloud_run import REQUESTS
from exporter.exposition.samples import Part, Sample
from exporter.exposition.snapshot import snapshot
from exporter.telemetry import Telemetry
from exporter.web import encoder
from exporter.web.encoder import Encoder
from tests.servers import wait_until


@pytest.mark.parametrize(("lines", "given"), [(10, []), (4_000, [1])])
def test_memory_is_given_back_once_after_a_change_of_very_many_lines(
    monkeypatch: pytest.MonkeyPatch, lines: int, given: list[int]
) -> None:
    """A small page gives nothing back, and a large one nothing while nothing changes."""
    calls: list[int] = []
    monkeypatch.setattr(encoder, "give_back", lambda: calls.append(1))
    samples = tuple(Sample(("p", "r", f"{n:010000}", "2xx"), n) for n in range(lines))
    shown = snapshot((Part(REQUESTS, samples),), 1)
    found = Encoder(lambda _: (), Telemetry(0.0))
    done: list[int] = []
    for turn in (1, 2):
        found.ahead(lambda: (shown, 0.0))
        found.executor.submit(done.append, turn)
        wait_until(lambda turn=turn: turn in done, "the encoder's thread")
    found.close()
    assert calls == given
