"""What a reader may choose: each value is read from a series that both servers have."""

from typing import Any

from generators.boards import VARIABLES
from generators.dashboards.model import MAIN
from generators.dashboards.queries import filtered
from generators.policy import SIGNAL_BY_NAME, split
from generators.rules import longterm

_LABELS = {
    "gcp_project": ("Project", "throughput"),
    "region": ("Region", "throughput"),
    "service_name": ("Service", "throughput"),
    "database_id": ("Database", "db_connections"),
    "redis_id": ("Cache", "redis_health"),
}


def variable(label: str, chosen: tuple[str, ...]) -> dict[str, Any]:
    """Return a variable as the Jsonnet library takes it; what is chosen before it narrows it."""
    title, signal = _LABELS[label]
    found = SIGNAL_BY_NAME[signal]
    before = tuple(n for n in split(found) if n in chosen[: chosen.index(label)])
    series = filtered(longterm.name(found, "count"), before)
    return {
        "name": VARIABLES[label],
        "label": title,
        "query": f"label_values({series}, {label})",
        "datasource": MAIN,
    }


def variables(chosen: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the variables of a board, coarse first."""
    return [variable(label, chosen) for label in chosen]
