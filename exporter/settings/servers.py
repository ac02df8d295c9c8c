"""The section of monitoring.yaml with the servers of the monitoring itself."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo

from exporter.settings.addresses import Endpoint, Name, Text, text_form
from exporter.settings.types import Named, Seconds, Section, Switch, at_least, at_most, inside, key
from exporter.settings.versions import (
    OLDEST_ALERTMANAGER,
    OLDEST_PROMETHEUS,
    AlertmanagerVersion,
    PrometheusVersion,
)

REPLICA = "replica"
_Label = Annotated[
    str,
    text_form(r"[a-zA-Z_][a-zA-Z0-9_]{0,99}", "is no name of a label; use letters, digits and '_'"),
]


def _distinct(exporters: tuple[str, ...]) -> tuple[str, ...]:
    for index, address in enumerate(exporters):
        if _local(address) in map(_local, exporters[:index]):
            raise inside((index,), f"'{address}' is scraped already; remove one")
    return exporters


def _read_once(separate: bool, info: ValidationInfo) -> bool:  # noqa: FBT001 - a validator's value
    if not separate and len(info.data.get("exporters", ())) > 1:
        raise ValueError(
            "several exporters with one settings file would read and count everything twice; list "
            "one, or set this to true where each has settings of its own"
        )
    return separate


def _local(address: str) -> str:
    """Return an address with one name for the machine itself."""
    host, _, port = address.rpartition(":")
    return f"127.0.0.1:{port}" if host in ("localhost", "[::1]", "0.0.0.0") else address


def _replica_names(replicas: Mapping[str, str]) -> Mapping[str, str]:
    if "longterm" in replicas:
        raise inside(("longterm",), "is the name of the second server's file; choose another name")
    addresses = [_local(address) for address in replicas.values()]
    for name, address in replicas.items():
        if addresses.count(_local(address)) > 1:
            raise inside((name,), f"'{address}' is the address of two replicas; correct one")
    return replicas


def _no_replica(labels: Mapping[str, str]) -> Mapping[str, str]:
    if REPLICA in labels:
        raise inside((REPLICA,), "is set for each server of prometheus.replicas; remove it here")
    return labels


_Exporters = Annotated[tuple[Endpoint, ...], Field(min_length=1), AfterValidator(_distinct)]


class AlertmanagerSettings(Section):
    """Which Alertmanager reads the generated files."""

    version: AlertmanagerVersion = key(
        OLDEST_ALERTMANAGER,
        "Version of the oldest Alertmanager that reads the files, in quotes, such as '0.35'. A "
        "newer one opens more keys of `notifications`.",
    )


class PrometheusSettings(Section):
    """What the generated configuration of Prometheus needs to know."""

    version: PrometheusVersion = key(
        OLDEST_PROMETHEUS,
        "Version of the oldest Prometheus that reads the files, in quotes, such as '3.5'. Rules "
        "use what it has beyond 2.42.",
    )

    exporters: _Exporters = key(["127.0.0.1:9841"], "HOST:PORT of each exporter to scrape.")
    separate_exporters: Annotated[Switch, AfterValidator(_read_once)] = key(
        default=False,
        meaning="Whether each of several exporters reads projects and servers of its own, by "
        "settings of its own; what two of them read is counted twice.",
    )
    address: Endpoint = key(
        "127.0.0.1:9090", "HOST:PORT of the Prometheus that scrapes, for itself and for Grafana."
    )
    replicas: Annotated[Named[Name, Endpoint], AfterValidator(_replica_names)] = key(
        {},
        "Prometheus servers that all scrape, by a name of each, as HOST:PORT. Each gets a "
        "configuration of its own; the first one also writes to `longterm`.",
    )
    external_labels: Annotated[Named[_Label, Text], AfterValidator(_no_replica)] = key(
        {}, "Labels that every series sent elsewhere and every alert carries."
    )
    alertmanagers: Annotated[tuple[Endpoint, ...], Field(min_length=1)] = key(
        ["127.0.0.1:9093"], "HOST:PORT of each Alertmanager."
    )
    longterm: Endpoint | None = key(
        None,
        "HOST:PORT of a second Prometheus that keeps 90 days; without it, one server does all.",
    )
    scrape_interval: Annotated[Seconds, at_least("1s"), at_most("1m")] = key(
        "15s", "Time between scrapes; at most half of the two minutes that alerts evaluate."
    )
