"""The section of monitoring.yaml with the servers of the monitoring itself."""

from typing import Annotated

from pydantic import Field

from exporter.settings.addresses import Endpoint
from exporter.settings.types import Seconds, Section, at_least, at_most, key


class PrometheusSettings(Section):
    """What the generated configuration of Prometheus needs to know."""

    exporters: Annotated[tuple[Endpoint, ...], Field(min_length=1)] = key(
        ["127.0.0.1:9841"], "HOST:PORT of each exporter to scrape."
    )
    address: Endpoint = key(
        "127.0.0.1:9090", "HOST:PORT of the Prometheus that scrapes, for itself and for Grafana."
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
