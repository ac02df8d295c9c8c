"""History from a Prometheus server, or another that has its API: in chunks, several at once.

A chunk that is too much for the server is asked for in halves. What lies before the first sample of
all that an expression reads is not asked for: `or vector(0)` would say that it was calm.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import suppress
from typing import Any

import numpy as np

from exporter.errors import IonmonError
from exporter.interpreter import uncollected
from exporter.prometheus.api import NoAnswer, NotInTime, Prometheus, QueryRefused, TooMuch
from generators.promql_tree.tree import series_names
from generators.tuning.beginnings import Beginnings, beginnings
from generators.tuning.chunks import MOST_VALUES, Assembly, MemoryLimit, chunks, halves
from generators.tuning.kept_answers import Answer, KeptAnswers
from generators.tuning.model import RecordedSeries, TimeGrid

PARALLEL = 4
NEWEST = 3600  # seconds of which nothing is kept: what was sent late may still come
_LEAST = 30  # points of a query that is not asked in halves any more
Progress = Callable[[float, str], None]


def _unseen(_share: float, _step: str) -> None:
    """Show no progress."""


class PrometheusHistory:
    """A HistorySource on a server.

    now       Unix time
    kept      where answers about the past are kept
    progress  is called with the share that is done, 0 to 1, and what is done now
    """

    def __init__(
        self,
        server: Prometheus,
        now: float,
        kept: KeptAnswers | None = None,
        progress: Progress = _unseen,
    ) -> None:
        self._server, self._now = server, now
        self._kept, self._progress = kept or KeptAnswers(None), progress
        self._most: dict[str, int] = {}
        self._identity: tuple[str, ...] | None = None

    def series(self, expression: str, grid: TimeGrid) -> tuple[RecordedSeries, ...]:
        """Return the series of a PromQL expression. Raises IonmonError where it cannot be read."""
        return self.read((expression,), grid)[expression]

    def read(
        self, expressions: Iterable[str], grid: TimeGrid, most_values: int = MOST_VALUES
    ) -> dict[str, tuple[RecordedSeries, ...]]:
        """Return the series of each expression. Raises IonmonError where one cannot be read."""
        distinct, limit = tuple(dict.fromkeys(expressions)), MemoryLimit(most_values)
        found = {expression: Assembly(grid, limit) for expression in distinct}
        pool = ThreadPoolExecutor(PARALLEL, thread_name_prefix="history")
        try:
            with uncollected():
                self._read(found, grid, pool)
        finally:
            # Without waiting: after an error or Ctrl-C, nobody needs what is still asked.
            pool.shutdown(wait=False, cancel_futures=True)
        self._kept.trim()
        return {expression: found[expression].series() for expression in distinct}

    def _read(self, found: dict[str, Assembly], grid: TimeGrid, pool: ThreadPoolExecutor) -> None:
        self._progress(0.0, "looking where history begins")
        begun = zip(found, pool.map(lambda text: self._begun(text, grid), found), strict=True)
        waiting = {
            pool.submit(self._chunk, expression, chunk, since): (expression, chunk)
            for expression, since in begun
            if since is not None
            for chunk in chunks(grid)
        }
        self._fill(found, waiting)

    def _fill(
        self,
        found: dict[str, Assembly],
        waiting: dict[Future[Answer], tuple[str, TimeGrid]],
    ) -> None:
        for done, future in enumerate(as_completed(waiting), 1):
            expression, chunk = waiting[future]
            try:
                found[expression].add(chunk, future.result())
            except QueryRefused as error:
                raise self._failed(expression, error) from error
            except IonmonError as error:
                raise IonmonError(f"{self._server.url}: {expression}: {error}") from error
            self._progress(done / len(waiting), f"reading {expression}")

    def _begun(self, expression: str, grid: TimeGrid) -> Beginnings | None:
        """Return since when what an expression reads is there; None where nothing of it is."""
        try:
            found = beginnings(expression, grid.end, self._answer)
        except QueryRefused as error:
            raise self._failed(expression, error) from error
        return found or (None if any(series_names(expression)) else ())

    def _chunk(self, expression: str, chunk: TimeGrid, begun: Beginnings | None) -> Answer:
        first = min((at for _, at in begun or ()), default=chunk.start)
        if first > chunk.end:
            return ()
        if chunk.end > self._now - NEWEST:
            found = self._answer(expression, chunk)
        else:
            key = [self._server_identity(), begun, expression, chunk.start, chunk.step, chunk.count]
            found = self._kept.of(key, lambda: self._answer(expression, chunk))
        return _from(found, chunk, first)

    def _server_identity(self) -> tuple[str, ...]:
        """Return by what one server differs from the next one at its address."""
        if self._identity is None:
            own: tuple[str, ...] = ()
            with suppress(QueryRefused, AttributeError):  # Thanos and Mimir do not say
                info, flags = self._server.status("runtimeinfo"), self._server.status("flags")
                own = (str(info.get("CWD")), str(flags.get("storage.tsdb.path")))
            self._identity = (self._server.url, *own)
        return self._identity

    def _answer(self, expression: str, part: TimeGrid) -> Answer:
        """Ask for a part, in halves where the server refuses it whole. Raises QueryRefused."""
        if part.count > self._most.get(expression, part.count):
            joined = Assembly(part, MemoryLimit())
            for half in halves(part):
                joined.add(half, self._answer(expression, half))
            return joined.series()
        try:
            found = self._server.matrix(expression, part.start, part.end, part.step)
        except (TooMuch, NotInTime):
            if part.count < 2 * _LEAST:
                raise
            self._most[expression] = part.count // 2
            return self._answer(expression, part)
        return tuple(_recorded(one, part) for one in found)

    def _failed(self, expression: str, error: QueryRefused) -> IonmonError:
        if isinstance(error, TooMuch | NotInTime):
            fix = (
                f"so it is for {_LEAST} times of it, too; check the expression, or raise "
                "--query.max-samples or --query.timeout of the server"
            )
        elif isinstance(error, NoAnswer):
            fix = "check the address, and that the server runs"
        else:
            fix = "check that the server has the rules that `ionmon configs` writes"
        return IonmonError(f"{self._server.url}: {expression}: {error}; {fix}")


def _recorded(one: Any, part: TimeGrid) -> RecordedSeries:  # noqa: ANN401 - JSON
    """Return a series as an array, filled where the server has a value."""
    values = np.full(part.count, np.nan)
    samples = one.get("values", ())
    at = np.array([time for time, _ in samples], dtype=np.float64)
    where = np.rint((at - part.start) / part.step).astype(np.int64)
    values[where] = [float(text) for _, text in samples]
    return RecordedSeries(tuple(sorted(one["metric"].items())), values)


def _from(found: Answer, chunk: TimeGrid, first: int) -> Answer:
    """Return the series of a chunk without what lies before a time."""
    before = -(-(first - chunk.start) // chunk.step)
    if before <= 0:
        return found
    for one in found:
        one.values[:before] = np.nan
    return found
