"""Evaluates recording rules over a chunk, on a Prometheus that has what they read.

`promtool tsdb create-blocks-from rules` would do it, too: with a block a rule, which are thousands,
and without labels that `count_values` makes, since it asks over ranges as they are.
"""

import gzip
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import IO, Any

from exporter.backfill.plan import BackfillPlan, Chunk
from exporter.backfill.promtool import make_blocks
from exporter.backfill.raw import END, SAMPLES
from exporter.backfill.rules import RecordingRule, RuleSet, over_a_range
from exporter.errors import IonmonError
from exporter.exposition.encoding import label_text
from exporter.prometheus.api import Prometheus, QueryRefused

KEPT = "kept.om.gz"
_PARALLEL = 3  # queries: while one is read, the server works on the next ones


class RuleEvaluation:
    """Evaluates the rules of a level on a server."""

    def __init__(self, plan: BackfillPlan, rules: RuleSet, level: int, server: Prometheus) -> None:
        self._plan, self._rules, self._server = plan, rules, server
        self._level, self._later = rules.levels[level], rules.read_later(level)
        self._names = frozenset(server.series_names())

    def make(self, chunk: Chunk, folder: Path) -> None:
        """Write what the rules make of a chunk: what stays as text, what is read later as block."""
        scratch, rules = folder / SAMPLES, [rule for rule in self._level if self._is_due(rule)]
        with (
            ThreadPoolExecutor(_PARALLEL) as pool,
            scratch.open("wb") as read,
            gzip.open(folder / KEPT, "wb", 1) as kept,
        ):
            texts = pool.map(lambda rule: b"".join(self._lines(rule, chunk)), rules)
            for rule, text in zip(rules, texts, strict=True):
                if rule.record in self._later:
                    read.write(text)
                if self._rules.keeps(rule.record):
                    kept.write(text)
            read.write(END)
        if scratch.stat().st_size > len(END):
            make_blocks(scratch, folder)
        scratch.unlink()

    def _is_due(self, rule: RecordingRule) -> bool:
        """Return whether anything that a rule reads was backfilled, and anybody needs the rule."""
        if rule.reads and not rule.reads & self._names:
            return False
        return rule.record in self._later or self._rules.keeps(rule.record)

    def _lines(self, rule: RecordingRule, chunk: Chunk) -> Iterator[bytes]:
        """Yield the samples of a rule in a chunk, a series at a time. Raises IonmonError."""
        # Only counters go on behind the cut, to end with their 0.
        end = chunk.end if rule.is_counter else min(chunk.end, self._plan.cut + 1)
        times = range(-(-chunk.start // rule.every) * rule.every, end, rule.every)
        if not times:
            return
        expr, back = over_a_range(rule.expr)
        try:
            found = self._server.matrix(expr, times[0], times[-1], rule.every)
        except QueryRefused as error:
            raise IonmonError(f"{rule.record}: {error}") from error
        merged: dict[str, list[Any]] = {}
        for one in found:
            labels = {back.get(n, n): v for n, v in one["metric"].items() if n != "__name__"}
            merged.setdefault(_braces({**labels, **dict(rule.labels)}), []).append(one["values"])
        for braces, values in merged.items():
            yield _samples(f"{rule.record}{braces}", values)


def _braces(labels: Mapping[str, str]) -> str:
    names = tuple(sorted(labels))
    return f"{{{label_text(names, tuple(labels[name] for name in names))}}}"


def _samples(head: str, parts: list[list[tuple[float, str]]]) -> bytes:
    """Return the lines of a series.

    Over a range it comes in parts where its name differs from time to time, as of `a or f(b)`.
    """
    values = parts[0] if len(parts) == 1 else sorted(chain(*parts))
    return "".join([f"{head} {value} {at}\n" for at, value in values]).encode()


def join_kept(parts: Iterator[Path], out: IO[bytes]) -> bool:
    """Write all that is kept of a chunk; returns whether there is anything."""
    written = 0
    for part in parts:
        with gzip.open(part, "rb") as file:
            while piece := file.read(1 << 20):
                written += out.write(piece)
    out.write(END)
    return written > 0
