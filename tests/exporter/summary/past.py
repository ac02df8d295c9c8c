"""Weeks of a service as Prometheus holds them: what rules record, and the exporter's own metrics.

Numbers are known, so that what is read of them can be checked: each day is like the other, but for
the last one, in which europe-west1 fails for an hour.
"""

import math
from collections.abc import Iterator

DAY, HOUR, MINUTE = 86_400, 3_600, 60
REGIONS = ("us-central1", "europe-west1", "asia-southeast1")
TRAFFIC = (3000.0, 1500.0, 900.0)  # requests a second by region, in the middle of the day
BOUNDS = ((0.01, 0.2), (0.025, 0.62), (0.05, 0.94), (0.1, 0.985), (0.25, 0.997), (0.5, 1.0))
PROJECT = "ion-production"
TROUBLE = (8 * HOUR, 7 * HOUR)  # before the end: from, to
ERRORS, FAILING = 0.003, 0.12
LAG, BEHIND = 0.047, 0.72  # seconds; behind in the last three quarters of an hour
_SHARED = f'gcp_project="{PROJECT}"'


def samples(end: int) -> str:
    """Return OpenMetrics of the last three days, and of the same days a week before."""
    lines = [*_service(end), *_monitoring(end), *_alerts(end)]
    return "\n".join((*lines, "# EOF", ""))


