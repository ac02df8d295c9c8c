"""A report of a day with every signal of the catalog and three regions, as heavy as they come."""

import math
import random
from collections.abc import Iterator
from dataclasses import replace

from exporter.catalog.expression import Signal
from exporter.catalog.signals import SIGNALS
from exporter.summary.alerts import AcknowledgedAt
from exporter.summary.model import PlaceValue, SignalLimit
from exporter.summary.read import LINE_POINTS
from generators.service_report.model import (
    Health,
    RegionalComparison,
    RegionCell,
    RegionColumn,
    RegionRow,
    ReportedSignal,
    ServiceReport,
)
from tests.exporter.summary.states import signal
from tests.generators.service_report.reports import alert, alerts, full, reported

REGIONS = ("us-central1", "europe-west1", "asia-southeast1")
_LEVELS = {"ratio": 0.82, "seconds": 0.0364, "per_second": 9270.0, "bytes": 3e8}


def large(text: str = "checkout") -> ServiceReport:
    """Return the report; `text` stands wherever a value from outside may stand."""
    signals = tuple(_signal(at, one, text) for at, one in enumerate(SIGNALS))
    given = AcknowledgedAt(text, full().span.end - 600, text)
    firing = alert(place=text, summary=text, remarks=(text,), acknowledged=given)
    return full(
        service=text,
        chosen_service=text,
        reasons=(text, f"second: {text}"),
        signals=signals,
        regions=_regions(signals, text),
        alerts=alerts(firing=(firing,), source=text),
        unknown=(text,),
        sources=tuple(replace(one, what=text, fault=text) for one in full().sources),
        ages=tuple(replace(one, project=text) for one in full().ages),
    )


def _line(level: float, seed: int, *, incident: bool) -> Iterator[float]:
    """Yield a day with noise that has all its digits, a gap, and in the end a rise."""
    chance = random.Random(seed)
    for point in range(LINE_POINTS + 1):
        wave = 1 + 0.1 * math.sin(point / 46) + chance.gauss(0, 0.02)
        rise = 5.0 if incident and point > LINE_POINTS - 12 else 1.0
        yield math.nan if 40 <= point < 44 else level * wave * rise


def _signal(at: int, one: Signal, text: str) -> ReportedSignal:
    level, bad = _LEVELS.get(one.unit.suffix, 15.0), at % 3 == 0
    labels = [(("region", region), ("service_name", text)) for region in REGIONS]
    state = signal(
        name=one.name,
        noun=one.noun,
        kind=one.name,
        unit=one.unit.suffix,
        direction=one.direction.value,
        now=level,
        before=level * 0.97,
        week_ago=level * 1.04,
        line=tuple(_line(level, at, incident=bad)),
        line_before=tuple(_line(level, at + 100, incident=False)),
        worst=level * 5,
        places=tuple(PlaceValue(where, level * 5) for where in labels),
        limits=(
            SignalLimit("Critical", "critical", level * 4, "above four times"),
            SignalLimit("Warning", "high", level * 2, "above twice"),
        ),
    )
    return reported(
        signal=state, health=Health.FAILING if bad else Health.OK, why=text if bad else ""
    )


def _regions(signals: tuple[ReportedSignal, ...], text: str) -> RegionalComparison:
    """Return the regions, whose values rise from one to the next; the last column is not known."""
    columns = tuple(
        RegionColumn(name=s.name, noun=s.noun, unit=s.unit, direction=s.direction)
        for s in (one.signal for one in signals[:8])
    )
    rows = tuple(
        RegionRow(
            region,
            tuple(RegionCell(None if at == 7 else at + rank / 10, Health.OK) for at in range(8)),
        )
        for rank, region in enumerate((*REGIONS, text))
    )
    return RegionalComparison(columns, rows)
