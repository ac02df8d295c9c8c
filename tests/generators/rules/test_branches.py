"""When alerts on thresholds fire in bursts, with gaps, and while data is away."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter.settings import Settings
from generators.rules.branches import before_for, sustained
from tests.generators.rules.playing import firing, played, total

SHAPES = {
    "2-of-4": (2, 2),
    "1-of-3": (1, 2),
    "1-of-5": (1, 4),
    "2-of-6": (2, 4),
    "3-of-5": (3, 2),
    "5-of-10": (5, 5),
}
LASTING, HOUR = 100, 60
ERRORS = "project_region_service:error_rate"
PLACE = '{gcp_project="p",region="r",service_name="s"}'
AGE = 'ionmon_data_age_seconds{gcp_project="p",family="'
CPU = "cloudrun_cpu_utilization_ratio"


def bursts(bad: int, pause: int) -> list[bool]:
    """Return minute by minute whether there is trouble."""
    return [minute % (bad + pause) < bad for minute in range(LASTING)]


def once(bad: int) -> list[bool]:
    """Return trouble of so many minutes that is over, after half an hour without."""
    return [False] * 30 + [True] * bad + [False] * (LASTING - 30 - bad)


def failing(service: str, trouble: list[bool]) -> Iterator[tuple[str, str]]:
    """Yield a thousand requests a minute of a service, all of which fail in trouble."""
    for code, of in (("2xx", False), ("4xx", True)):
        labels = f'gcp_project="p",region="r",service_name="{service}",response_code_class="{code}"'
        rises = [1000.0 * (bad is of) for bad in trouble]
        yield f"cloudrun_requests_total{{{labels}}}", total(rises)


def busy(service: str, trouble: list[bool]) -> Iterator[tuple[str, str]]:
    """Yield the CPU of a service that needs far too much of it in trouble."""
    labels = f'{{gcp_project="p",region="r",service_name="{service}"}}'
    yield f"{CPU}_sum{labels}", total([60 * (8 if bad else 0.3) for bad in trouble])
    yield f"{CPU}_count{labels}", total([60.0] * len(trouble))


def missing(redis: str, trouble: list[bool]) -> Iterator[tuple[str, str]]:
    """Yield look-ups of a cache that answers none of them in trouble."""
    for name, of in (("hits", False), ("misses", True)):
        rises = [1000.0 * (bad is of) for bad in trouble]
        yield f'redis_keyspace_{name}_total{{redis_id="{redis}"}}', total(rises)


KINDS = {
    "ErrorRateCritical": ("service_name", failing, 2),
    "CPUHigh": ("service_name", busy, 4),
    "CacheHitRateLow": ("redis_id", missing, 4),
}


@pytest.mark.parametrize("alert", KINDS)
def test_trouble_in_bursts_fires_all_the_time_and_a_single_burst_never(
    alert: str, tmp_path: Path
) -> None:
    """Bursts of every shape fire in each minute of their second half hour and after."""
    label, make, longest = KINDS[alert]
    stories = {name: bursts(*shape) for name, shape in SHAPES.items()}
    if alert == "CacheHitRateLow":  # one minute of five leaves 80 % hits
        stories = {name: bursts(*SHAPES[name]) for name in ("2-of-4", "3-of-5")}
    silent = {f"once-{bad}": once(bad) for bad in range(1, longest + 1)}
    series = dict(row for n, story in (stories | silent).items() for row in make(n, story))
    expected = {f'{{{label}="{name}"}}': float(HOUR) for name in stories}
    assert played(tmp_path, series, [(firing(alert, label, HOUR), LASTING - 5, expected)]) == ""


def test_a_gauge_that_is_beyond_in_bursts_fires_and_one_that_is_hardly_does_not(
    tmp_path: Path,
) -> None:
    """Of a level, the mean over five minutes counts."""
    labels = 'gcp_project="p",region="r"'
    name = "cloudsql_replica_lag_seconds"
    series = {
        f'{name}{{{labels},database_id="bursts"}}': "4 4 0.1 0.1 " * 25,
        f'{name}{{{labels},database_id="spikes"}}': "0.6 0.6 0.1 0.1 " * 25,
    }
    found = {'{database_id="bursts"}': float(HOUR)}
    check = (firing("DatabaseLag", "database_id", HOUR), LASTING - 5, found)
    assert played(tmp_path, series, [check]) == ""


@pytest.mark.parametrize(
    ("values", "fires"),
    [
        pytest.param("0.05x30", True, id="all there"),
        pytest.param("0.05 0.05 _ 0.05 _ 0.05x30", True, id="two of ten missing"),
        pytest.param("0.05 _ _ _ 0.05 0.05 0.05 0.05 0.05 0.05 0x9", False, id="three missing"),
        pytest.param("0.05x8 0x20", False, id="nine minutes"),
    ],
)
def test_ten_minutes_of_values_fire_although_the_newest_are_fine(
    values: str, fires: bool, tmp_path: Path
) -> None:
    """At least eight of ten values are there, and none is within the limit."""
    before = "0x9 "
    series = {f"{ERRORS}:ratio5m{PLACE}": before + values, f"{ERRORS}:ratio2m{PLACE}": "0x60"}
    found = {"{}": 1.0} if fires else {}
    query = 'group(last_over_time(ALERTS{alertname="ErrorRateCritical",alertstate="firing"}[30m]))'
    check = (query, 10 + 10 + values.count("_") // 2, found)
    assert played(tmp_path, series, [check], files=["alerts.yml"]) == ""


def test_a_burst_that_is_over_does_not_fire_as_its_newest_minutes_go_away(tmp_path: Path) -> None:
    """What was last known of the newest two minutes counts for a while."""
    series = {
        f"{ERRORS}:ratio5m{PLACE}": "0x10 0.05x4 stale",
        f"{ERRORS}:ratio2m{PLACE}": "0x10 0.05 0.05 0 stale",
    }
    query = 'last_over_time(ALERTS{alertname="ErrorRateCritical",alertstate="firing"}[40m])'
    assert played(tmp_path, series, [(query, 40, {})], files=["alerts.yml"]) == ""


@pytest.mark.parametrize("minutes", range(31))
def test_no_for_lets_a_burst_that_is_over_fire(minutes: int) -> None:
    """The longest run of the quick branch that does not fire ends before the other begins.

    A window of five minutes is beyond for three evaluations longer than that of two.
    """
    values = before_for(minutes * 60)
    quick = min(minutes, 6)  # a burst of under six minutes; a longer one may fire
    longest = quick + 3 if values <= quick + 1 else quick + 3 - values + 1
    assert longest <= minutes
    assert sustained(minutes * 60) >= max(600, minutes * 60)


def shifted(bad: int, pause: int, length: int) -> Iterator[tuple[str, list[bool]]]:
    """Yield so many minutes of bursts, once for each minute of them in which they can begin."""
    for phase in range(bad + pause):
        found = [(minute + phase) % (bad + pause) < bad for minute in range(length)]
        yield f"{bad}-of-{bad + pause}-{phase}", found


@pytest.mark.deep
@pytest.mark.parametrize("alert", KINDS)
def test_trouble_in_bursts_goes_on_while_no_exporter_answers(alert: str, tmp_path: Path) -> None:
    """What windows hold as they run empty ends nothing: their last minute may have been fine."""
    label, make, _ = KINDS[alert]
    shapes = [(2, 2), (3, 2)] if alert == "CacheHitRateLow" else SHAPES.values()
    stories = dict(story for shape in shapes for story in shifted(*shape, HOUR))
    rows = (row for name, story in stories.items() for row in make(name, story))
    series = {name: f"{values} stale" for name, values in rows}
    away = 30
    series['up{job="ionmon",instance="e"}'] = f"1x{HOUR} 0x{away}"
    expected = {f'{{{label}="{name}"}}': float(away) for name in stories}
    check = (firing(alert, label, away), HOUR + away, expected)
    assert played(tmp_path, series, [check]) == ""


@pytest.mark.parametrize(
    "alert",
    [pytest.param(name, marks=[] if name == "CPUHigh" else [pytest.mark.deep]) for name in KINDS],
)
def test_trouble_in_bursts_goes_on_when_data_is_back(alert: str, tmp_path: Path) -> None:
    """Where it is bad at once, the first pause after an outage of the exporter ends nothing."""
    label, make, _ = KINDS[alert]
    away, after = 15, 30
    shapes = [(2, 2), (3, 2)] if alert == "CacheHitRateLow" else [(2, 2), (1, 2), (1, 4)]
    length = HOUR + away + after
    every = dict(story for shape in shapes for story in shifted(*shape, length))
    # Back in a pause, all that is known by then is fine.
    stories = {name: story for name, story in every.items() if story[HOUR + away]}
    rows = (row for name, story in stories.items() for row in make(name, story))
    series = {name: interrupted(values, HOUR, away) for name, values in rows}
    series['up{job="ionmon",instance="e"}'] = f"1x{HOUR} 0x{away - 1} 1x{after}"
    expected = {f'{{{label}="{name}"}}': float(after) for name in stories}
    check = (firing(alert, label, after), HOUR + away + after - 1, expected)
    assert played(tmp_path, series, [check]) == ""


def interrupted(values: str, at: int, minutes: int) -> str:
    """Return values of which those of some minutes are not there."""
    each = values.split()
    return " ".join([*each[:at], "stale", *["_"] * (minutes - 1), *each[at + minutes :]])


def test_an_alert_waits_for_data_to_come_back(tmp_path: Path) -> None:
    """An exporter that is down for twenty minutes resolves nothing, and pages nobody anew."""
    labels = '{gcp_project="p",region="r",service_name="s",response_code_class="%s"}'
    gone, after = "stale _x19", "%d+%dx40"
    series = {
        f"cloudrun_requests_total{labels % '2xx'}": f"0+900x20 {gone} {after % (36000, 900)}",
        f"cloudrun_requests_total{labels % '4xx'}": f"0+100x20 {gone} {after % (4000, 100)}",
        'up{job="ionmon",instance="e"}': "1x20 0x19 1x40",
        f'{AGE}cloudrun_requests_total"}}': f"180x20 {gone} 180x40",
    }
    alert = 'ALERTS_FOR_STATE{alertname="ErrorRateCritical"}'
    check = (f"sum(changes({alert}[50m])) + sum(count_over_time({alert}[2999s]))", 60, {"{}": 50.0})
    assert played(tmp_path, series, [check]) == ""


def test_few_requests_are_no_missing_data(tmp_path: Path) -> None:
    """Requests that end resolve their alert: the exporter answers, and other data is fresh."""
    labels = '{gcp_project="p",region="r",service_name="s",response_code_class="4xx"}'
    series = {
        f"cloudrun_requests_total{labels}": "0+1000x20 20000x60",
        'up{job="ionmon",instance="e"}': "1x80",
        f'{AGE}cloudrun_requests_total"}}': "180x20 180+60x60",
        f'{AGE}cloudrun_instances"}}': "180x80",
    }
    chosen = 'ALERTS{alertname="ErrorRateCritical",alertstate="firing"}'
    checks = [(f"count({chosen})", 20, {"{}": 1.0}), (f"count({chosen})", 35, {})]
    assert played(tmp_path, series, checks) == ""


def test_data_that_stays_away_ends_an_alert_after_an_hour(tmp_path: Path) -> None:
    """What nobody has seen for an hour is not reported any longer."""
    labels = '{gcp_project="p",region="r",service_name="s",response_code_class="4xx"}'
    series = {
        f"cloudrun_requests_total{labels}": "0+1000x20 stale",
        'up{job="ionmon",instance="e"}': "1x20 0x200",
    }
    chosen = 'ALERTS{alertname="ErrorRateCritical",alertstate="firing"}'
    checks = [(f"count({chosen})", 75, {"{}": 1.0}), (f"count({chosen})", 95, {})]
    assert played(tmp_path, series, checks, Settings()) == ""


def test_sixteen_requests_a_minute_that_fail_fire_and_a_burst_that_is_over_does_not(
    tmp_path: Path,
) -> None:
    """Where five minutes hold too few requests, half an hour decides."""
    series = {}
    for service, trouble in (("few", [True] * 100), ("burst", once(5)), ("fine", [False] * 100)):
        labels = f'gcp_project="p",region="r",service_name="{service}",response_code_class='
        series[f'cloudrun_requests_total{{{labels}"2xx"}}'] = total([16 - 15 * b for b in trouble])
        series[f'cloudrun_requests_total{{{labels}"4xx"}}'] = total([15 * b for b in trouble])
    query = (
        "group by (service_name) "
        '(last_over_time(ALERTS{alertname="ErrorRateCritical",alertstate="firing"}[90m]))'
    )
    checks = [
        (query, 30, {'{service_name="few"}': 1.0}),
        (query, 95, {'{service_name="few"}': 1.0}),
    ]
    assert played(tmp_path, series, checks) == ""
