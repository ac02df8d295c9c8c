"""Runs a backfill: what is made already stays, the rest is made in order."""

from collections.abc import Callable
from pathlib import Path

from exporter.backfill.evaluating import KEPT, RuleEvaluation, join_kept
from exporter.backfill.plan import BackfillPlan
from exporter.backfill.promtool import blocks_in, make_blocks, temporary_server
from exporter.backfill.raw import SAMPLES, RawChunks
from exporter.backfill.rules import RuleSet
from exporter.backfill.work import WorkFolder
from exporter.cloud_monitoring.target import SeriesSource
from exporter.interpreter import uncollected

Progress = Callable[[float, str], None]
_RAW_SHARE = 0.5  # of the work


class BackfillRun:
    """One run of a plan; any number of runs, killed or not, make the same blocks once."""

    def __init__(self, plan: BackfillPlan, rules: RuleSet, work: WorkFolder) -> None:
        self.plan, self._rules, self._work = plan, rules, work
        self._chunks = plan.chunks()
        self._progress: Progress = lambda _share, _step: None

    @property
    def is_done(self) -> bool:
        """Return whether every block was made, in this run or before."""
        return all(self._work.outputs(chunk).exists() for chunk in self._chunks)

    @property
    def chunks_read(self) -> tuple[int, int]:
        """How many chunks were read, of how many."""
        return sum(self._work.raw(chunk).exists() for chunk in self._chunks), len(self._chunks)

    def run(self, client: SeriesSource, progress: Progress) -> None:
        """Make what is missing. Raises IonmonError; what was made until then stays.

        progress  is called with the share that is done, 0 to 1, and what is done now
        """
        self._progress = progress
        if not self.is_done:
            self._make_raw(client)
            with uncollected():
                for level in range(len(self._rules.levels)):
                    self._evaluate(level)
            self._join()
        self._work.finish()

    def _make_raw(self, client: SeriesSource) -> None:
        raw, before = RawChunks(self.plan, client), None
        for chunk in self._chunks:
            folder = self._work.raw(chunk)
            if not folder.exists():
                with self._work.made(folder) as new:
                    raw.make(chunk, before, new, self._passed)
            before = folder

    def _passed(self, at: int) -> None:
        whole = self._chunks[-1].end - self.plan.start
        share = (at - self.plan.start) / whole
        self._progress(_RAW_SHARE * share, "reading Cloud Monitoring")

    def _evaluate(self, level: int) -> None:
        missing = [c for c in self._chunks if not self._work.evaluated(level, c).exists()]
        if not missing:
            return
        lower = [self._work.evaluated(n, c) for n in range(level) for c in self._chunks]
        folders = [*(self._work.raw(chunk) for chunk in self._chunks), *lower]
        blocks = [block for folder in folders for block in blocks_in(folder)]
        with temporary_server(blocks, self._work.path / "server") as server:
            evaluation = RuleEvaluation(self.plan, self._rules, level, server)
            for chunk in missing:
                self._evaluated(level, self._chunks.index(chunk))
                with self._work.made(self._work.evaluated(level, chunk)) as new:
                    evaluation.make(chunk, new)

    def _evaluated(self, level: int, chunk: int) -> None:
        levels = len(self._rules.levels)
        share = (level + chunk / len(self._chunks)) / levels
        text = f"evaluating rules, level {level + 1} of {levels}"
        self._progress(_RAW_SHARE + (1 - _RAW_SHARE) * share, text)

    def _join(self) -> None:
        for chunk in self._chunks:
            if self._work.outputs(chunk).exists():
                continue
            self._progress(1.0, "making blocks of what the rules record")
            parts = [self._work.evaluated(n, chunk) for n in range(len(self._rules.levels))]
            with self._work.made(self._work.outputs(chunk)) as new:
                self._join_chunk([part / KEPT for part in parts], new)

    def _join_chunk(self, parts: list[Path], folder: Path) -> None:
        samples = folder / SAMPLES
        with samples.open("wb") as out:
            found = join_kept(iter(parts), out)
        if found:
            make_blocks(samples, folder)
        samples.unlink()