def _times(end: int, step: int) -> Iterator[int]:
    for start in (end - 10 * DAY, end - 3 * DAY):
        yield from range(start // step * step, min(start + 3 * DAY, end) + 1, step)


def _shape(at: int) -> float:
    """Return the share of a day's traffic: little at night."""
    return 0.65 - 0.35 * math.cos(2 * math.pi * (at % DAY) / DAY)


def is_trouble(at: int, end: int) -> bool:
    """Whether requests fail at a time."""
    return end - TROUBLE[0] < at <= end - TROUBLE[1]


def _service(end: int) -> Iterator[str]:
    times = [*_times(end, 5 * MINUTE)]
    for region, traffic in zip(REGIONS, TRAFFIC, strict=True):
        yield from _region(region, traffic, times, end)
        yield from _resources(region, times, end)
        yield from _judged(region, times, end)
    name = "project_family:ionmon_data_seconds:longterm_increase"
    labels = f'{_SHARED},family="cloudrun_requests_total"'
    yield from (f"{name}{{{labels}}} 300 {at}" for at in times)
    for kind, share in (("hits", 0.823), ("misses", 0.177)):
        name = f"redis:redis_keyspace_{kind}:longterm_increase"
        yield from (f'{name}{{redis_id="ion-cache"}} {9e5 * share:.0f} {at}' for at in times)
    hit_rate = 'redis:cache_hit_rate_l2:longterm_mean{redis_id="ion-cache"}'
    yield from (f"{hit_rate} 0.823 {at}" for at in times)
    for name, value in (("availability", 0.99962), ("budget_remaining", 0.24)):
        series = f"project_service:slo_{name}:ratio"
        labels = f'{_SHARED},service_name="ion"'
        yield from (f"{series}{{{labels}}} {value} {at}" for at in times)


def _region(region: str, traffic: float, times: list[int], end: int) -> Iterator[str]:
    where = f'{_SHARED},region="{region}",service_name="ion"'
    requests = "project_region_service_class:cloudrun_requests:longterm_increase"
    bucket = "project_region_service:cloudrun_request_duration_seconds_bucket:longterm_increase"
    for code in ("2xx", "4xx", "5xx"):
        for at in times:
            bad = FAILING if region == "europe-west1" and is_trouble(at, end) else ERRORS
            share = {"2xx": 1 - bad, "4xx": ERRORS * 0.9, "5xx": bad - ERRORS * 0.9}[code]
            count = 300 * traffic * _shape(at) * share
            yield f'{requests}{{{where},response_code_class="{code}"}} {count:.3f} {at}'
    for bound, share in (*BOUNDS, (math.inf, 1.0)):
        le = "+Inf" if bound == math.inf else f"{bound}"
        for at in times:
            yield f'{bucket}{{{where},le="{le}"}} {300 * traffic * _shape(at) * share:.3f} {at}'


def _judged(region: str, times: list[int], end: int) -> Iterator[str]:
    """Yield the signals as alerts compare them, of five minutes each."""
    where = f'{_SHARED},region="{region}",service_name="ion"'
    for at in times:
        bad = FAILING if region == "europe-west1" and is_trouble(at, end) else ERRORS
        values = {"error_rate": bad, "response_time_p95": 0.0611}
        values |= {"cpu_utilization": 0.352, "memory_utilization": 0.425}
        for name, value in values.items():
            yield f"project_region_service:{name}:longterm_mean{{{where}}} {value} {at}"


def _resources(region: str, times: list[int], end: int) -> Iterator[str]:
    where = f'{_SHARED},region="{region}",service_name="ion"'
    for kind, value in (("cpu", 0.352), ("memory", 0.425)):
        name = f"project_region_service:cloudrun_{kind}_utilization_ratio"
        for at in times:
            used = value * (0.7 + 0.4 * _shape(at)) * 15
            yield f"{name}_sum:longterm_increase{{{where}}} {used:.4f} {at}"
    for kind in ("cpu", "memory"):
        name = f"project_region_service:cloudrun_{kind}_utilization_ratio_count:longterm_increase"
        yield from (f"{name}{{{where}}} 15 {at}" for at in times)
    place = f'{_SHARED},region="{region}",database_id="ion-main"'
    for kind in ("max", "mean"):
        name = f"project_region_database:replication_lag:longterm_{kind}"
        for at in times:
            behind = region == "asia-southeast1" and at >= end - 45 * MINUTE
            lag = BEHIND if behind else LAG * (0.8 + _shape(at))
            yield f"{name}{{{place}}} {lag:.4f} {at}"
    for at in range(end - 10 * MINUTE, end + 1, 30):
        lag = BEHIND if region == "asia-southeast1" else LAG
        yield f"cloudsql_replica_lag_seconds{{{place}}} {lag} {at}"


def _monitoring(end: int) -> Iterator[str]:
    """Yield the exporter's own metrics of the last two days; it was down for ten minutes."""
    target = 'job="ionmon",instance="127.0.0.1:9841"'
    times = range(end - 2 * DAY, end + 1, MINUTE)
    down = range(end - 5 * HOUR, end - 5 * HOUR + 10 * MINUTE)
    up = [at for at in times if at not in down]
    own = f'{target},{_SHARED},family="cloudrun_requests_total"'
    yield from (f"up{{{target}}} {int(at not in down)} {at}" for at in times)
    yield from (
        f'ionmon_collector_duration_seconds{{{target},collector="cloud_monitoring"}} 0.42 {at}'
        for at in up
    )
    yield from (f"ionmon_data_seconds_total{{{own}}} {at - times[0]} {at}" for at in up)
    lost = (f"{240 * (at > end - 4 * HOUR)}" for at in up)
    yield from (
        f"ionmon_data_gap_seconds_total{{{own}}} {gap} {at}"
        for at, gap in zip(up, lost, strict=True)
    )
    yield from (
        f"ionmon_api_time_series_returned_total{{{own}}} {(at - times[0]) // 60 * 12} {at}"
        for at in up
    )
    yield from (f"ionmon_cost_projected_dollars{{{target}}} 3.11 {at}" for at in up)


def _alerts(end: int) -> Iterator[str]:
    """Yield ALERTS: the heartbeat with a hole, one that is over, one that fires, one that flaps."""
    service, lag = f'{_SHARED},service_name="ion"', f'{_SHARED},database_id="ion-main"'
    hole = range(end - 20 * HOUR, end - 20 * HOUR + 6 * MINUTE)
    for at in range(end - 7 * DAY, end + 1, MINUTE):
        if at not in hole:
            yield _alert('alertname="Watchdog",severity="none"', at)
        if is_trouble(at - 5 * MINUTE, end):
            name = 'alertname="ErrorRateCritical",severity="critical"'
            yield _alert(f'{service},region="europe-west1",{name}', at)
        if at >= end - 40 * MINUTE:
            name = 'alertname="DatabaseLag",severity="high"'
            yield _alert(f'{lag},region="asia-southeast1",{name}', at)
        if HOUR < (end - at) % DAY < 3 * HOUR and (end - at) % (40 * MINUTE) < 15 * MINUTE:
            yield _alert(
                f'{service},region="us-central1",alertname="CPUHigh",severity="medium"', at
            )


def _alert(labels: str, at: int) -> str:
    return f'ALERTS{{alertstate="firing",{labels}}} 1 {at}'
