"""Incidents from the bridge's history."""

from pathlib import Path

import pytest

from exporter.bridge.alert_times import TimedPeriod
from exporter.bridge.alertmanager_losses import AlertmanagerLosses
from exporter.bridge.history import AlertHistory, FiringPeriod
from exporter.commands.alert_history import TimedHistory, as_json
from exporter.errors import IonmonError
from exporter.prometheus.api import TimeSpan
from generators.tuning.incidents import Incident, IncidentOrigin
from generators.tuning.notified_incidents import notified_incidents


def period(name: str, severity: str, category: str, acknowledged: float | None) -> TimedPeriod:
    """Return a firing of an alert on the error rate of a service."""
    labels = {
        "alertname": name,
        "severity": severity,
        "category": category,
        "signal": "error_rate",
        "service_name": "ion",
    }
    fired = FiringPeriod(labels=tuple(sorted(labels.items())), began=600.0, ended=1200.0)
    return TimedPeriod(
        period=fired, detected=60.0, acknowledged=acknowledged, user="ada", resolved=600.0
    )


def printed(folder: Path, *alerts: TimedPeriod) -> Path:
    """Return a file with what the command prints."""
    history = AlertHistory(TimeSpan(0, 3600), tuple(one.period for one in alerts), ())
    path = folder / "history.json"
    found = TimedHistory(
        history=history,
        alerts=alerts,
        losses=AlertmanagerLosses((), ()),
        faults=(),
        answered=True,
        acknowledgements=True,
    )
    path.write_text(as_json(found))
    return path


def test_urgent_and_acknowledged_alerts_are_incidents(tmp_path: Path) -> None:
    """Others are not, nor alerts on the monitoring itself."""
    path = printed(
        tmp_path,
        period("ErrorRateCritical", "critical", "threshold", None),
        period("ErrorRateLow", "medium", "threshold", None),
        period("CPUHigh", "medium", "threshold", 30.0),
        period("ExporterDown", "critical", "health", None),
    )
    first, second = notified_incidents(path)
    assert first == Incident(
        id="ErrorRateCritical-ion-600",
        start=600.0,
        end=1200.0,
        labels=(("service_name", "ion"),),
        severity="critical",
        origin=IncidentOrigin.BRIDGE,
        signals=frozenset({"error_rate"}),
    )
    assert second.id == "CPUHigh-ion-600"


@pytest.mark.parametrize("text", ["", "[]", '{"alerts": [1]}', '{"alerts": {"labels": {}}}'])
def test_another_file_is_refused(text: str, tmp_path: Path) -> None:
    """With the command that writes the right one."""
    path = tmp_path / "history.json"
    path.write_text(text)
    with pytest.raises(IonmonError, match="write it with: ionmon alerts --history --json"):
        notified_incidents(path)
    with pytest.raises(IonmonError, match="cannot be read"):
        notified_incidents(tmp_path / "none.json")
