"""Builds the families that the exporter has about itself."""

from exporter.catalog.model import Family, Label, Own, Type, Unit


def own_family(name: str, kind: Type, unit: Unit, text: str, *own: Label) -> Family:
    """Return a family that the exporter makes itself."""
    return Family(
        name=name, type=kind, unit=unit, help=f"{text} [exporter]", labels=own, source=Own()
    )


def own_gauge(name: str, unit: Unit, text: str, *own: Label) -> Family:
    """Return a gauge about the exporter."""
    return own_family(name, Type.GAUGE, unit, text, *own)


def own_counter(name: str, unit: Unit, text: str, *own: Label) -> Family:
    """Return a counter about the exporter."""
    return own_family(name, Type.COUNTER, unit, text, *own)
