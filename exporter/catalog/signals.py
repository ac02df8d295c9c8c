"""The signals: what people watch, stated once, a row each in the modules that are joined here."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from exporter.catalog import business_signals, service_signals, store_signals
from exporter.catalog.model import Family, Signal

SIGNALS: tuple[Signal, ...] = (
    *service_signals.SERVICE,
    *store_signals.CACHE,
    *store_signals.DATABASE,
    *service_signals.INFRASTRUCTURE,
    *business_signals.BUSINESS,
)


def families_in(node: object) -> Iterator[Family]:
    """Yield the families that an expression, or any part of one, refers to."""
    if isinstance(node, Family):
        yield node
    elif isinstance(node, tuple):
        for item in node:
            yield from families_in(item)
    elif is_dataclass(node) and not isinstance(node, type):
        for entry in fields(node):
            yield from families_in(getattr(node, entry.name))


ALERTED: frozenset[str] = frozenset(
    family.name
    for signal in SIGNALS
    if signal.kind is not None
    for family in families_in(signal.expression)
)
