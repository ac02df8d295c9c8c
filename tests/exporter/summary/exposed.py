"""What an exporter exposes over some minutes: snapshots with their times, for a service that fails.

A poll replaces its part each minute, Redis' each fifteen seconds; in between, all is as it was.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from exporter.catalog import CATALOG, cloud_run, cloud_sql, redis
from exporter.catalog.model import Family
from exporter.exposition.samples import Buckets, Part, Sample
from exporter.exposition.snapshot import Snapshot, snapshot

BEGAN = 1_795_939_200.0
SCRAPE, POLL = 15, 60
PROJECT = "ion-demo"
US, EU = "us-central1", "europe-west1"
BOUNDS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
_FAST, _SLOW = (500, 4000, 1300, 150, 40, 9, 1), (10, 80, 300, 1500, 2500, 1500, 110)


@dataclass(frozen=True)
class Exposed:
    """A snapshot, its Unix time, and the source time that requests cover."""

    at: float
    snapshot: Snapshot
    covered: float


def exposed(minutes: int, fails: range) -> Iterator[Exposed]:
    """Yield a snapshot a scrape; in the minutes `fails` europe-west1 is slow and fails."""
    requests = _Requests()
    held: dict[str, Part] = {}
    page = Snapshot()
    for scrape in range(minutes * POLL // SCRAPE):
        minute, rest = divmod(scrape * SCRAPE, POLL)
        if rest == SCRAPE:  # data comes some seconds after a minute
            requests.minute(minute, failing=minute in fails)
            held |= {part.family.name: part for part in requests.parts()}
        held |= {part.family.name: part for part in _cache(scrape)}
        page = snapshot(held.values(), scrape + 1, page)
        yield Exposed(BEGAN + scrape * SCRAPE, page, requests.covered)


class _Requests:
    """Counts of requests and their times, by region and class, and the lag of a replica."""

    def __init__(self) -> None:
        self.counts = dict[tuple[str, str], int]()
        self.buckets = dict[tuple[str, str], Buckets]()
        self.covered, self.lag = 0.0, 0.0

    def minute(self, minute: int, *, failing: bool) -> None:
        """Count a minute's requests."""
        self.covered += POLL
        self.lag = 0.9 if failing else 0.05 + 0.001 * minute
        for region, scale in ((US, 3), (EU, 1)):
            errors = 400 if failing and region == EU else 18
            for code, number in (("2xx", 6000 * scale), ("4xx", 12), ("5xx", errors)):
                if code == "5xx" and region == EU and minute < min(3, errors):
                    number = 0  # noqa: PLW2901 - the class exists at 0 before its first error
                key = (region, code)
                slow = failing and region == EU
                self.counts[key] = self.counts.get(key, 0) + number + minute
                self.buckets[key] = _added(self.buckets.get(key), number, slow=slow)

    def parts(self) -> Iterator[Part]:
        """Yield what is exposed of it."""
        yield _part(cloud_run.REQUESTS, self.counts)
        yield _part(cloud_run.REQUEST_DURATION, self.buckets)
        lag = {"gcp_project": PROJECT, "region": EU, "database_id": "ion:ion-replica"}
        yield Part(cloud_sql.REPLICA_LAG, (Sample(_labels(cloud_sql.REPLICA_LAG, lag), self.lag),))


def _added(before: Buckets | None, number: int, *, slow: bool) -> Buckets:
    counts = tuple(n * number // 6000 for n in (_SLOW if slow else _FAST))
    total = sum(count * mean for count, mean in zip(counts, (*BOUNDS, 1.0), strict=True))
    if before is None:
        return Buckets(BOUNDS, counts, total)
    summed = tuple(a + b for a, b in zip(before.counts, counts, strict=True))
    return Buckets(BOUNDS, summed, before.sum + total)


def _part(
    family: Family, values: dict[tuple[str, str], int] | dict[tuple[str, str], Buckets]
) -> Part:
    own = {"gcp_project": PROJECT, "service_name": "ion", "revision_name": "ion-00001"}
    return Part(
        family,
        tuple(
            Sample(_labels(family, {**own, "region": region, "response_code_class": code}), value)
            for (region, code), value in values.items()
        ),
    )


def _cache(scrape: int) -> Iterator[Part]:
    """Yield Redis' counters; the server starts again in the sixth minute, at zero."""
    since = scrape if scrape < 6 * 4 else scrape - 6 * 4
    for family, rate in ((redis.KEYSPACE_HITS, 800), (redis.KEYSPACE_MISSES, 200)):
        labels = _labels(family, {"redis_id": "ion-cache"})
        yield Part(family, (Sample(labels, float(rate * since)),))


def _labels(family: Family, values: dict[str, str]) -> tuple[str, ...]:
    return tuple(values.get(name, "") for name in family.label_names)


def openmetrics(pages: list[Exposed]) -> str:
    """Return all samples with their times, as promtool reads them."""
    lines: dict[str, list[str]] = {}
    for page in pages:
        covered = f'{{gcp_project="{PROJECT}",family="cloudrun_requests_total"}}'
        name = "ionmon_data_seconds_total"
        lines.setdefault(name, []).append(f"{name}{covered} {page.covered} {page.at}")
        for family, parts in page.snapshot.families:
            for part in parts:
                for sample in part.samples:
                    lines.setdefault(family.name, []).extend(_lines(family, sample, page.at))
    kinds = {name: CATALOG[name].type.value if name in CATALOG else "counter" for name in lines}
    heads = {name: f"# TYPE {name.removesuffix('_total')} {kinds[name]}" for name in lines}
    return "\n".join(line for name in lines for line in (heads[name], *lines[name])) + "\n# EOF\n"


def _lines(family: Family, sample: Sample, at: float) -> Iterator[str]:
    labels = [f'{n}="{v}"' for n, v in zip(family.label_names, sample.labels, strict=True) if v]
    own = ",".join(labels)
    if not isinstance(sample.value, Buckets):
        yield f"{family.name}{{{own}}} {sample.value} {at}"
        return
    for bound, count in zip((*BOUNDS, "+Inf"), accumulate(sample.value.counts), strict=True):
        yield f'{family.name}_bucket{{{own},le="{bound}"}} {count} {at}'
    yield f"{family.name}_sum{{{own}}} {sample.value.sum} {at}"
    yield f"{family.name}_count{{{own}}} {sum(sample.value.counts)} {at}"
