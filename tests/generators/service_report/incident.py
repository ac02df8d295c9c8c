"""A report of a day in an incident: every signal of the catalog, three regions, alerts, a fault."""

import math
import random
from collections.abc import Iterator
from dataclasses import replace

from exporter.catalog.expression import Signal
from exporter.catalog.signals import SIGNALS
from exporter.monitoring_config import TargetConfig
from exporter.prometheus_api import TimeSpan
from exporter.summary.alerts import AcknowledgedAt, AlertsState, AlertState
from exporter.summary.model import (
    BudgetState,
    DataGap,
    MonitoringState,
    PlaceValue,
    SignalLimit,
    SignalState,
)
from generators.service_report.model import (
    FamilyAge,
    Health,
    RegionalComparison,
    RegionCell,
    RegionColumn,
    RegionRow,
    ReportedAnomalies,
    ReportedAnomaly,
    ReportedBudget,
    ReportedFigure,
    ReportedSignal,
    ReportSource,
    Resolution,
    ServiceReport,
    SignalResolutions,
)

END = 1_700_006_400.0  # 2023-11-15 00:00
DAY, POINTS = 86_400.0, 289
REGIONS = ("us-central1", "europe-west1", "asia-southeast1")
_SPAN = TimeSpan(END - DAY, END)
_LEVELS = {"ratio": 0.82, "seconds": 0.0364, "per_second": 9270.0, "": 15.0, "bytes": 3e8}
_MINUTE = SignalResolutions(
    now=Resolution.MINUTE,
    before=Resolution.MINUTE,
    week_ago=Resolution.FIVE_MINUTES,
    line=Resolution.MINUTE,
)


def report(text: str = "checkout", count: int = len(SIGNALS)) -> ServiceReport:
    """Return the report; `text` stands wherever a value from outside may stand."""
    signals = tuple(_signal(at, one, text) for at, one in enumerate(SIGNALS[:count]))
    return ServiceReport(
        service=text,
        chosen_service="",
        chosen_region="",
        span=_SPAN,
        made=END,
        version="1.2.3",
        health=Health.FAILING,
        reasons=(
            f"ErrorRateCritical (critical) fires: {text} in europe-west1, for 25m",
            "response_time_p95: 236 ms, above 200 ms (ResponseTimeCritical)",
            "monitoring: age of the data is 9m, off its target",
        ),
        signals=signals,
        regions=_regions(signals, text),
        alerts=_alerts(text),
        budgets=(
            ReportedBudget(
                BudgetState(
                    signal="availability",
                    labels=(("service_name", text),),
                    share=0.9991,
                    remaining=-0.37,
                    spent_in=None,
                ),
                Health.FAILING,
            ),
        ),
        anomalies=ReportedAnomalies(found=(_anomaly(text),), series=75, unknown=""),
        monitoring=(_figure("uptime", "uptime of the exporter", 0.9999, 0.999),),
        costs=(_figure("projected", "projected for a month", 12.4, None),),
        ages=(
            FamilyAge(
                project=text, family="cloudrun_requests_total", seconds=540.0, usual=180.0,
                health=Health.WARNING,
            ),
        ),
        gaps=(DataGap(text, "cloudsql_cpu_utilization", 660.0),),
        sources=(
            ReportSource(
                name="Prometheus", what="every minute, kept 72h", url="http://127.0.0.1:9090",
                fault="",
            ),
        ),
        unknown=(f"http://127.0.0.1:9091 does not answer: {text}",),
        complete=False,
    )  # fmt: skip


def _line(level: float, at: int, *, incident: bool) -> Iterator[float]:
    """Yield a day with noise that has all its digits, a gap, and in the end a rise."""
    chance = random.Random(at)
    for point in range(POINTS):
        wave = 1 + 0.1 * math.sin(point / 46) + chance.gauss(0, 0.02)
        rise = 5.0 if incident and point > POINTS - 12 else 1.0
        yield math.nan if 40 <= point < 44 else level * wave * rise


def _signal(at: int, one: Signal, text: str) -> ReportedSignal:
    unit = one.unit.suffix
    level = _LEVELS.get(unit, 1.0)
    labels = [(("region", region), ("service_name", text)) for region in REGIONS]
    state = SignalState(
        name=one.name,
        noun=one.noun,
        kind=one.name,
        unit=unit,
        direction=one.direction.value,
        url="https://grafana.example/d/ion",
        now=level,
        before=level * 0.97,
        week_ago=level * 1.04,
        line=tuple(_line(level, at, incident=at % 3 == 0)),
        line_before=tuple(_line(level, at + 100, incident=False)),
        worst=level * 5,
        places=tuple(PlaceValue(where, level * 5) for where in labels),
        limits=(
            SignalLimit("Critical", "critical", level * 4, "above four times"),
            SignalLimit("Warning", "high", level * 2, "above twice"),
        ),
    )
    return ReportedSignal(
        signal=state,
        latest=level * 4.9,
        latest_by=(),
        target=TargetConfig(least=level, most=None, text=f"at least {text}"),
        missed=at == 1,
        resolutions=_MINUTE,
        health=Health.FAILING if at % 3 == 0 else Health.OK,
        why=f"{text} is above four times (Critical)" if at % 3 == 0 else "",
    )


def _regions(signals: tuple[ReportedSignal, ...], text: str) -> RegionalComparison:
    columns = tuple(
        RegionColumn(
            name=s.signal.name, noun=s.signal.noun, unit=s.signal.unit, direction=s.signal.direction
        )
        for s in signals[:8]
    )
    rows = tuple(
        RegionRow(
            region,
            tuple(
                RegionCell(None if at == 7 else place + at + 0.5, Health.OK)
                for at in range(len(columns))
            ),
        )
        for place, region in enumerate((*REGIONS[:2], text))
    )
    return RegionalComparison(columns, rows)


def _alerts(text: str) -> AlertsState:
    firing = AlertState(
        name="ErrorRateCritical",
        severity="critical",
        labels=(("service_name", text),),
        place=f"{text} in europe-west1",
        summary=f"5% of requests to {text} fail",
        value="5%",
        limit="1%",
        began=END - 1500,
        ended=None,
        acknowledged=AcknowledgedAt("ada", END - 600, text),
        known=True,
        remarks=(f"silenced until noon: {text}",),
    )
    over = replace(firing, name="CPUHigh", severity="medium", began=END - 9000, ended=END - 7200)
    return AlertsState(
        firing=(firing,), recent=(over,), known=True, recent_known=True, source="the bridge",
        unknown="",
    )  # fmt: skip


def _anomaly(text: str) -> ReportedAnomaly:
    return ReportedAnomaly(
        signal="throughput",
        noun="throughput",
        unit="per_second",
        place=(("service_name", text),),
        start=END - 3600,
        end=None,
        at=END - 1800,
        value=4000.0,
        expected=9000.0,
        distance=-4.2,
        alert="ThroughputAnomaly",
        fires=True,
    )


def _figure(name: str, noun: str, value: float, target: float | None) -> ReportedFigure:
    unit = "dollars" if target is None else "ratio"
    found = MonitoringState(
        name=name, noun=noun, unit=unit, direction="down", target=target, value=value
    )
    return ReportedFigure(found, Health.OK)
