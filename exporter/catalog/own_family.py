"""Builds the families that a program of ours has about itself."""

from exporter.catalog.model import Family, Label, Own, Type, Unit


def own_family(
    name: str, kind: Type, unit: Unit, text: str, *own: Label, program: str = "exporter"
) -> Family:
    """Return a family that the exporter, or another program of ours, makes itself."""
    return Family(
        name=name,
        type=kind,
        unit=unit,
        help=f"{text} [{program}]",
        labels=own,
        source=Own(program),
    )


def own_gauge(name: str, unit: Unit, text: str, *own: Label) -> Family:
    """Return a gauge about the exporter."""
    return own_family(name, Type.GAUGE, unit, text, *own)


def own_counter(name: str, unit: Unit, text: str, *own: Label) -> Family:
    """Return a counter about the exporter."""
    return own_family(name, Type.COUNTER, unit, text, *own)
