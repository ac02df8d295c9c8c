"""What the rules cost a real Prometheus, beside the same alerts written straight on the counters.

The counters are the reference deployment's signals, twice, for more than a thousand series; seven
hours of them, a sample a minute, and thirty days of the requests, raw and as running counters.
Every group is evaluated often, and the median of the server's own figures is read.
"""

import json
import re
import statistics
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

from benchmarks.row import Row, ms
from exporter.backfill.simulated import Span, write
from exporter.catalog import CATALOG, cloud_run
from exporter.catalog.signals import SIGNALS
from exporter.catalog.walk import families_in
from exporter.settings import Settings
from exporter.simulator.incidents import SCENARIOS
from exporter.simulator.world import World
from generators.policy import WINDOW
from generators.rules import longterm
from generators.rules.anomaly import BANDS
from generators.rules.budgets import AVAILABILITY, read
from generators.rules.build import build
from generators.rules.model import Group, Recording, RuleFile
from tests.generators.rules.by_hand import by_hand
from tests.servers import Prometheus, blocks, prometheus, wait_until

EVERY, EVALUATIONS, MEASURED = 5, 4, 9
HOURS, DAYS = 7 * 3600, 30 * 86400
AHEAD = 900  # the past reaches into the future, since filling takes its time
_MINUTE, _FIVE = 60, 300
_BYTES = 2  # of a sample, by Prometheus' documentation one to two
_GROUP = "by_hand"
_P95 = "histogram_quantile(0.95, sum by (region, service_name, le) (rate({}_bucket[5m])))"
_REQUESTS = "cloudrun_requests_total"


