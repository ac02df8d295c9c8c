"""The section google of monitoring.yaml: what is read from Cloud Monitoring."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo

from exporter.catalog import CATALOG, roads
from exporter.catalog.default_set import DEFAULT_SET
from exporter.catalog.labels import ORIGINS_OF_PROJECT, PROJECT
from exporter.catalog.model import CloudMonitoring
from exporter.settings.addresses import Endpoint, File, LabelOrigin, Project, Text
from exporter.settings.metrics import PERIOD, FamilyName, MetricSettings, Period, named_by_kind
from exporter.settings.types import (
    Named,
    Number,
    Seconds,
    Section,
    SeriesLimit,
    Switch,
    Whole,
    at_least,
    at_most,
    duration,
    inside,
    key,
    part,
)

Texts = Annotated[tuple[Text, ...], Field(min_length=1)]
Interval = Annotated[Seconds, at_least("10s"), at_most("1d")]


_READ_ALWAYS = tuple(n for n, f in CATALOG.items() if isinstance(f.source, CloudMonitoring))
# The application's families, of which Cloud Monitoring has those that application.road brings.
_READ_BY_ROAD = {
    "redis": frozenset[str](),
    "logs": frozenset(family.name for family in roads.by_logs()),
    "managed_prometheus": frozenset(family.name for family in roads.by_managed_prometheus()),
}


def _fits(pattern: str, names: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for name in names)


def _family_pattern(pattern: str) -> str:
    names = sorted({*_READ_ALWAYS, *_READ_BY_ROAD["logs"], *_READ_BY_ROAD["managed_prometheus"]})
    if not _fits(pattern, names):
        near = get_close_matches(pattern, names, 1)
        hint = f"did you mean '{near[0]}'?" if near else "docs/metrics.md lists them"
        raise ValueError(f"no family of Cloud Monitoring has this name; {hint}")
    return pattern


def _needs_endpoint(insecure: object, info: ValidationInfo) -> object:
    if insecure and info.data.get("endpoint", "unusable") is None:
        raise ValueError("only an endpoint of your own is reached without TLS; set google.endpoint")
    return insecure


def _needs_tls(path: object, info: ValidationInfo) -> object:
    if path is not None and info.data.get("insecure"):
        raise ValueError("credentials never travel without TLS; remove this key or insecure")
    return path


def _beyond_margin(lookback: float, info: ValidationInfo) -> float:
    margin = info.data.get("late_margin")
    if margin is not None and lookback <= margin:
        raise ValueError(
            f"{duration(lookback)} must be longer than late_margin, which is {duration(margin)}"
        )
    return lookback


def _each_project_once(projects: tuple[str, ...]) -> tuple[str, ...]:
    for index, project in enumerate(projects):
        if project in projects[:index]:
            raise inside((index,), f"'{project}' is written twice; remove one")
    return projects


def _told_apart(
    metrics: Mapping[str, MetricSettings], info: ValidationInfo
) -> Mapping[str, MetricSettings]:
    """Refuse a label gcp_project that is not the project, where several projects are read."""
    if not _several(info.data.get("projects", ()), info.data.get("scope")):
        return metrics
    for name, metric in metrics.items():
        origin = metric.labels.get(PROJECT.name, ORIGINS_OF_PROJECT[0])
        if origin not in ORIGINS_OF_PROJECT:
            raise inside(
                (name, "labels", PROJECT.name),
                f"must be {ORIGINS_OF_PROJECT[0]} where several projects are read, else their "
                f"series become one; write another name for {origin}",
            )
    return metrics


def _several(projects: tuple[str, ...], scope: str | None) -> bool:
    return len(projects) > 1 or scope is not None


FamilyPattern = Annotated[str, AfterValidator(_family_pattern)]


class Filters(Section):
    """Which series are read: the values allowed of each source label; all of them by default."""

    services: tuple[Text, ...] = key((), "Cloud Run services to read; empty: all.")
    databases: tuple[Text, ...] = key((), "Cloud SQL databases, as PROJECT:INSTANCE; empty: all.")
    regions: tuple[Text, ...] = key((), "Regions, such as us-central1; empty: all.")
    labels: Named[LabelOrigin, Texts] = key(
        {}, "Values to read of any other label of the source, by resource.NAME or metric.NAME."
    )


class FamilySettings(Section):
    """Overrides of a family, or of all that match a pattern such as cloudrun_*."""

    enabled: Switch | None = key(
        None,
        "Whether these families are read; a longer pattern overrides. docs/metrics.md names those "
        "that are read without it.",
    )
    interval: Interval | None = key(None, "Time between two reads, instead of `poll_interval`.")
    period: Period | None = key(None, PERIOD)
    series_limit: SeriesLimit | None = key(
        None, "Maximum number of series of a family, instead of the general limit."
    )
    filters: Filters = part(
        Filters,
        "Filters for these families; a label here overrides the general one.",
    )


class GoogleSettings(Section):
    """What is read from Cloud Monitoring, how often, and at what cost."""

    projects: Annotated[tuple[Project, ...], AfterValidator(_each_project_once)] = key(
        (), "Ids of the Google Cloud projects to read, each by its own calls."
    )
    scope: Project | None = key(
        None,
        "Scoping project of a metrics scope: all of its projects are read, by one call a family; "
        "those in `projects` are left out, since they are read by their own calls.",
    )
    endpoint: Endpoint | None = key(
        None, "HOST:PORT of another server of google.monitoring.v3, such as the simulator."
    )
    insecure: Annotated[Switch, AfterValidator(_needs_endpoint)] = key(
        default=False, meaning="Reach `endpoint` without TLS and without credentials."
    )
    credentials_file: Annotated[File | None, AfterValidator(_needs_tls)] = key(
        None, "File with Google credentials; by default those that Google's libraries find."
    )
    poll_interval: Interval = key("60s", "Time between two reads of a family; at least 10s.")
    late_margin: Annotated[Seconds, at_most("1d")] = key(
        "10m", "How far back every read goes; later points are counted, too, but found later."
    )
    lookback: Annotated[Seconds, at_most("6w"), AfterValidator(_beyond_margin)] = key(
        "24h", "Longest outage, and longest lateness of a point, that is still counted; at most 6w."
    )
    timeout: Annotated[Seconds, at_least("1s"), at_most("10m")] = key(
        "30s", "Total time of a call, with its pages and retries."
    )
    parallel_calls: Annotated[Whole, Field(ge=1, le=256)] = key(
        8, "Maximum number of calls at the same time."
    )
    calls_per_minute: Annotated[Whole, Field(ge=1, le=1_000_000)] = key(
        3000, "Maximum number of calls a minute; Google's own quota is 6000 a project."
    )
    series_limit: SeriesLimit = key(
        10_000, "Maximum number of series of a family; further ones are dropped."
    )
    budget_usd_per_month: Annotated[Number, Field(gt=0)] | None = key(
        None, "Dollars a month that reading may cost; intervals are stretched to stay within it."
    )
    filters: Filters = part(Filters, "Filters for all families.")
    families: Named[FamilyPattern, FamilySettings] = key(
        {}, "Overrides of families, by name or by a pattern such as `cloudrun_*`."
    )
    metrics: Annotated[
        Named[FamilyName, MetricSettings],
        AfterValidator(named_by_kind),
        AfterValidator(_told_apart),
    ] = key({}, "Further metrics of Cloud Monitoring, by the name of the family they become.")

    @property
    def listed(self) -> tuple[str, ...]:
        """The projects that are read by their own calls; the scoping project is not one of them."""
        return tuple(project for project in self.projects if project != self.scope)

    @property
    def called(self) -> tuple[str, ...]:
        """The projects named in calls: those that are listed, then the scoping project."""
        return self.listed if self.scope is None else (*self.listed, self.scope)

    @property
    def several(self) -> bool:
        """Whether more than one project may be read, so that every family has a project label."""
        return _several(self.projects, self.scope)

    def unread(self, road: str) -> list[str]:
        """Return the patterns of `families` that fit nothing which is read with this road."""
        names = {*_READ_ALWAYS, *_READ_BY_ROAD[road]}
        return [pattern for pattern in self.families if not _fits(pattern, names)]

    @property
    def disabled(self) -> frozenset[str]:
        """The families that are read by default and that `families` disables."""
        given = {name: [f.enabled for f in self.configured_for(name)] for name in DEFAULT_SET}
        last = {name: [one for one in every if one is not None] for name, every in given.items()}
        return frozenset(name for name, every in last.items() if every and not every[-1])

    def configured_for(self, family: str) -> list[FamilySettings]:
        """Return the entries for a family, the most general pattern first, its own name last."""
        fitting = [pattern for pattern in self.families if fnmatchcase(family, pattern)]
        fitting.sort(key=lambda pattern: (pattern == family, len(pattern.strip("*"))))
        return [self.families[pattern] for pattern in fitting]
