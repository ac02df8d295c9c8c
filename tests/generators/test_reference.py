"""The references say of each family and each signal what the catalog says."""

from pathlib import Path

import promql_parser
import pytest

from exporter.catalog import CATALOG
from exporter.catalog.signals import SIGNALS
from generators.files import MARK, signed
from generators.reference import metrics, signals, texts

COMMAND_LINE = "ionmon configs --config examples/reference.yaml --docs"
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(("path", "text"), texts().items())
def test_the_documents_are_up_to_date(path: str, text: str) -> None:
    """The tracked document is what the catalog makes of it, and says that it is generated."""
    tracked = (ROOT / path).read_text(encoding="utf-8")
    assert signed({path: text}, COMMAND_LINE)[path] == tracked
    assert MARK in text
    assert text.endswith("\n")


def rows(text: str) -> list[list[str]]:
    """Return the cells of each row of a document's tables, heads left out."""
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_each_family_has_one_row() -> None:
    """Families are listed once each, with seven cells of which none breaks the table."""
    listed = [row for row in rows(metrics()) if len(row) == 7]
    assert [f"`{name}`" for name in CATALOG] == [row[0] for row in listed]
    assert [str(f.type) for f in CATALOG.values()] == [row[1] for row in listed]


@pytest.mark.parametrize(
    "row",
    [
        (
            "| `cloudrun_requests_total` | counter |  | `gcp_project`, `region`, `service_name`, "
            "`response_code_class` | Requests that reached a container, counted when they end. | "
            "`run.googleapis.com/request_count` on `cloud_run_revision`, DELTA INT64 | by default |"
        ),
        (
            "| `redis_memory_used_bytes` | gauge | bytes | `redis_id`, `redis_node` "
            "| Memory in use. | INFO memory: `used_memory` |  |"
        ),
        (
            "| `cloudrun_service_health_checks_total` | counter |  | `gcp_project`, `region`, "
            "`service_name`, `service_health` | Health checks of the service, by result. | "
            "`run.googleapis.com/service_health_count` on `cloud_run_revision`, DELTA INT64 "
            "| if enabled |"
        ),
        "| `ionmon_series` | gauge |  | `collector` | Series that are exposed. | the exporter |  |",
        (
            "| `app_requests_total` | counter |  | `region`, `endpoint`, `method`, "
            "`response_code_class` | Requests by route template. | the application |  |"
        ),
        "| `persona` | persona that the request was routed to |  |",
        "| `window` | how far back | 5m, 1h, 1d |",
    ],
)
def test_a_row_says_where_a_family_is_from(row: str) -> None:
    """A row holds type, unit, labels, meaning, origin, when it is read; a label its values."""
    assert row in metrics().splitlines()


def test_a_scale_is_documented() -> None:
    """A source in milliseconds is said to be multiplied."""
    row = next(
        line for line in metrics().splitlines() if "googleapis.com/request_latencies`" in line
    )
    assert row.endswith("on `cloud_run_revision`, DELTA DISTRIBUTION, times 0.001 | by default |")


def test_each_signal_has_its_query() -> None:
    """Signals are numbered in their order, each with a query that parses."""
    blocks = signals().split("\n## ")[1:]
    heads = [block.splitlines()[0] for block in blocks]
    assert [f"{n}. {s.name}" for n, s in enumerate(SIGNALS, 1)] == heads
    for block in blocks:
        promql_parser.parse(block.split("```promql\n")[1].split("\n```")[0])


def test_a_signal_is_described() -> None:
    """A signal's kind, unit, bad direction, split and minimum are reported."""
    block = signals().split("\n## ")[1]
    assert block.splitlines()[1:7] == [
        "",
        "Share of requests that did not end in a server error.",
        "",
        "- kind: availability; unit: ratio; low is bad",
        "- split by: region, service_name",
        "- minimum: 100 events of `cloudrun_requests_total`",
    ]
