"""The datasources of Grafana: the one or two Prometheus servers, and each Alertmanager."""

from collections.abc import Iterator
from dataclasses import dataclass

from exporter.settings import Settings
from exporter.settings.types import duration
from generators.dashboards.datasources import KEPT, RECENT, BoardDatasource
from generators.policy import EVALUATION
from generators.rules.slo import LONG_TERM

ALERTMANAGER = "ion-alertmanager"
FLOOR = "2.42.0"  # the oldest Prometheus that everything generated works on
Options = tuple[tuple[str, str | bool], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A datasource; `options` is what Grafana calls jsonData.

    A file, Terraform and the operator find an existing datasource by its name, and stop where that
    has another uid (grafana/grafana#110740), so that the name is one that nobody else has.
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


def _prometheus(asked: BoardDatasource, address: str, step: float) -> Source:
    """Return a Prometheus; its samples are `step` seconds apart."""
    options: Options = (
        ("httpMethod", "POST"),
        ("timeInterval", duration(step)),
        ("manageAlerts", True),
        ("alertmanagerUid", ALERTMANAGER),
        ("prometheusType", "Prometheus"),
        ("prometheusVersion", FLOOR),
    )
    default = asked is RECENT
    return Source(
        uid=asked.uid,
        name=f"ion {asked.name}",
        type="prometheus",
        url=f"http://{address}",
        default=default,
        options=options,
    )


def _alertmanager(address: str, number: int) -> Source:
    mark = "" if number == 1 else f"-{number}"
    return Source(
        uid=ALERTMANAGER + mark,
        name="ion Alertmanager" + mark.replace("-", " "),
        type="alertmanager",
        url=f"http://{address}",
        default=False,
        options=(("implementation", "prometheus"),),
    )
