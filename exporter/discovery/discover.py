"""Finds what projects have: the labels of a few metrics' series, without their points.

One call a metric type and project. A longer window costs nothing, so that a service which had no
request for hours is found, too.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from exporter.catalog import CATALOG, cloud_run, cloud_sql, labels, load_balancer
from exporter.catalog.google_access import LIST_SERIES
from exporter.catalog.model import CloudMonitoring, Family
from exporter.catalog.roads import LOG_METRICS, LOGS
from exporter.cloud_monitoring.client import PAGE_SIZE, MonitoringClient, SeriesQuery
from exporter.cloud_monitoring.filters import descriptor_filter, metric_filter
from exporter.cloud_monitoring.owners import owner
from exporter.cloud_monitoring.points import Raw, exported
from exporter.cloud_monitoring.read_window import SECOND
from exporter.discovery.model import Discovery, FoundCache, FoundDatabase, FoundService
from exporter.doctor.permissions import fix_of_access
from exporter.errors import IonmonError, PollError, Reason

WINDOW = 86400
SOME = 100  # series of load balancers: their names are wanted, not each country and status
Row = Mapping[str, str]  # the exported labels of a series


@dataclass(frozen=True, slots=True)
class _Caches:
    """A product of Memorystore: the family whose series name its caches, and all its families."""

    family: Family
    product: str
    families: str


_MEMORYSTORE = (
    _Caches(CATALOG["memorystore_redis_uptime_seconds"], "Redis", "memorystore_redis_*"),
    _Caches(
        CATALOG["memorystore_cluster_memory_size_bytes"], "Redis Cluster", "memorystore_cluster_*"
    ),
    _Caches(CATALOG["memorystore_valkey_memory_size_bytes"], "Valkey", "memorystore_valkey_*"),
)
FAMILIES = tuple(
    (family, family.source)
    for family in (
        cloud_run.INSTANCES,
        cloud_sql.UP,
        cloud_sql.REPLICA_LAG,
        *(caches.family for caches in _MEMORYSTORE),
        load_balancer.REQUESTS,
    )
    if isinstance(family.source, CloudMonitoring)
)
CALLS = len(FAMILIES) + 1  # of a project; the last one lists descriptors


@dataclass(slots=True)
class _ProjectReading:
    """One client, what was read through it by family, and what that cost."""

    client: MonitoringClient
    end: int
    done: Callable[[int], None]
    rows: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    projects: set[str] = field(default_factory=set)
    calls: int = 0
    billed: int = 0
    log_metrics: bool = False
    faults: list[str] = field(default_factory=list)

    def read(self, project: str) -> None:
        """Read everything of a project. Raises IonmonError where its first call is refused."""
        for index, (family, source) in enumerate(FAMILIES):
            try:
                self._series(project, family, source)
            except PollError as error:
                if not index and error.reason is not Reason.NOT_FOUND:
                    raise _refused(project, error) from error
                self._note(f"{project}/{family.name}", error)
            self._count()
        self._descriptors(project)
        self._count()

    def _series(self, project: str, family: Family, source: CloudMonitoring) -> None:
        some = family is load_balancer.REQUESTS
        query = SeriesQuery(
            project=project,
            filter=metric_filter(source),
            start=self.end - WINDOW * SECOND,
            end=self.end,
            page_size=SOME if some else PAGE_SIZE,
            headers_only=True,
        )
        before = len(self.rows[family.name])
        for page in islice(self.client.pages(query), 1 if some else None):
            for series in page.time_series:
                row = _row(family, source, series, project)
                self.rows[family.name].append(row)
                self.projects.add(row[labels.PROJECT.name])
        self.billed += max(1, len(self.rows[family.name]) - before)

    def _descriptors(self, project: str) -> None:
        known = {f"{LOGS}{metric.name}" for metric in LOG_METRICS}
        try:
            found = {d.type for d in self.client.descriptors(project, descriptor_filter(LOGS))}
        except PollError as error:
            self._note(f"{project}: metric descriptors", error)
        else:
            self.log_metrics |= not known.isdisjoint(found)

    def _note(self, subject: str, error: PollError) -> None:
        """Keep a fault; a metric type that a project does not have is none."""
        if error.reason is not Reason.NOT_FOUND:
            self.faults.append(f"{subject}: {error}")

    def _count(self) -> None:
        self.calls += 1
        self.done(self.calls)


def discover(
    projects: Sequence[str], client: MonitoringClient, now: float, done: Callable[[int], None]
) -> Discovery:
    """Return what the projects, and those of their metrics scopes, have had within a day.

    `done` gets the number of calls made. Raises IonmonError, with the fix, where a project cannot
    be read at all.
    """
    reading = _ProjectReading(client, int(now * SECOND), done)
    for project in projects:
        reading.read(project)
    rows = reading.rows
    return Discovery(
        called=tuple(projects),
        others=tuple(sorted(reading.projects - set(projects))),
        services=tuple(_services(rows[cloud_run.INSTANCES.name])),
        databases=tuple(_databases(rows[cloud_sql.UP.name], rows[cloud_sql.REPLICA_LAG.name])),
        caches=tuple(sorted({one for each in _MEMORYSTORE for one in _caches(each, rows)})),
        balancers=_values(rows[load_balancer.REQUESTS.name], labels.URL_MAP.name),
        log_metrics=reading.log_metrics,
        calls=reading.calls,
        billed=reading.billed,
        faults=tuple(reading.faults),
    )


def _row(family: Family, source: CloudMonitoring, series: Raw, project: str) -> Row:
    """Return the labels of a series as it would be exported, with the project that it is of."""
    found = {f"resource.{k}": v for k, v in series.resource.labels.items()}
    values = exported(family, source, found, project)
    row = dict(zip(family.label_names, values, strict=True))
    return {**row, labels.PROJECT.name: owner(series, project)}


def _refused(project: str, error: PollError) -> IonmonError:
    fix = fix_of_access(project, LIST_SERIES, error)
    return IonmonError(f"{project}: {error}\n{fix}")


def _services(rows: Sequence[Row]) -> Iterator[FoundService]:
    regions = defaultdict(set)
    for row in rows:
        regions[row[labels.PROJECT.name], row[labels.SERVICE.name]].add(row[labels.REGION.name])
    for (project, name), found in sorted(regions.items()):
        yield FoundService(project, name, tuple(sorted(found)))


def _databases(rows: Sequence[Row], lagging: Sequence[Row]) -> Iterator[FoundDatabase]:
    replicas = set(_values(lagging, labels.DATABASE.name))
    found = {(r[labels.PROJECT.name], r[labels.DATABASE.name], r[labels.REGION.name]) for r in rows}
    for project, database, region in sorted(found):
        yield FoundDatabase(project, database, region, database in replicas)


def _caches(caches: _Caches, rows: Mapping[str, Sequence[Row]]) -> Iterator[FoundCache]:
    for row in rows[caches.family.name]:
        yield FoundCache(
            project=row[labels.PROJECT.name],
            name=row[labels.REDIS.name].rpartition("/")[2],
            region=row[labels.REGION.name],
            product=caches.product,
            families=caches.families,
        )


def _values(rows: Sequence[Row], label: str) -> tuple[str, ...]:
    return tuple(sorted({row[label] for row in rows if row[label]}))
