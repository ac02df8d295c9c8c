"""By how much a cumulative series rose between two of its points.

Counts are subtracted only at bounds that both points have. Between two such bounds the number of
new events is known; they are placed in the highest buckets that have as many.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from exporter.cloud_monitoring.joint_bounds import LayoutUse, merged, position, same
from exporter.cloud_monitoring.totals import Amount


@dataclass(frozen=True, slots=True)
class Held:
    """The last point of a series: its number, or the sum and bucket counts with their bounds.

    `bounds` is None for a number, and where an older state file did not have them.
    """

    numbers: tuple[float, ...]
    bounds: tuple[float, ...] | None = None

    @classmethod
    def of(cls, amount: Amount) -> "Held":
        """Return what has to be held of a point."""
        return cls(amount.numbers, amount.layout.source if amount.layout else None)


@dataclass(frozen=True, slots=True)
class _Counts:
    """The counts of all buckets of a layout."""

    bounds: tuple[float, ...]
    counts: tuple[int, ...]

    @classmethod
    def padded(cls, bounds: tuple[float, ...], counts: Sequence[int]) -> "_Counts":
        """Return counts with the zeros at the end that a source leaves out."""
        return cls(bounds, (*counts, *(0,) * (len(bounds) + 1 - len(counts))))

    def use(self) -> LayoutUse:
        """Return where the layout has events."""
        return LayoutUse(self.bounds, below=self.counts[0] > 0, above=self.counts[-1] > 0)

    def buckets_to(self, bound: float) -> int:
        """Return how many buckets end at or below `bound`."""
        at = position(self.bounds, bound)
        return at + (at < len(self.bounds) and position((bound,), self.bounds[at]) == 0)


def rise(now: Amount, before: Held) -> tuple[Amount, bool]:
    """Return what a series rose by since `before`; what fell did not rise.

    False beside it says that some of the events may belong into lower buckets.
    """
    if (now.layout is None) != (len(before.numbers) == 1):
        return replace(now, value=0, counts=(0,) * len(now.counts)), True  # not comparable: a base
    value = before.numbers[0]
    if now.layout is None:
        return replace(now, value=max(0, now.value - value)), True
    counts, exact = _risen_counts(now.counts, now.layout.source, before)
    risen = now.value - value if any(counts) else 0
    if not now.layout.source or now.layout.source[0] >= 0:
        risen = max(0, risen)  # no negative values: a sum that falls is the noise of its mean
    return replace(now, value=risen, counts=counts), exact


def _risen_counts(
    counts: Sequence[int], source: tuple[float, ...], before: Held
) -> tuple[tuple[int, ...], bool]:
    held = tuple(int(count) for count in before.numbers[1:])
    if _rose(counts, held) if before.bounds is None else same(before.bounds, source):
        padded = (*held, *(0,) * (len(counts) - len(held)))
        return tuple(max(0, a - b) for a, b in zip(counts, padded, strict=False)), True
    # Without known bounds only the number of events can be subtracted.
    old = _Counts(before.bounds, held) if before.bounds else _Counts((), (sum(held),))
    return _joined(_Counts.padded(source, counts), _Counts.padded(old.bounds, old.counts))


def _rose(counts: Sequence[int], held: Sequence[int]) -> bool:
    """Return whether every bucket has as many events as before, so that the sum is right."""
    padded = (*counts, *(0,) * (len(held) - len(counts)))
    return all(a >= b for a, b in zip(padded, held, strict=False))


def _joined(now: _Counts, old: _Counts) -> tuple[tuple[int, ...], bool]:
    """Return the new events by bucket of `now`, and whether each bucket is exact."""
    found, exact = [0] * len(now.counts), True
    uses = (now.use(), old.use())
    joint = [b for b in merged(now.bounds, [old.bounds]) if all(use.exact_at(b) for use in uses)]
    number = max(0, sum(now.counts) - sum(old.counts))
    edges = [(0, 0), *((now.buckets_to(b), old.buckets_to(b)) for b in joint)]
    edges.append((len(now.counts), len(old.counts)))
    known = 0  # new events at or below the edge
    for (first, _), (last, last_old) in pairwise(edges):
        risen = sum(now.counts[:last]) - sum(old.counts[:last_old])
        fresh = min(max(risen, known), number) - known
        if last > first:
            known += fresh
            exact &= _fill(found, now.counts, range(first, last), fresh)
    found[-1] += number - known
    return tuple(found), exact


def _fill(found: list[int], counts: Sequence[int], buckets: range, fresh: int) -> bool:
    """Place new events in the highest of `buckets` that have as many. Says if that is exact."""
    exact = fresh in (0, sum(counts[index] for index in buckets)) or len(buckets) == 1
    for index in reversed(buckets):
        found[index] = min(fresh, counts[index])
        fresh -= found[index]
    found[buckets[-1]] += fresh
    return exact
