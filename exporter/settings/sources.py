"""The sections of monitoring.yaml on what else is read: redis, application."""

from typing import Annotated, Literal

from pydantic import AfterValidator, ValidationInfo

from exporter.settings.addresses import File, Name, RedisUrl, Text
from exporter.settings.types import (
    Seconds,
    Section,
    SeriesLimit,
    Switch,
    at_least,
    at_most,
    inside,
    key,
)


def _sentinel(master: str | None, info: ValidationInfo) -> str | None:
    mode = info.data.get("mode")
    if mode == "sentinel" and master is None:
        raise ValueError("is missing; mode sentinel needs the name that the sentinels know")
    if mode not in (None, "sentinel") and master is not None:
        raise ValueError("is only for mode sentinel; remove it or write mode: sentinel")
    return master


def _sentinels_only(value: object, info: ValidationInfo) -> object:
    if value is not None and info.data.get("mode") not in (None, "sentinel"):
        raise ValueError("is only for mode sentinel; remove it or write mode: sentinel")
    return value


def _with_sentinel_password(username: object, info: ValidationInfo) -> object:
    if username is not None and info.data.get("sentinel_password_file", "unusable") is None:
        raise ValueError("goes with sentinel_password_file; write it too")
    return username


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
    sentinel_password_file: Annotated[File | None, AfterValidator(_sentinels_only)] = key(
        None, "File with the sentinels' own password; by default they get `password_file`."
    )
    sentinel_username: Annotated[Text | None, AfterValidator(_with_sentinel_password)] = key(
        None, "ACL user at the sentinels, with `sentinel_password_file`."
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
    server_name: Annotated[Text | None, AfterValidator(_tls_only)] = key(
        None, "Name in the servers' certificates; by default the host that is connected to."
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
    helpers: tuple[Literal["l1_cache", "routing", "features"], ...] = key(
        (),
        "Special helpers of the recorder that it uses: dashboards have panels for these alone.",
    )
    poll_interval: Annotated[Seconds, at_least("200ms"), at_most("1h")] = key(
        "1s", "Time between two reads."
    )
    instance_timeout: Annotated[Seconds, at_least("5s"), at_most("1d")] = key(
        "2m", "Silence after which an instance's gauges are removed; its counts stay."
    )
    series_limit: SeriesLimit = key(
        10_000, "Maximum number of series of a family; further ones are dropped."
    )
