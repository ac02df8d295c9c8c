"""The sections of monitoring.yaml on what is read: google, redis, application."""

from collections.abc import Iterable
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo

from exporter.catalog import CATALOG, roads
from exporter.catalog.model import CloudMonitoring
from exporter.settings.addresses import (
    Endpoint,
    File,
    LabelOrigin,
    Name,
    Project,
    RedisUrl,
    Text,
)
from exporter.settings.metrics import FamilyName, MetricSettings, named_by_kind
from exporter.settings.types import (
    Named,
    Number,
    Seconds,
    Section,
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
SeriesLimit = Annotated[Whole, Field(ge=1, le=1_000_000)]


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

    enabled: Switch = key(
        default=True, meaning="Whether these families are read; a longer pattern overrides."
    )
    interval: Interval | None = key(None, "Time between two reads, instead of `poll_interval`.")
    series_limit: SeriesLimit | None = key(
        None, "Maximum number of series of a family, instead of the general limit."
    )
    filters: Filters = part(
        Filters,
        "Filters for these families; a label here overrides the general one.",
    )


class GoogleSettings(Section):
    """What is read from Cloud Monitoring, how often, and at what cost."""

    projects: tuple[Project, ...] = key((), "Ids of the Google Cloud projects to read.")
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
        "10m", "How late a point may arrive and still be counted."
    )
    lookback: Annotated[Seconds, at_most("6w"), AfterValidator(_beyond_margin)] = key(
        "24h", "Longest outage whose points are counted after it; at most 6w."
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
    metrics: Annotated[Named[FamilyName, MetricSettings], AfterValidator(named_by_kind)] = key(
        {}, "Further metrics of Cloud Monitoring, by the name of the family they become."
    )

    def unread(self, road: str) -> list[str]:
        """Return the patterns of `families` that fit nothing which is read with this road."""
        names = {*_READ_ALWAYS, *_READ_BY_ROAD[road]}
        return [pattern for pattern in self.families if not _fits(pattern, names)]

    def configured_for(self, family: str) -> list[FamilySettings]:
        """Return the entries for a family, the most general pattern first, its own name last."""
        fitting = [pattern for pattern in self.families if fnmatchcase(family, pattern)]
        fitting.sort(key=lambda pattern: (pattern == family, len(pattern.strip("*"))))
        return [self.families[pattern] for pattern in fitting]


def _sentinel(master: str | None, info: ValidationInfo) -> str | None:
    mode = info.data.get("mode")
    if mode == "sentinel" and master is None:
        raise ValueError("is missing; mode sentinel needs the name that the sentinels know")
    if mode not in (None, "sentinel") and master is not None:
        raise ValueError("is only for mode sentinel; remove it or write mode: sentinel")
    return master


def _tls_only(value: object, info: ValidationInfo) -> object:
    if value and not info.data.get("url", "rediss:").startswith("rediss:"):
        raise ValueError("is only for TLS; write the url with rediss://")
    return value


def _pair(path: object, info: ValidationInfo) -> object:
    if "cert_file" in info.data and (path is None) != (info.data["cert_file"] is None):
        raise ValueError("goes with cert_file; write both or neither")
    return _tls_only(path, info)


def _with_password(username: object, info: ValidationInfo) -> object:
    if username is not None and info.data.get("password_file", "unusable") is None:
        raise ValueError("goes with password_file; write it too")
    return username


class RedisTargetSettings(Section):
    """One Redis: a server, a group under sentinels, or a cluster."""

    name: Name = key(..., "Its name, which is also the value of the label redis_id.")
    url: RedisUrl = key(
        ..., "redis://HOST:PORT, rediss://HOST:PORT for TLS, or unix:///PATH; no user, no password."
    )
    mode: Literal["standalone", "sentinel", "cluster"] = key(
        "standalone", "How its nodes are found; `url` names a sentinel or any node of a cluster."
    )
    sentinel_master: Annotated[Text | None, AfterValidator(_sentinel)] = key(
        None, "The group's name among the sentinels; needed by mode sentinel, else left out."
    )
    password_file: File | None = key(None, "File with the password.")
    username: Annotated[Text | None, AfterValidator(_with_password)] = key(
        None, "ACL user, with `password_file`."
    )
    ca_file: Annotated[File | None, AfterValidator(_tls_only)] = key(
        None, "Certificates to trust; by default the system's."
    )
    cert_file: Annotated[File | None, AfterValidator(_tls_only)] = key(
        None, "Client certificate, with `key_file`."
    )
    key_file: Annotated[File | None, AfterValidator(_pair)] = key(
        None, "Private key of `cert_file`."
    )
    insecure_skip_verify: Annotated[Switch, AfterValidator(_tls_only)] = key(
        default=False, meaning="Accept any certificate; for tests only."
    )
    interval: Annotated[Seconds, at_least("1s"), at_most("1d")] | None = key(
        None, "Time between two reads, instead of `poll_interval`."
    )
    collect: Switch = key(
        default=True,
        meaning="Whether its own metrics are read; false if it only stores an application's.",
    )


def _once_each(targets: tuple[RedisTargetSettings, ...]) -> tuple[RedisTargetSettings, ...]:
    names = [target.name for target in targets]
    for index, name in enumerate(names):
        if name in names[:index]:
            raise inside((index, "name"), f"'{name}' is another target's too; each needs its own")
    return targets


class RedisSettings(Section):
    """Which Redis servers are read, and how often."""

    poll_interval: Annotated[Seconds, at_least("1s"), at_most("1d")] = key(
        "15s", "Time between two reads of a target; at least 1s."
    )
    timeout: Annotated[Seconds, at_least("10ms"), at_most("1m")] = key(
        "3s", "Total time of a read."
    )
    targets: Annotated[tuple[RedisTargetSettings, ...], AfterValidator(_once_each)] = key(
        (), "The servers, each with a name."
    )


def _by_redis_only(redis: str | None, info: ValidationInfo) -> str | None:
    if redis is not None and info.data.get("road") not in (None, "redis"):
        raise ValueError("goes with road: redis only; remove it, or that")
    return redis


class ApplicationSettings(Section):
    """Where the application's own metrics are collected."""

    road: Literal["redis", "logs", "managed_prometheus"] = key(
        "redis", "How they are collected: by the recorder, log-based metrics or Managed Prometheus."
    )
    redis: Annotated[Name | None, AfterValidator(_by_redis_only)] = key(
        None, "Name of the Redis target that the recorder writes to."
    )
    name: Name = key("default", "The application's name, as configured in its recorder.")
    poll_interval: Annotated[Seconds, at_least("200ms"), at_most("1h")] = key(
        "1s", "Time between two reads."
    )
    instance_timeout: Annotated[Seconds, at_least("5s"), at_most("1d")] = key(
        "2m", "Silence after which an instance's gauges are removed; its counts stay."
    )
    series_limit: SeriesLimit = key(
        10_000, "Maximum number of series of a family; further ones are dropped."
    )
