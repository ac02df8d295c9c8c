"""Series that a resource can have exist at zero from its first sight, such as code classes.

Without them the first error would be the first sample of its series, and no rise.
"""

from itertools import product

from exporter.catalog.model import Family, Type
from exporter.cloud_monitoring.ledger import Ledger, without
from exporter.cloud_monitoring.totals import Total


def prime(family: Family, ledger: Ledger) -> None:
    """Make the totals that closed labels allow, beside those that are there."""
    closed = {i: label.values for i, label in enumerate(family.labels) if label.values}
    if not closed:
        return
    positions = frozenset(closed)
    pattern = {without(t.labels, positions): t for t in ledger.totals.values() if t.last}
    for first in pattern.values():
        if not _complete(ledger, first, closed):
            _fill(family, ledger, first, closed)


def _complete(ledger: Ledger, total: Total, closed: dict[int, tuple[str, ...]]) -> bool:
    """Say quickly whether the last of the combinations is there, and so all are."""
    labels = list(total.labels)
    for position, values in closed.items():
        labels[position] = values[-1]
    last = ledger.totals.get(tuple(labels))
    return last is not None and (last.bounds is not None) == (total.bounds is not None)


def _fill(family: Family, ledger: Ledger, first: Total, closed: dict[int, tuple[str, ...]]) -> None:
    for values in product(*closed.values()):
        labels = list(first.labels)
        for position, value in zip(closed, values, strict=True):
            labels[position] = value
        total = ledger.total(tuple(labels))
        if family.type is Type.HISTOGRAM and total.bounds is None and first.bounds is not None:
            total.bounds = first.bounds
            total.counts.frombytes(bytes(8 * (len(first.bounds) + 1)))
            total.dirty = True
