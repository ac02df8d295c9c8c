"""The variables of boards. Their values come from series that both servers have."""

from typing import Any

from generators.boards import VARIABLES
from generators.dashboards.model import MAIN
from generators.dashboards.queries import BoardQueries
from generators.policy import SIGNAL_BY_NAME, split
from generators.rules import longterm

_LABELS = {
    "gcp_project": ("Project", "throughput"),
    "region": ("Region", "throughput"),
    "service_name": ("Service", "throughput"),
    "database_id": ("Database", "db_connections"),
    "redis_id": ("Cache", "redis_health"),
}


def variable(label: str, labels: tuple[str, ...]) -> dict[str, Any]:
    """Return a variable as the Jsonnet library takes it; the ones before it restrict its values."""
    title, signal = _LABELS[label]
    found = SIGNAL_BY_NAME[signal]
    before = BoardQueries(labels[: labels.index(label)])
    series = before.filtered(longterm.name(found, "count"), split(found))
    return {
        "name": VARIABLES[label],
        "label": title,
        "query": f"label_values({series}, {label})",
        "datasource": MAIN,
    }


def variables(labels: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the variables of a board, the coarsest first."""
    return [variable(label, labels) for label in labels]
