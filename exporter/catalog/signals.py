"""The signals: what people watch, stated once, a row each in the modules that are joined here."""

from exporter.catalog import business_signals, service_signals, store_signals
from exporter.catalog.expression import Signal
from exporter.catalog.walk import families_in

SIGNALS: tuple[Signal, ...] = (
    *service_signals.SERVICE,
    *store_signals.CACHE,
    *store_signals.DATABASE,
    *service_signals.INFRASTRUCTURE,
    *business_signals.BUSINESS,
)

ALERTED: frozenset[str] = frozenset(
    family.name
    for signal in SIGNALS
    if signal.kind is not None
    for family in families_in(signal.expression)
)
