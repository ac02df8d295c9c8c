"""Creates all possible series of a resource at zero, such as those of every code class.

Without them the first error would be the first sample of its series, which `rate` does not count.
"""

from itertools import product

from exporter.catalog.model import Family, Type
from exporter.cloud_monitoring.ledger import Ledger, without
from exporter.cloud_monitoring.totals import Total


def prime(family: Family, ledger: Ledger) -> None:
    """Create a total for every combination of the closed labels' values that is missing."""
    closed = {i: label.values for i, label in enumerate(family.labels) if label.values}
    if not closed:
        return
    positions = frozenset(closed)
    pattern = {without(t.labels, positions): t for t in ledger.totals.values() if t.last}
    for first in pattern.values():
        if not _complete(ledger, first, closed):
            _fill(family, ledger, first, closed)


def _complete(ledger: Ledger, total: Total, closed: dict[int, tuple[str, ...]]) -> bool:
    """Return whether the first and the last combination exist, so that all were created.

    Not the last alone: what is seen first of a resource may be it.
    """
    return all(_exists(ledger, total, closed, at) for at in (0, -1))


def _exists(ledger: Ledger, total: Total, closed: dict[int, tuple[str, ...]], at: int) -> bool:
    labels = list(total.labels)
    for position, values in closed.items():
        labels[position] = values[at]
    found = ledger.totals.get(tuple(labels))
    return found is not None and (found.bounds is not None) == (total.bounds is not None)


def _fill(family: Family, ledger: Ledger, first: Total, closed: dict[int, tuple[str, ...]]) -> None:
    for values in product(*closed.values()):
        labels = list(first.labels)
        for position, value in zip(closed, values, strict=True):
            labels[position] = value
        total = ledger.total(tuple(labels))
        if family.type is Type.HISTOGRAM and first.bounds is not None:
            total.begin(first.bounds)
