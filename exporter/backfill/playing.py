"""Plays a family's points step by step: what the exporter would have exposed at each of them."""

from functools import partial

from exporter.backfill.plan import FamilyCut
from exporter.backfill.reading import HELD_PERIODS, ReadPoint, WindowPoints
from exporter.catalog.model import MetricKind, Type
from exporter.cloud_monitoring.bucket_totals import BucketTotal
from exporter.cloud_monitoring.gauge_reader import GaugeSample, join
from exporter.cloud_monitoring.ledger import Ledger, Mark
from exporter.cloud_monitoring.read_window import SECOND
from exporter.cloud_monitoring.totals import Amount, Total
from exporter.cloud_monitoring.zero_series import prime
from exporter.exposition.samples import Buckets, Part, Sample

RETIRE_AFTER, RETIRE_EVERY = 86400, 3600  # seconds, as the exporter does


def head(cut: FamilyCut) -> tuple[str, ...]:
    """Return the value of the project's label, where the family has it only as it is exposed."""
    return (cut.target.project,) if cut.target.exposed else ()


class PlayedCounter:
    """A counter: a ledger as the exporter has one, which begins at the plan's start."""

    def __init__(self, cut: FamilyCut, ledger: Ledger, tail: tuple[str, ...]) -> None:
        """Continue a ledger; `tail` are the values of the target's labels."""
        self.cut, self.ledger, self._tail = cut, ledger, tail
        self._head = head(cut)
        self.gone: tuple[list[Mark], list[Total]] = ([], [])
        self._family = cut.family
        self._closed = frozenset(
            i for i, label in enumerate(cut.target.family.labels) if label.values
        )
        self._histogram = cut.target.family.type is Type.HISTOGRAM
        self._cumulative = cut.target.source.kind is MetricKind.CUMULATIVE

    def play(self, at: int, points: WindowPoints) -> Part | None:
        """Count the points of a step, and return the family as it is then; None when it is over."""
        if at > self.cut.zero:
            return None
        totals = self.ledger.totals
        known = len(totals)
        for point in points.step(at):
            self._count(point)
        hourly = at % RETIRE_EVERY == 0
        if len(totals) > known or hourly:
            prime(self.cut.target.family, self.ledger)
        value = _zero if at == self.cut.zero else Total.exposed_value
        samples = tuple(
            Sample((*self._head, *total.labels, *self._tail), value(total))
            for total in totals.values()
            if total.buckets or not self._histogram  # without events it has no buckets yet
        )
        self._reveal()
        if hourly:
            self._retire(at)
        return Part(self._family, samples)

    def _reveal(self) -> None:
        """Expose from the next step on what was at zero in this one."""
        for total in self.ledger.totals.values():
            if not total.shown and (total.buckets or not self._histogram):
                total.shown = total.dirty = True

    def _count(self, point: ReadPoint) -> None:
        target, ledger = self.cut.target, self.ledger
        if point.labels not in ledger.totals and len(ledger.totals) >= target.limit:
            return
        mark = ledger.mark(point.key, point.labels)
        if self._cumulative:
            ledger.add_cumulative(mark, point.start, point.end, partial(_given, point.amount))
        else:
            ledger.add_delta(mark, point.end, partial(_given, point.amount))

    def _retire(self, at: int) -> None:
        """Settle what was played, and remove what had no point for a day."""
        self.ledger.settle(self.ledger.watermark, at * SECOND, 0)
        marks, totals = self.ledger.retire((at - RETIRE_AFTER) * SECOND, self._closed)
        self.gone[0].extend(marks)
        self.gone[1].extend(totals)


def _given(amount: Amount) -> Amount:
    return amount


def _zero(total: Total) -> float | Buckets:
    bounds = total.bounds
    return 0 if bounds is None else BucketTotal.empty(bounds).exposed(0.0)


class PlayedGauge:
    """A gauge: the newest point of each series, for as long as it stands."""

    def __init__(self, cut: FamilyCut, tail: tuple[str, ...]) -> None:
        self.cut, self._tail, self._family = cut, tail, cut.family
        self._head = head(cut)
        self._newest: dict[str, GaugeSample] = {}
        self._held = HELD_PERIODS * int(cut.described.period) * SECOND

    def play(self, at: int, points: WindowPoints) -> Part | None:
        """Take the points of a step, and return the family as it is then; None when it is over."""
        for step in sorted(step for step in points.by_step if step <= at):
            for point in points.step(step):
                found = GaugeSample(point.labels, point.end, point.amount.based)
                self._newest[point.key] = found
        if at > self.cut.last:
            return None
        oldest = at * SECOND - self._held
        self._newest = {key: one for key, one in self._newest.items() if one.end > oldest}
        joined = join(self.cut.target.source, self._newest.values())[: self.cut.target.limit]
        samples = tuple(
            Sample((*self._head, *one.labels, *self._tail), one.value) for one in joined
        )
        return Part(self._family, samples)