def rows() -> Iterator[Row]:
    """Yield the rows of this file."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        now = int(time.time() + AHEAD) // _FIVE * _FIVE
        _fill(folder, now)
        options = ("--storage.tsdb.retention.time=90d", "--query.timeout=5m")
        server = stack.enter_context(prometheus(folder, _config(folder), *options))
        wait_until(lambda: _evaluated(server), "evaluations of every group", within=300)
        costs, series = _costs(server), _series(server)
        counts = {every: _sent(server, every) for every in (_MINUTE, _FIVE)}
    by_hand = costs.pop(_GROUP)
    often = {name: cost for name, cost in costs.items() if _interval(name) == _MINUTE}
    rare = {name: cost for name, cost in costs.items() if name not in often}
    minute = sum(often.values()) + sum(rare.values()) * _MINUTE / _FIVE
    each = f"{ms(sum(often.values()))} each minute, {ms(sum(rare.values()))} each five minutes"
    yield Row(
        what=f"all rules, {series:,} series and 30 days, a minute",
        figure=f"{ms(minute)} ({each})",
        baseline=f"{ms(by_hand)} for the eleven alerts alone, straight on the counters",
        reach="no more than by hand",
        met=minute <= by_hand,
    )
    yield _written(counts)


def _written(sent: Mapping[int, int]) -> Row:
    """Return what the server with 90 days is sent of these series."""
    samples = sum(86400 // every * count for every, count in sent.items())
    return Row(
        what="written to the server with 90 days, a day",
        figure=f"{samples:,} samples, at most {samples * _BYTES / 1e6:.1f} MB on its disk",
        baseline=f"{sent[_MINUTE]:,} series each minute, {sent[_FIVE]:,} each five minutes",
        reach="is stated",
        met=True,
    )


def _sent(server: Prometheus, every: int) -> int:
    """Return how many series of groups with an interval the other server is sent."""
    files = build(Settings()).main
    kept = re.compile(longterm.sent(files))
    names = {
        rule.record
        for file in files
        for group in file.groups
        for rule in group.rules
        if group.interval == every and isinstance(rule, Recording) and kept.fullmatch(rule.record)
    }
    found = server.query(f'count({{__name__=~"{"|".join(sorted(names))}"}})', time.time())
    return round(next(iter(found.values()), 0.0))


def _interval(group: str) -> float:
    found = {g.name: g.interval for file in build(Settings()).all for g in file.groups}
    return found[group]


def _fill(folder: Path, now: int) -> None:
    """Write what the rules read, and have promtool make blocks of it."""
    families = {f.name: f for signal in SIGNALS for f in families_in(signal.expression)}
    recent, past = folder / "recent.om", folder / "past.om"
    world = World(1, now - HOURS, SCENARIOS["calm"])
    with recent.open("wb") as out:
        chosen = [CATALOG[name] for name in families if name != _REQUESTS]
        write(world, chosen, Span(now - HOURS, now, _MINUTE), out)
    _add_second_service(recent)
    past.write_text("".join(requests(now)) + "# EOF\n")
    recorded = folder / "recorded.om"
    recorded.write_text("".join(_recorded(now)) + "# EOF\n")
    for file in (past, recent, recorded):
        blocks(file, folder / "data")


def _add_second_service(file: Path) -> None:
    """Have the file hold what it has of a service for another one, too."""
    lines = file.read_text().removesuffix("# EOF\n")
    mark = 'service_name="'
    more = (
        line.replace(mark, mark + "second-")
        for line in lines.splitlines(keepends=True)
        if mark in line
    )
    file.write_text(f"{lines}{''.join(more)}# EOF\n")


def requests(now: int, every: int = _MINUTE) -> Iterator[str]:
    """Yield thirty days of steady requests, a sample each so many seconds; 1 of 1,000 fails."""
    regions = ("us-central1", "europe-west1", "asia-southeast1")
    rises = {"1xx": 0, "2xx": 5988, "3xx": 0, "4xx": 6, "5xx": 6}
    fixed = 'gcp_project="ion-demo",service_name="ion"'
    for at in range(now - DAYS, now + 1, every):
        minutes = (at - now + DAYS) // _MINUTE
        for region in regions:
            for code, rise in rises.items():
                labels = f'{fixed},region="{region}",response_code_class="{code}"'
                yield f"{_REQUESTS}{{{labels}}} {rise * minutes} {at}\n"


def _recorded(now: int) -> Iterator[str]:
    """Yield thirty days of running counters and of the bands' signals, as they are recorded."""
    raw, known = f"{_REQUESTS}{{", 'gcp_project="ion-demo",service_name="ion"'
    for every, window in ((_MINUTE, WINDOW), (_FIVE, DAYS)):
        counters = f'{read(AVAILABILITY.running, window)}{{job="ionmon",instance="exporter",'
        for line in requests(now, every):
            yield line.replace(raw, counters, 1)
        for at in range(now - DAYS, now + 1, every):
            yield f"{AVAILABILITY.known(window)}{{{known}}} {at} {at}\n"
    for at in range(now - DAYS, now + 1, _FIVE):
        for band in BANDS:
            for region in ("us-central1", "europe-west1", "asia-southeast1"):
                labels = ",".join(f'{n}="{region}"' for n in band.by)
                text = f"{longterm.name(band.signal, 'mean')}{{{labels}}}"
                yield f"{text} {100 + at // _FIVE % 7} {at}\n"


def _config(folder: Path) -> str:
    """Write the rule files, every group due every few seconds; return the configuration."""
    files = (*build(Settings()).all, RuleFile("hand.yml", "", (_by_hand(),)))
    for file in files:
        quick = tuple(Group(group.name, EVERY, group.rules) for group in file.groups)
        (folder / file.name).write_text(RuleFile(file.name, file.about, quick).text())
    # What was filled in reaches into the future: without this, nothing older could be recorded.
    tsdb = {"out_of_order_time_window": f"{2 * AHEAD}s"}
    names = [str(folder / file.name) for file in files]
    return json.dumps({"rule_files": names, "storage": {"tsdb": tsdb}})


