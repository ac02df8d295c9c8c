"""The section of monitoring.yaml that says where people look: for links in alerts and pages."""

from exporter.settings.addresses import WebFolder
from exporter.settings.types import Section, key


class LinkSettings(Section):
    """Where links of notifications and pages lead."""

    grafana: WebFolder = key("http://localhost:3000", "Grafana's address.")
    runbooks: WebFolder | None = key(
        None, "Address of the folder that holds docs/runbooks; left out, runbooks are not linked."
    )
