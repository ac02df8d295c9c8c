"""The datasources of Grafana: the one or two Prometheus servers, and each Alertmanager."""

from collections.abc import Iterator
from dataclasses import dataclass

from exporter.settings import Settings
from exporter.settings.types import duration
from generators.dashboards.datasources import KEPT, RECENT, BoardDatasource
from generators.policy import EVALUATION
from generators.rules.slo import LONG_TERM

ALERTMANAGER = "ion-alertmanager"
FLOOR = "2.42.0"  # the oldest Prometheus that works with every generated file
Options = tuple[tuple[str, str | bool], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A datasource; `options` is Grafana's jsonData.

    A file, Terraform and the operator find an existing datasource by its name, and fail if that has
    another uid (grafana/grafana#110740). So the name is one that others are unlikely to use.
    """

    uid: str
    name: str
    type: str
    url: str
    default: bool
    options: Options


def sources(settings: Settings) -> tuple[Source, ...]:
    """Return the datasources, the default one first."""
    return tuple(_sources(settings))


def _sources(settings: Settings) -> Iterator[Source]:
    servers = settings.prometheus
    yield _prometheus(RECENT, servers.address, EVALUATION)
    if servers.longterm is not None:
        yield _prometheus(KEPT, servers.longterm, LONG_TERM)
    for number, address in enumerate(servers.alertmanagers, 1):
        yield _alertmanager(address, number)


def _prometheus(queried: BoardDatasource, address: str, step: float) -> Source:
    """Return a Prometheus; its samples are `step` seconds apart."""
    options: Options = (
        ("httpMethod", "POST"),
        ("timeInterval", duration(step)),
        ("manageAlerts", True),
        ("alertmanagerUid", ALERTMANAGER),
        ("prometheusType", "Prometheus"),
        ("prometheusVersion", FLOOR),
    )
    default = queried is RECENT
    return Source(
        uid=queried.uid,
        name=f"ion {queried.name}",
        type="prometheus",
        url=f"http://{address}",
        default=default,
        options=options,
    )


def _alertmanager(address: str, number: int) -> Source:
    suffix = "" if number == 1 else f"-{number}"
    return Source(
        uid=ALERTMANAGER + suffix,
        name="ion Alertmanager" + suffix.replace("-", " "),
        type="alertmanager",
        url=f"http://{address}",
        default=False,
        options=(("implementation", "prometheus"),),
    )