def _by_hand() -> Group:
    """Return the same alerts as people write them: every one from the counters."""

    def ratio(window: str) -> str:
        total = f"sum by (service_name) (rate({_REQUESTS}[{window}]))"
        failed = f'{_REQUESTS}{{response_code_class="5xx"}}'
        return f"sum by (service_name) (rate({failed}[{window}])) / {total}"

    failing = (
        f'sum by (region, service_name) (rate({_REQUESTS}{{response_code_class=~"4xx|5xx"}}[5m]))'
        f" / sum by (region, service_name) (rate({_REQUESTS}[5m]))"
    )

    def burns(long: str, short: str, factor: float) -> str:
        limit = factor * 0.0005
        return f"({ratio(long)} > {limit} and {ratio(short)} > {limit})"

    def mean(family: str) -> str:
        total, count = (
            f"sum by (region, service_name) (rate({family}_{end}[5m]))" for end in ("sum", "count")
        )
        return f"{total} / {count} > 0.8"

    hits = "sum by (redis_id) (rate(redis_keyspace_hits_total[5m]))"
    misses = "sum by (redis_id) (rate(redis_keyspace_misses_total[5m]))"
    p95 = _P95.format(cloud_run.REQUEST_DURATION.name)
    texts = (
        f"{p95} > 0.2",
        f"{p95} > 0.1",
        f"{failing} > 0.01",
        f"{failing} > 0.005",
        f"{burns('1h', '5m', 14.4)} or {burns('6h', '30m', 6)}",
        f"{burns('1d', '2h', 3)} or {burns('3d', '6h', 1)}",
        f"{ratio('30d')} > 0.0005",
        "max by (region, database_id) (cloudsql_replica_lag_seconds) > 0.5",
        f"{hits} / ({hits} + {misses}) < 0.7",
        mean(cloud_run.CPU_UTILIZATION.name),
        mean(cloud_run.MEMORY_UTILIZATION.name),
    )
    rules = (by_hand(f"Hand{n}", text, ()) for n, text in enumerate(texts))
    return Group(_GROUP, EVERY, tuple(rules))


def _groups(server: Prometheus) -> list[dict[str, object]]:
    found: list[dict[str, object]] = server.api("rules")["groups"]
    return found


def _evaluated(server: Prometheus) -> bool:
    """Say whether every group ran often enough: read from the server's own counter."""
    url = f"http://127.0.0.1:{server.port}/metrics"
    counts = _own(url, "prometheus_rule_evaluations_total")
    rules = {str(g["name"]): len(g["rules"]) for g in _groups(server)}  # type: ignore[arg-type]
    return bool(rules) and all(
        counts.get(name, 0) >= EVALUATIONS * size for name, size in rules.items()
    )


def _own(url: str, name: str) -> dict[str, float]:
    found: dict[str, float] = {}
    with urllib.request.urlopen(url, timeout=30) as answer:
        for line in answer.read().decode().splitlines():
            if line.startswith(f"{name}{{"):
                labels, _, value = line.rpartition(" ")
                found[labels.rpartition(";")[2].removesuffix('"}')] = float(value)
    return found


def _costs(server: Prometheus) -> dict[str, float]:
    """Return the seconds of each group's evaluation: the median of several."""
    seen: dict[str, dict[str, float]] = {str(g["name"]): {} for g in _groups(server)}

    def enough() -> bool:
        for group in _groups(server):
            at, took = str(group["lastEvaluation"]), float(str(group["evaluationTime"]))
            seen[str(group["name"])][at] = took
        return all(len(each) >= MEASURED for each in seen.values())

    wait_until(enough, "evaluations to measure", within=300)
    return {name: statistics.median(each.values()) for name, each in seen.items()}


def _series(server: Prometheus) -> int:
    found = server.query('count({__name__=~"cloudrun_.+|redis_.+|cloudsql_.+"})', time.time())
    return round(next(iter(found.values())))
