"""A report in which everything that a report can say is said once."""

import math
from dataclasses import replace
from typing import Any

from exporter.monitoring_config import SignalTargetConfig
from exporter.prometheus.api import TimeSpan
from exporter.summary.alerts import AcknowledgedAt, AlertsState, AlertState
from exporter.summary.model import BudgetState, DataGap, PlaceValue, SignalLimit
from generators.service_report.model import (
    FamilyAge,
    Health,
    JudgedPlace,
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
from tests.exporter.summary.states import DAY, END, SHOP, figure, place, signal

HOUR = 3600.0
CACHE = (("redis_id", "ion-cache"),)
RESOLUTIONS = SignalResolutions(
    now=Resolution.MINUTE,
    before=Resolution.MINUTE,
    week_ago=Resolution.FIVE_MINUTES,
    line=Resolution.MINUTE,
)


def reported(**changed: Any) -> ReportedSignal:
    """Return the error rate, which is beyond a limit in one region."""
    found = ReportedSignal(
        signal=signal(),
        latest=0.0061,
        latest_by=(
            JudgedPlace(
                PlaceValue(place("europe-west1"), 0.0132),
                Health.FAILING,
                "above 1% (ErrorRateCritical)",
            ),
            JudgedPlace(PlaceValue(place("us-central1"), 0.0029), Health.OK),
        ),
        target=None,
        missed=None,
        objective=None,
        resolutions=RESOLUTIONS,
        health=Health.FAILING,
        why="1.3%, above 1% (ErrorRateCritical): checkout in europe-west1 (ion-production)",
    )
    return replace(found, **changed)


def hit_rate() -> ReportedSignal:
    """Return the hit rate, which misses its target; of its yesterday nothing is known."""
    of_cache = signal(
        name="cache_hit_rate_l2",
        noun="Redis hit rate",
        kind="cache_hit_rate",
        direction="down",
        now=0.7743,
        before=None,
        week_ago=0.8231,
        line=(0.78, math.nan, 0.77),
        line_before=(),
        worst=0.7431,
        places=(PlaceValue(CACHE, 0.7743),),
        limits=(SignalLimit("CacheHitRateLow", "medium", 0.7, "below 70%"),),
    )
    return reported(
        signal=of_cache,
        latest=0.7715,
        latest_by=(JudgedPlace(PlaceValue(CACHE, 0.7715), Health.OK),),
        target=SignalTargetConfig(least=0.8, most=0.85, text="80% to 85%"),
        missed=True,
        resolutions=replace(RESOLUTIONS, now=Resolution.FIVE_MINUTES, before=None),
        health=Health.WARNING,
        why="misses its target: 80% to 85%",
    )


def _without_number(name: str, **changed: Any) -> Any:
    nothing: dict[str, Any] = {
        "now": None,
        "before": None,
        "week_ago": None,
        "line": (),
        "line_before": (),
        "worst": None,
        "limits": (),
    }
    return signal(name=name, kind=name, **{**nothing, **changed})


def shares() -> ReportedSignal:
    """Return the share of each persona, which has no single number."""
    places = tuple(
        PlaceValue((("persona", name),), value) for name, value in (("Elro", 0.6), ("Lua", 0.4))
    )
    return reported(
        signal=_without_number(
            "persona_share", noun="share of the persona", direction="none", places=places
        ),
        latest=None,
        latest_by=(),
        resolutions=replace(RESOLUTIONS, before=None, week_ago=None, line=None),
        health=Health.UNJUDGED,
        why="",
    )


def silent() -> ReportedSignal:
    """Return a signal that has no data."""
    return reported(
        signal=_without_number("query_time", noun="mean query time", unit="seconds", places=()),
        latest=None,
        latest_by=(),
        resolutions=SignalResolutions(now=None, before=None, week_ago=None, line=None),
        health=Health.UNKNOWN,
        why="no data",
    )


def alert(**changed: Any) -> AlertState:
    """Return an alert that fires, and that somebody acknowledged."""
    found = AlertState(
        name="ErrorRateCritical",
        severity="critical",
        labels=(*place("europe-west1"), ("alertname", "ErrorRateCritical")),
        place="checkout in europe-west1 (ion-production)",
        summary="Too many requests fail.",
        value="1.3%",
        limit="1%",
        began=END - 2 * HOUR,
        ended=None,
        acknowledged=AcknowledgedAt("ada@example.com", END - HOUR, "looking at it"),
        known=True,
        remarks=("escalated in 12m",),
        url="https://example.com/runbooks/ErrorRateCritical.md",
    )
    return replace(found, **changed)


def alerts(**changed: Any) -> AlertsState:
    """Return what fires and what was over."""
    over = alert(
        name="CPUHigh",
        severity="medium",
        summary="CPU was nearly used up.",
        place="checkout in us-central1 (ion-production)",
        value="91%",
        limit="80%",
        began=END - 9 * HOUR,
        ended=END - 8 * HOUR,
        acknowledged=None,
        known=False,
        remarks=("the journal has no notification of it",),
    )
    earlier = replace(over, name="MemoryHigh", began=None, ended=END - 20 * HOUR, known=True)
    found = AlertsState(
        firing=(alert(), alert(name="DatabaseLag", severity="high", acknowledged=None)),
        recent=(over, earlier),
        known=True,
        recent_known=False,
        source="the bridge at https://alerts.example.com; what is over, from Prometheus",
        unknown="who acknowledged what is over: the bridge's journal is not here",
        more=3,
    )
    return replace(found, **changed)


def regions() -> RegionalComparison:
    """Return two regions beside each other; in one, a value is not known."""
    return RegionalComparison(
        columns=(
            RegionColumn(
                name="error_rate", noun="error rate (4xx and 5xx)", unit="ratio", direction="up"
            ),
            RegionColumn(name="throughput", noun="throughput", unit="per_second", direction="down"),
        ),
        rows=(
            RegionRow(
                "us-central1",
                (RegionCell(0.0031, Health.WARNING), RegionCell(4211.0, Health.OK)),
            ),
            RegionRow(
                "europe-west1",
                (RegionCell(0.0127, Health.FAILING), RegionCell(None, Health.UNKNOWN)),
            ),
        ),
    )


def anomaly(**changed: Any) -> ReportedAnomaly:
    """Return a stretch that goes on."""
    found = ReportedAnomaly(
        signal="response_time_p95",
        noun="95th percentile of the response time",
        unit="seconds",
        place=place("europe-west1"),
        start=END - 3 * HOUR,
        end=None,
        at=END - HOUR,
        value=0.161,
        expected=0.036,
        distance=7.43,
        alert="ResponseTimeP95Anomaly",
        fires=True,
    )
    return replace(found, **changed)


def full(**changed: Any) -> ServiceReport:
    """Return the whole report."""
    found = ServiceReport(
        service="Shop",
        chosen_service="checkout",
        chosen_region="",
        span=TimeSpan(END - DAY, END),
        since=None,
        made=END + 60,
        version="1.2.3",
        health=Health.FAILING,
        reasons=(
            "ErrorRateCritical (critical) fires: checkout in europe-west1, for 2h",
            "Redis hit rate: misses its target: 80% to 85%",
        ),
        signals=(reported(), hit_rate(), shares(), silent()),
        regions=regions(),
        alerts=alerts(),
        budgets=_budgets(),
        anomalies=ReportedAnomalies(
            found=(anomaly(), anomaly(noun="throughput", distance=-5.21, end=END - HOUR)),
            series=11,
            unknown="anomalies in a part of the period: 2 series: no data",
        ),
        monitoring=_monitoring(),
        costs=_costs(),
        ages=_ages(),
        gaps=(DataGap("ion-production", "cloudsql_cpu_utilization", 247.0),),
        sources=_sources(),
        unknown=("what the bridge knows: it does not answer",),
        complete=False,
    )
    return replace(found, **changed)


def _budgets() -> tuple[ReportedBudget, ...]:
    state = BudgetState(
        signal="availability", labels=SHOP, share=0.99962, remaining=0.24, spent_in=9 * DAY
    )
    return (ReportedBudget(state, Health.WARNING),)


def _monitoring() -> tuple[ReportedFigure, ...]:
    slow = figure(noun="time of a poll", unit="seconds", direction="up", target=1.0, value=2.5)
    return (ReportedFigure(figure(), Health.OK), ReportedFigure(slow, Health.WARNING))


def _costs() -> tuple[ReportedFigure, ...]:
    cost = figure(name="cost", noun="reading a month", unit="dollars", target=None, value=3.117)
    return (ReportedFigure(cost, Health.OK),)


def _ages() -> tuple[FamilyAge, ...]:
    age = FamilyAge(
        project="ion-production",
        family="cloudrun_requests_total",
        seconds=191.0,
        usual=174.0,
        health=Health.OK,
    )
    late = replace(age, family="cloudsql_cpu_utilization", seconds=2_460.0, health=Health.WARNING)
    return (late, age)


def _sources() -> tuple[ReportSource, ...]:
    first = ReportSource(
        name="Prometheus", what="every minute, kept 72h", url="http://127.0.0.1:9090", fault=""
    )
    second = ReportSource(
        name="Prometheus, long-term",
        what="every five minutes, kept 90d",
        url="http://127.0.0.1:9091",
        fault="does not answer",
    )
    return first, second
