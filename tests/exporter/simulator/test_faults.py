"""Faults: how they are written, and what they do to calls."""

from collections import Counter

import pytest
from google.api_core.exceptions import (
    GoogleAPICallError,
    InternalServerError,
    PermissionDenied,
    ResourceExhausted,
    ServiceUnavailable,
)

from exporter.errors import SettingsError
from exporter.simulator.faults import MALFORMED, Failing, Faults, Outage
from exporter.simulator.world import World
from tests.exporter.simulator.asking import COUNT, INSTANCES, LATENCIES, NOON, Asker, asking

SPAN = (NOON - 600, NOON)


def world() -> World:
    """Return a small calm world."""
    return World(start=NOON, scale=0.01)


def outcomes(asker: Asker, calls: int) -> list[str]:
    """Return how each of some calls ended."""
    found = []
    for _ in range(calls):
        try:
            asker.pages(COUNT, NOON - 60, NOON)
            found.append("OK")
        except GoogleAPICallError as error:
            found.append(type(error).__name__)
    return found


def test_faults_are_written_by_name() -> None:
    """Every fault has a name, a share and, where it needs one, a duration."""
    text = (
        "late=0.3:8m, split,unavailable=0.05,quota=0.1,slow=0.2:1.5s,partial=1,repeated=0,"
        "malformed=string+duplicate,outage=10m:20m,outage=0s:1h,fail=a/b:INTERNAL,seed=7"
    )
    expected = Faults(
        seed=7,
        late=0.3,
        late_by=480.0,
        quota=0.1,
        unavailable=0.05,
        slow=0.2,
        slow_by=1.5,
        partial=1.0,
        split=True,
        malformed=("string", "duplicate"),
        outages=(Outage(600, 1200), Outage(0, 3600)),
        failing=(Failing("a/b", "INTERNAL"),),
    )
    assert expected == Faults.parse(text)
    assert Faults() == Faults.parse("")
    assert Faults.parse("malformed").malformed == MALFORMED


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("lat=0.1", "unknown, use one of late"),
        ("late=0.1", "duration"),
        ("late=2:5s", "share from 0 to 1"),
        ("quota=often", "share from 0 to 1"),
        ("outage=1s", "duration"),
        ("malformed=odd", "use string"),
        ("fail=metric:BROKEN", "gRPC code"),
        ("fail=:INTERNAL", "gRPC code"),
        ("seed=x", "unknown"),
    ],
)
def test_wrong_faults_are_refused_with_the_fix(text: str, fix: str) -> None:
    """A fault that is written wrongly says how to write it."""
    with pytest.raises(SettingsError, match=fix):
        Faults.parse(text)


def test_shares_of_calls_are_refused_and_the_same_ones_each_time() -> None:
    """Quota and unavailability hit about their shares of calls, in a fixed order by seed."""
    runs = []
    for _ in range(2):
        with asking(world(), "quota=0.2,unavailable=0.2", delay=0.0) as asker:
            runs.append(outcomes(asker, 200))
    counts = Counter(runs[0])
    assert runs[0] == runs[1]
    assert 20 <= counts["ResourceExhausted"] <= 60
    assert 20 <= counts["ServiceUnavailable"] <= 60


def test_a_quota_refusal_names_the_quota() -> None:
    """The refusal of a spent quota says RATE_LIMIT_EXCEEDED."""
    with (
        asking(world(), "quota=1") as asker,
        pytest.raises(ResourceExhausted, match="RATE_LIMIT_EXCEEDED"),
    ):
        asker.pages(COUNT, *SPAN)


def test_an_outage_has_a_beginning_and_an_end() -> None:
    """Calls fail from the outage's beginning until just before its end."""
    with asking(world(), "outage=60s:120s", delay=0.0) as asker:
        assert asker.pages(COUNT, *SPAN)
        asker.clock.time = NOON + 60
        with pytest.raises(ServiceUnavailable):
            asker.pages(COUNT, *SPAN)
        asker.clock.time = NOON + 120
        assert asker.pages(COUNT, *SPAN)


def test_one_metric_type_fails_alone() -> None:
    """A failing metric type has its own status, and the others answer."""
    text = f"fail={COUNT}:PERMISSION_DENIED,fail={LATENCIES}:INTERNAL"
    with asking(world(), text, delay=0.0) as asker:
        with pytest.raises(PermissionDenied, match="on purpose"):
            asker.pages(COUNT, *SPAN)
        with pytest.raises(InternalServerError):
            asker.pages(LATENCIES, *SPAN)
        assert asker.pages(INSTANCES, *SPAN)[0].time_series


def test_split_pages_lose_nothing() -> None:
    """Pages of unpredictable size hold together what one page holds."""
    with asking(world(), delay=0.0) as asker:
        whole = asker.points(COUNT, *SPAN)
    with asking(world(), "split", delay=0.0) as asker:
        assert whole == asker.points(COUNT, *SPAN)
        assert asker.simulator.calls > 1


def test_a_slow_call_is_answered() -> None:
    """A slow call gives what a quick one gives."""
    with asking(world(), delay=0.0) as asker:
        whole = asker.points(COUNT, *SPAN)
    with asking(world(), "slow=1:0.05s", delay=0.0) as asker:
        assert whole == asker.points(COUNT, *SPAN)


def test_a_partial_response_says_so() -> None:
    """A partial response lacks series and carries an execution error."""
    with asking(world(), delay=0.0) as asker:
        whole = asker.pages(COUNT, *SPAN)[0]
    with asking(world(), "partial=1", delay=0.0) as asker:
        page = asker.pages(COUNT, *SPAN)[0]
    assert len(page.time_series) == len(whole.time_series) * 2 // 3
    assert [error.code for error in page.execution_errors] == [4]


def test_repeated_points_are_in_the_same_series() -> None:
    """A repeated point comes a second time in its series, with the same end and value."""
    with asking(world(), "repeated=1", delay=0.0) as asker:
        for series in asker.pages(COUNT, *SPAN)[0].time_series:
            assert series.points[0] == series.points[-1]
            assert len(series.points) > 1


def test_a_closing_simulator_does_not_wait_for_slow_calls() -> None:
    """A call that would take an hour ends with the simulator."""
    with asking(world(), "slow=1:1h") as asker:
        call = asker.client.transport.list_time_series.future(_request())
    assert call.done()


def _request() -> object:
    from google.cloud.monitoring_v3 import ListTimeSeriesRequest  # noqa: PLC0415 - one use

    return ListTimeSeriesRequest(name="projects/ion-demo", filter=f'metric.type = "{COUNT}"')
