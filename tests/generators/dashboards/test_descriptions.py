"""Descriptions state what is drawn, from which metric, how late, and which alert fires when."""

from tests.generators.dashboards.made import boards, changed, panel, panels, reference


def test_a_description_is_complete() -> None:
    """What, from which metric, how late, which alert at which value for how long."""
    assert panel(reference()["performance"], 106)["description"] == (
        "Time that 95 of 100 requests stay below. The line of all also changes when load shifts "
        "from one to another. Percentiles are estimated within a bucket of the histogram. "
        "From cloudrun_request_duration_seconds (run.googleapis.com/request_latencies). "
        "The newest value is up to 3m old. "
        "Alert: ResponseTimeCritical above 200ms for 3m (critical); ResponseTimeWarning above "
        "100ms for 3m (high); ResponseTimeP95Anomaly for 15m (low)."
    )


def test_a_short_retention_is_stated() -> None:
    """A panel on raw metrics states how far back it goes, unless one server keeps all."""
    assert "Kept for 72h." in panel(reference()["cache"], 132)["description"]
    assert "Kept for" not in panel(reference()["cache"], 110)["description"]
    alone = boards(changed(prometheus={}))
    assert "Kept for" not in panel(alone["cache"], 132)["description"]


def test_no_alert_is_named_twice() -> None:
    """Of alerts that differ in labels only, one is named."""
    for board in reference().values():
        for found in panels(board):
            named = found["description"].partition("Alert: ")[2].split("; ")
            assert len(named) == len(set(named))
