"""The panels of the metrics that the settings add."""

from collections.abc import Mapping

from exporter.catalog.expression import Signal
from exporter.catalog.model import Unit
from exporter.catalog.walk import split
from generators.configured_metrics import is_configured, panel_address
from generators.dashboards.model import Panel, SeriesCount, Target
from generators.dashboards.queries import BoardQueries
from generators.dashboards.signal_style import bounds, decimals, unit
from generators.policy import Policy
from generators.rules.recording import signal_name

WIDE = 2  # panels of a line


def panels(policy: Policy, queries: BoardQueries) -> Mapping[str, Panel]:
    """Return a panel of each metric, by its name."""
    return {signal.name: _panel(signal, queries) for signal in _shown(policy)}


def lines(policy: Policy) -> list[list[str]]:
    """Return the names of the panels, line by line."""
    names = [signal.name for signal in _shown(policy)]
    return [names[start : start + WIDE] for start in range(0, len(names), WIDE)]


def _shown(policy: Policy) -> tuple[Signal, ...]:
    return tuple(signal for signal in policy.signals if is_configured(signal))


def _panel(signal: Signal, queries: BoardQueries) -> Panel:
    labels = split(signal)
    legend = ", ".join(f"{{{{{label}}}}}" for label in labels) or "value"
    minimum, maximum = bounds(signal)
    return Panel(
        number=panel_address(signal).number,
        title=signal.help.rstrip("."),
        what=f"The {signal.noun}.",
        unit=unit(signal),
        targets=(
            Target(expr=queries.filtered(signal_name(signal, labels), labels), legend=legend),
        ),
        decimals=1 if signal.unit is Unit.NONE else decimals(signal),
        series=SeriesCount.MANY if labels else SeriesCount.ONE,
        limits=signal.name,
        minimum=minimum,
        maximum=maximum,
    )
