"""A small backfill: one counter, three chunks, two levels of rules."""

from pathlib import Path

from exporter.backfill.plan import CHUNK
from exporter.catalog import CATALOG
from exporter.cloud_monitoring.checkpoint import SqliteStore
from exporter.cloud_monitoring.ledger import Ledger
from exporter.cloud_monitoring.read_window import SECOND
from exporter.simulator.world import World
from tests.exporter.simulator.worlds import world_of

REQUESTS = "cloudrun_requests_total"
BOUNDARY = 1_790_000_000 // CHUNK * CHUNK
CUT = BOUNDARY + 1800
LAST = CHUNK + 5400  # seconds: a chunk begins an hour after the start, another before the cut
CHUNKS = 3
RULES = """groups:
- name: later
  interval: 5m
  rules:
  - record: region:requests:longterm_mean
    expr: avg_over_time(region:requests:increase5m[5m])
- name: first
  rules:
  - record: region:requests:increase5m
    expr: sum by (region) (increase(cloudrun_requests_total[5m]))
  - alert: NotEvaluated
    expr: region:requests:increase5m > 1
  - record: code:requests:longterm_total
    expr: |-
      cloudrun_requests_total * on (gcp_project) group_left (history)
      count_values by (gcp_project) ("history", ionmon_counting_start_timestamp_seconds)
"""
PROMETHEUS = """rule_files: [rules/first.yml]
remote_write:
- url: http://127.0.0.1:9091
  write_relabel_configs:
  - {source_labels: [__name__], regex: '.+:longterm_.+', action: keep}
"""


def world() -> World:
    """Return a project with one counter."""
    return world_of([CATALOG[REQUESTS]], CUT, scale=0.01)


def written(folder: Path) -> Path:
    """Write the rules and the state file of an exporter that began; returns the rules' folder."""
    rules = folder / "rules"
    rules.mkdir()
    (rules / "first.yml").write_text(RULES)
    (folder / "prometheus.yml").write_text(PROMETHEUS)
    store = SqliteStore(folder / "state")
    store.commit(f"{World.project}/{REQUESTS}", "", Ledger.begin(60 * SECOND, CUT * SECOND))
    store.close()
    return rules


def configured(folder: Path, endpoint: str) -> Path:
    """Write monitoring.yaml for the project at an endpoint."""
    path = folder / "monitoring.yaml"
    path.write_text(
        f"google: {{projects: [{World.project}], endpoint: '{endpoint}', insecure: true}}\n"
        f"storage: {{state_file: {folder / 'state'}}}\n"
    )
    return path
