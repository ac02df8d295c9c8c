"""Descriptions say what is seen, from which metric, how late, and which alert is about it."""

from tests.generators.dashboards.made import boards, changed, panel, panels, reference


def test_a_description_says_it_all() -> None:
    """What, from which metric, how late, which alert at which value for how long."""
    assert panel(reference()["performance"], 106)["description"] == (
        "Time that 95 of 100 requests stay below. The line of all also moves when load shifts "
        "from one to another. A percentile is exact to the bucket that it falls in. "
        "From cloudrun_request_duration_seconds (run.googleapis.com/request_latencies). "
        "The newest value is up to 3m old. "
        "Alert: ResponseTimeCritical above 200ms for 3m (critical); ResponseTimeWarning above "
        "100ms for 3m (high); ResponseTimeP95Anomaly for 15m (low)."
    )


def test_what_is_kept_for_hours_only_says_so() -> None:
    """A panel on raw metrics says how far back it reaches, unless one server keeps all."""
    assert "Kept for 72h." in panel(reference()["cache"], 132)["description"]
    assert "Kept for" not in panel(reference()["cache"], 110)["description"]
    alone = boards(changed(prometheus={}))
    assert "Kept for" not in panel(alone["cache"], 132)["description"]


def test_no_alert_is_said_twice() -> None:
    """Of alerts that differ in labels only, one is said."""
    for board in reference().values():
        for found in panels(board):
            told = found["description"].partition("Alert: ")[2].split("; ")
            assert len(told) == len(set(told))
