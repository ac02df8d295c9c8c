"""Panels of signals with their bands: the usual values at this time of the week."""

from generators.dashboards.model import LONGTERM, Panel, Target
from generators.dashboards.queries import BoardQueries
from generators.dashboards.signal_style import decimals
from generators.rules.anomaly import BANDS, FOR
from generators.rules.names import span
from generators.rules.rows import Band
from generators.rules.slo import LONG_TERM

NO_BAND = "a band needs three weeks of data"
_BANDS = {band.signal.name: band for band in BANDS}
_ADDED = (
    "throughput",
    "db_connections",
)  # summed over the series of a region; others use the maximum


def band(queries: BoardQueries, number: int, name: str, title: str, by: str = "region") -> Panel:
    """Return a panel of a signal with its band; values outside it are points."""
    found: Band = _BANDS[name]
    about = queries.named(name)
    value, upper, lower = (
        queries.filtered(found.name(what), found.by) for what in ("value", "upper", "lower")
    )
    split = f"{'sum' if name in _ADDED else 'max'} by ({by})"
    beyond = f"{value} > {upper} or {value} < {lower}"
    label = f"{{{{{by}}}}}"
    queried = (
        (value, label, ""),
        (upper, f"{label} above", "upper"),
        (lower, f"{label} below", "lower"),
        (beyond, f"{label} unusual", "anomaly"),
    )
    targets = tuple(
        Target(
            expr=f"{split} ({text})",
            legend=legend,
            style=style,
            server=LONGTERM,
            every=span(LONG_TERM),
        )
        for text, legend, style in queried
    )
    return Panel(
        number=number,
        title=f"{title}, {span(FOR)} mean and band",
        what=f"{about.help} A line is the mean of {span(FOR)} that the alert uses; it "
        "rises and falls later than the signal. The area is the usual range at this time of the "
        "last three weeks. A red point is outside of it.",
        unit=found.signal.unit.grafana,
        targets=targets,
        decimals=decimals(found.signal),
        empty=NO_BAND,
        minimum=0.0,
    )
