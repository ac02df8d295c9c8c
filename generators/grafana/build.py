"""Every file that brings datasources and dashboards into Grafana, by path."""

from collections.abc import Mapping

from exporter.settings import Settings
from generators.grafana import kubernetes, provisioning, terraform
from generators.grafana.model import dashboards


def texts(settings: Settings, boards: Mapping[str, str]) -> dict[str, str]:
    """Return the files; `boards` are the JSON texts of the dashboards by path.

    Raises IonmonError that names the path of a file that is no dashboard.
    """
    listed = dashboards(boards)
    return {
        **provisioning.texts(settings),
        terraform.PATH: terraform.text(settings, listed),
        **kubernetes.texts(settings, listed),
    }
