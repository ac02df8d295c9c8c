"""Panels of signals within their bands: what was usual at this time of the week."""

from generators.dashboards.model import LONGTERM, Panel, Target
from generators.dashboards.queries import BoardQueries
from generators.dashboards.signal_style import decimals
from generators.rules.anomaly import BANDS, FOR
from generators.rules.names import span
from generators.rules.rows import Band
from generators.rules.slo import LONG_TERM

NO_BAND = "a band needs three weeks of past"
_BANDS = {band.signal.name: band for band in BANDS}
_ADDED = ("throughput", "db_connections")  # of several series of a place, the sum is looked at


def band(queries: BoardQueries, number: int, name: str, title: str, by: str = "region") -> Panel:
    """Return a panel of a signal within its band; points are what leaves it."""
    found: Band = _BANDS[name]
    value, upper, lower = (
        queries.filtered(found.name(what), found.by) for what in ("value", "upper", "lower")
    )
    split = f"{'sum' if name in _ADDED else 'max'} by ({by})"
    beyond = f"{value} > {upper} or {value} < {lower}"
    label = f"{{{{{by}}}}}"
    asked = (
        (value, label, ""),
        (upper, f"{label} above", "upper"),
        (lower, f"{label} below", "lower"),
        (beyond, f"{label} unusual", "anomaly"),
    )
    targets = tuple(
        Target(
            expr=f"{split} ({text})",
            legend=legend,
            look=look,
            server=LONGTERM,
            every=span(LONG_TERM),
        )
        for text, legend, look in asked
    )
    return Panel(
        number=number,
        title=f"{title}, {span(FOR)} mean and band",
        what=f"{found.signal.help} A line is the mean of {span(FOR)}, as the alert on the band "
        f"sees "
        "it: it rises and falls later than the signal. The area behind it is what was usual at "
        "this time of the last three weeks, and a red point is outside of it.",
        unit=found.signal.unit.grafana,
        targets=targets,
        decimals=decimals(found.signal),
        empty=NO_BAND,
        least=0.0,
    )
