"""The section of monitoring.yaml with the addresses that alerts and pages link to."""

from exporter.settings.addresses import WebFolder
from exporter.settings.types import Section, key


class LinkSettings(Section):
    """Where links of notifications and pages lead."""

    grafana: WebFolder = key("http://localhost:3000", "Grafana's address.")
    runbooks: WebFolder | None = key(
        None, "Address of the folder that holds docs/runbooks; without it, runbooks are not linked."
    )
