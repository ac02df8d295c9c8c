"""Refuses the name of a service or a region that nothing in the period is of."""

from collections.abc import Iterable

from exporter.errors import IonmonError
from exporter.prometheus.api import Prometheus, QueryRefused
from exporter.settings.services import SERVICE
from generators.service_report.request import ReportRequest


def check_names(request: ReportRequest, servers: Iterable[Prometheus]) -> None:
    """Raise IonmonError with the names that there are; a server without any refuses none."""
    sources = tuple(servers)
    for flag, name, label in (
        ("service", request.service, SERVICE),
        ("region", request.region, "region"),
    ):
        known = {value for one in sources for value in _values(one, label, request)}
        if name and known and name not in known:
            raise IonmonError(
                f"--{flag} {name}: nothing in this time is of it; there is "
                f"{', '.join(sorted(known))}"
            )


def _values(server: Prometheus, label: str, request: ReportRequest) -> tuple[str, ...]:
    try:
        return server.label_values(label, "", request.span)
    except QueryRefused:
        return ()
