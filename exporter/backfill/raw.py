"""Makes the block of a chunk: what the exporter would have exposed, step by step."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import IO

from exporter.backfill.plan import (
    INSTANCE,
    JOB,
    JOB_NAME,
    STEP,
    BackfillPlan,
    Chunk,
    FamilyCut,
)
from exporter.backfill.playing import PlayedCounter, PlayedGauge
from exporter.backfill.promtool import make_blocks
from exporter.backfill.reading import FamilyReader, WindowPoints
from exporter.catalog import own
from exporter.cloud_monitoring.checkpoint import SqliteStore
from exporter.cloud_monitoring.ledger import Ledger
from exporter.cloud_monitoring.read_window import SECOND
from exporter.cloud_monitoring.target import SeriesSource
from exporter.errors import StateError
from exporter.exposition.encoding import Stems, lines
from exporter.exposition.samples import Part, Sample

PARALLEL = 4  # calls
TOTALS = "totals.sqlite"
SAMPLES, END = "samples.om", b"# EOF\n"
_SHAPE = "backfill"
Played = PlayedCounter | PlayedGauge
Passed = Callable[[int], None]  # is called with the time up to which samples are written


class RawChunks:
    """Reads and writes chunk after chunk, each from the totals at the end of the one before it."""

    def __init__(self, plan: BackfillPlan, client: SeriesSource) -> None:
        self._plan, self._tail = plan, (JOB_NAME, plan.instance)
        self._readers = {cut.target.name: FamilyReader(cut, client) for cut in plan.families}
        self._stems: dict[str, Stems] = {}

    def make(self, chunk: Chunk, before: Path | None, folder: Path, passed: Passed) -> None:
        """Make a chunk's block in `folder`; `before` is the folder of the chunk before it."""
        if before is not None:
            shutil.copyfile(before / TOTALS, folder / TOTALS)
        store = SqliteStore(folder / TOTALS)
        try:
            played = [self._played(cut, store) for cut in self._plan.families]
            with (folder / SAMPLES).open("wb") as out:
                self._write(chunk, played, out, passed)
                out.write(END)
            with store.together():
                for one in played:
                    if isinstance(one, PlayedCounter):
                        store.commit(one.cut.target.name, _SHAPE, one.ledger, one.gone)
        finally:
            store.close()
        if (folder / SAMPLES).stat().st_size > len(END):
            make_blocks(folder / SAMPLES, folder)
        (folder / SAMPLES).unlink()

    def _played(self, cut: FamilyCut, store: SqliteStore) -> Played:
        if not cut.counts:
            return PlayedGauge(cut, self._tail)
        ledger = store.load(cut.target.name, _SHAPE)
        if store.restarted(cut.target.name):
            raise StateError(
                "the totals of the part before are damaged; remove the folder of --blocks, and "
                "type the command again"
            )
        if ledger is None:
            period = int(cut.described.period) * SECOND
            ledger = replace(Ledger.begin(period, self._plan.start * SECOND), first=False)
        return PlayedCounter(cut, ledger, self._tail)

    def _write(self, chunk: Chunk, played: list[Played], out: IO[bytes], passed: Passed) -> None:
        for window, points in self._read(chunk):
            for at in range(window.start, window.end, STEP):
                for one in played:
                    part = one.play(at, points[one.cut.target.name])
                    if part is not None:
                        self._put(part, at, out)
                for part in self._own(at):
                    self._put(part, at, out)
            passed(window.end)

    def _read(self, chunk: Chunk) -> Iterator[tuple[Chunk, Mapping[str, WindowPoints]]]:
        """Yield windows with their points; while one is written, the next one is read."""
        pool = ThreadPoolExecutor(PARALLEL, thread_name_prefix="backfill")
        try:
            windows = list(chunk.windows())
            requested = self._ask(pool, windows[0])
            for at, window in enumerate(windows):
                points = {name: future.result() for name, future in requested.items()}
                requested = self._ask(pool, windows[at + 1]) if at + 1 < len(windows) else {}
                yield window, points
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _ask(self, pool: ThreadPoolExecutor, window: Chunk) -> dict[str, Future[WindowPoints]]:
        return {name: pool.submit(reader.read, window) for name, reader in self._readers.items()}

    def _own(self, at: int) -> Iterator[Part]:
        """Yield the exporter's metrics about the families that are counted at a time."""
        counted = [cut for cut in self._plan.families if cut.counts and at <= cut.zero]
        keys = [(*cut.target.key, *self._tail) for cut in counted]
        covered = [0 if at == cut.zero else min(at, cut.cut) - self._plan.start for cut in counted]
        starts = [float(cut.cut) for cut in counted]
        for family, values in ((own.DATA_SECONDS, covered), (own.COUNTING_START, starts)):
            labelled = replace(family, labels=(*family.labels, JOB, INSTANCE))
            yield Part(labelled, tuple(map(Sample, keys, values)))

    def _put(self, part: Part, at: int, out: IO[bytes]) -> None:
        name = part.family.name
        stems = self._stems.get(name)
        if stems is None:
            stems = self._stems[name] = Stems(part.family)
        stems.trim(len(part.samples))
        out.write(lines(part, stems, openmetrics=False).replace(b"\n", f" {at}\n".encode()))
