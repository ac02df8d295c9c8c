"""The section of monitoring.yaml with the addresses that alerts and dashboards link to."""

from exporter.settings.addresses import WebFolder
from exporter.settings.types import Section, key


class LinkSettings(Section):
    """Addresses that notifications and dashboards link to."""

    grafana: WebFolder = key("http://localhost:3000", "Grafana's address.")
    runbooks: WebFolder | None = key(
        None, "Address of the folder docs/runbooks; without it, runbooks are not linked."
    )
    prometheus: WebFolder | None = key(
        None, "Prometheus' address, as readers reach it; without it, links name the machine."
    )
    longterm: WebFolder | None = key(
        None, "Address of the Prometheus with 90 days; without it, links to it name the machine."
    )
    alertmanager: WebFolder | None = key(
        None,
        "Address of Alertmanager's web page; without it, messages have no link to a silence. "
        "Debian's Alertmanager has no web page.",
    )
    documentation: WebFolder | None = key(
        None,
        "Address of the folder docs of ion-monitoring, which runbooks link to; without it, they "
        "name its documents.",
    )
